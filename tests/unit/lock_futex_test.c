/* lock_futex_test.c: the runtime's lock, alone and, where there are threads,
 * among them. */
#include "unit.h"

#ifndef __wasm__
#include <pthread.h>
#endif

static struct mutex mu; /* the zero value is a free lock */

static void test_alone(void) {
  CHECK(mu.key == mutex_unlocked);
  for (int i = 0; i < 3; i++) {
    lock(&mu);
    CHECK(mu.key == mutex_locked);
    assertLockHeld(&mu);
    unlock(&mu);
    CHECK(mu.key == mutex_unlocked);
  }
  struct mutex m;
  memset(&m, 0xff, sizeof m);
  lockInit(&m, lockRankNone);
  lockWithRank(&m, lockRankRoot);
  CHECK(m.key == mutex_locked);
  unlock(&m);
  CHECK(m.key == mutex_unlocked);
}

/* Somebody slept on it and is gone: the release wakes nobody, and frees it. */
static void test_sleeping(void) {
  lock(&mu);
  mu.key = mutex_sleeping;
  unlock(&mu);
  CHECK(mu.key == mutex_unlocked);
  goro__lock_slow(&mu); /* without anybody in the way */
  CHECK(mu.key == mutex_locked);
  Store(&mu.key, mutex_unlocked);
}

#ifdef __wasm__
static void test_threads(void) {}
#else

enum { nthreads = 4, nloops = 20000 };

static struct mutex contended;
static int inside, total; /* under contended */

static void *hammer(void *unused) {
  for (int i = 0; i < nloops; i++) {
    lock(&contended);
    CHECK(inside++ == 0);
    total++;
    if (i % 1000 == 0) sched_yield(); /* let the others run into it */
    CHECK(--inside == 0);
    unlock(&contended);
  }
  return unused;
}

static void test_threads(void) {
  if (goro__baton_on) return; /* these threads do not wait for their turn */
  goro__threads = true; /* these are threads that the runtime does not know */
  pthread_t t[nthreads];
  for (int i = 0; i < nthreads; i++)
    CHECK(pthread_create(&t[i], NULL, hammer, NULL) == 0);
  for (int i = 0; i < nthreads; i++) CHECK(pthread_join(t[i], NULL) == 0);
  CHECK(total == nthreads * nloops && contended.key == mutex_unlocked);
}

#endif

int main(void) {
  test_alone();
  test_sleeping();
  test_threads();
  return unit_pass();
}
