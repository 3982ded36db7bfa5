/* Recursion without an end in a thread is a trap, not a hang. */
#include <pthread.h>
#include <stdio.h>

static volatile int depth;

static int recurse(int n) {
  depth = n;
  return n < 0 ? 0 : recurse(n + 1) + depth;
}

static void *run(void *unused) {
  puts("recursing");
  fflush(stdout);
  return recurse(1) ? unused : NULL;
}

int main(void) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, run, NULL)) return 1;
  pthread_join(thread, NULL);
  return 0;
}
