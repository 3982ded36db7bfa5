/* What ThreadSanitizer must be able to do for Goro: follow threads, and a fiber
 * that two of them run in turn. Exits 0. With -DRACE the threads take no lock
 * and share no fiber, and it must report the race. */
#include <pthread.h>
#include <sanitizer/tsan_interface.h>
#include <stddef.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static void *fiber; /* runs under mutex only */
static int count;   /* under mutex */

static void step(void) {
#ifdef RACE
  count++;
#else
  void *own = __tsan_get_current_fiber();
  pthread_mutex_lock(&mutex);
  __tsan_switch_to_fiber(fiber, 0);
  count++;
  __tsan_switch_to_fiber(own, 0);
  pthread_mutex_unlock(&mutex);
#endif
}

static void *run(void *unused) {
  for (int i = 0; i < 1000; i++) step();
  return unused;
}

int main(void) {
  pthread_t other;
  fiber = __tsan_create_fiber(0);
  if (pthread_create(&other, NULL, run, NULL)) return 1;
  run(NULL);
  pthread_join(other, NULL);
  __tsan_destroy_fiber(fiber);
  return count != 2000;
}
