/* The process ends with main, whatever the other threads do. */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <unistd.h>

static sem_t ready;

static void *wait_forever(void *unused) {
  sem_post(&ready);
  for (;;) sleep(1000);
  return unused;
}

int main(void) {
  pthread_t thread;
  sem_init(&ready, 0, 0);
  if (pthread_create(&thread, NULL, wait_forever, NULL)) return 1;
  sem_wait(&ready);
  puts("main returns");
  return 0;
}
