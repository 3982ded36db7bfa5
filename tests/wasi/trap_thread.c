/* A trap in a thread ends the process, while the main thread waits for it. */
#include <pthread.h>
#include <stdio.h>

static void *trap(void *unused) {
  puts("trapping");
  fflush(stdout);
  __builtin_trap();
  return unused;
}

int main(void) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, trap, NULL)) return 1;
  pthread_join(thread, NULL);
  return 0;
}
