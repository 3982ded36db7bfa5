/* A thread ends the process, while the main thread joins it, one waits for ever
 * and one never stops. */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static sem_t ready;

static void *wait_forever(void *unused) {
  pthread_mutex_lock(&mutex);
  sem_post(&ready);
  for (;;) pthread_cond_wait(&never, &mutex);
  return unused;
}

static void *spin(void *unused) {
  sem_post(&ready);
  for (volatile int on = 1; on;) {
  }
  return unused;
}

static void at_exit(void) { puts("at exit"); }

static void *end(void *unused) {
  sem_wait(&ready);
  sem_wait(&ready);
  puts("ending");
  exit(7);
  return unused;
}

int main(void) {
  pthread_t a, b, c;
  atexit(at_exit);
  sem_init(&ready, 0, 0);
  if (pthread_create(&a, NULL, wait_forever, NULL)) return 1;
  if (pthread_create(&b, NULL, spin, NULL)) return 1;
  if (pthread_create(&c, NULL, end, NULL)) return 1;
  pthread_join(c, NULL);
  return 1;
}
