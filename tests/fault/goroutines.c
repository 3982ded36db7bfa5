/* goroutines.c: boot, new goroutines and their stacks, the list of all of
 * them, deferred calls, panics. */
#include "fault.h"

static goro_waitgroup wg;

static int use_stack(int n) {
  volatile char block[3000];
  block[n] = (char)n;
  if (n % 2) goro_gosched();
  if (n > 0) use_stack(n - 1);
  return block[n];
}

/* So deep that what a park saves outgrows the first buffers for it. */
static int park_deep(volatile int n) {
  if (n == 0) {
    goro_gosched();
    return 0;
  }
  return park_deep(n - 1) + n;
}

static void recovers(void *unused) {
  (void)unused;
  goro_recover();
}

static void panics(void *unused) {
  goro_defer(recovers, unused);
  goro_panic("a text that is copied");
}

static void worker(void *arg) {
  int n = (int)(intptr_t)arg;
  goro_gosched();
  if (n % 16 == 0) use_stack(n % 10);
  if (n % 8 == 0) goro_call(panics, NULL);
  if (n == 50) park_deep(2500);
  goro_waitgroup_done(&wg);
}

static void nothing(void *unused) { (void)unused; }

int main(void) {
  enum { n = 100 }; /* the list of all goroutines grows */
  goro_waitgroup_add(&wg, n);
  for (int i = 0; i < n; i++) goro_go(worker, (void *)(intptr_t)i);
  goro_waitgroup_wait(&wg);
  for (int i = 0; i < 5; i++) goro_waitgroup_go(&wg, nothing, NULL);
  goro_waitgroup_wait(&wg);
  return got_through();
}
