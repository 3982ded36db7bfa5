/* Main ends as a thread, by pthread_exit: the process goes on, up to the end of
 * the last one. */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static void *run(void *unused) {
  usleep(10000);
  puts("the last thread");
  return unused;
}

int main(void) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, run, NULL)) return 1;
  puts("main ends");
  pthread_exit(NULL);
}
