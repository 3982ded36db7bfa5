/* Threads with a mutex, a condition variable, malloc and thread-locals. Each
 * waits in a loop whose locals live across the wait. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 8, ROUNDS = 200 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turned = PTHREAD_COND_INITIALIZER;
static int turn; /* under mutex: whose turn it is, modulo THREADS */
static _Thread_local long mine;

static void wait_for_turn(int me) {
  pthread_mutex_lock(&mutex);
  while (turn % THREADS != me) pthread_cond_wait(&turned, &mutex);
  turn++;
  pthread_cond_broadcast(&turned);
  pthread_mutex_unlock(&mutex);
}

static void *run(void *number) {
  int me = (int)(long)number;
  for (int i = 0; i < ROUNDS; i++) {
    size_t size = 16 + (size_t)(me * 131 + i * 17) % 3000;
    char *block = malloc(size);
    if (!block) exit(1);
    memset(block, me, size);
    wait_for_turn(me);
    for (size_t j = 0; j < size; j++) {
      if (block[j] != me) exit(1);
    }
    free(block);
    mine += me;
  }
  return (void *)mine;
}

int main(void) {
  pthread_t threads[THREADS];
  long sum = 0;
  for (long i = 0; i < THREADS; i++) {
    if (pthread_create(&threads[i], NULL, run, (void *)i)) return 1;
  }
  for (int i = 0; i < THREADS; i++) {
    void *result;
    if (pthread_join(threads[i], &result)) return 1;
    sum += (long)result;
  }
  printf("%d turns, sum %ld, own %ld\n", turn, sum, mine);
  return 0;
}
