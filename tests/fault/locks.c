/* locks.c: the sudogs of everything in sync that waits. */
#include "fault.h"

static goro_mutex mu;
static goro_rwmutex rw;
static goro_cond cond;
static goro_once once;
static goro_waitgroup wg;
static bool go_on;

static void nothing(void *unused) { (void)unused; }

static void worker(void *unused) {
  goro_rwmutex_rlock(&rw);
  goro_rwmutex_runlock(&rw);
  goro_mutex_lock(&mu);
  while (!go_on) goro_cond_wait(&cond);
  goro_mutex_unlock(&mu);
  goro_once_do(&once, nothing, unused);
  goro_waitgroup_done(&wg);
}

int main(void) {
  goro_cond_init(&cond, &mu);
  goro_mutex_lock(&mu);
  goro_rwmutex_lock(&rw);
  goro_waitgroup_add(&wg, 70);
  for (int i = 0; i < 70; i++) goro_go(worker, NULL);
  for (int i = 0; i < 3; i++) goro_gosched();
  goro_rwmutex_unlock(&rw);
  for (int i = 0; i < 3; i++) goro_gosched();
  goro_mutex_unlock(&mu);
  for (int i = 0; i < 3; i++) goro_gosched();
  goro_mutex_lock(&mu);
  go_on = true;
  goro_cond_broadcast(&cond);
  goro_mutex_unlock(&mu);
  goro_waitgroup_wait(&wg);
  return got_through();
}
