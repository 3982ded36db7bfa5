/* mutex_test.c: sync.Mutex in both modes. */
#include "unit.h"

#include "lib/sync/sync.h"

static struct Mutex mu;

static int32_t waiters(void) { return Load(&mu.state) >> mutexWaiterShift; }
static bool starving(void) { return (Load(&mu.state) & mutexStarving) != 0; }

/* Take mu, note the name, release. */
static void take(void *name) {
  goro__Mutex_Lock(&mu);
  unit_note((int)(intptr_t)name);
  goro__Mutex_Unlock(&mu);
}

static struct g *start(int name) {
  struct g *gp = unit_go(take, (void *)(intptr_t)name);
  UNIT_UNTIL(unit_parked(gp));
  CHECK(gp->waitreason == waitReasonSyncMutexLock);
  return gp;
}

/* Longer than the starvation threshold of 1 ms. */
static void pass_threshold(void) {
  int64_t end = nanotime() + 2000000;
  while (nanotime() < end) {
  }
}

static void test_trylock(void) {
  CHECK(goro__Mutex_TryLock(&mu));
  CHECK(Load(&mu.state) == mutexLocked);
  CHECK(!goro__Mutex_TryLock(&mu));
  goro__Mutex_Unlock(&mu);
  CHECK(Load(&mu.state) == 0);
  goro__Mutex_Lock(&mu);
  CHECK(!goro__Mutex_TryLock(&mu));
  goro__Mutex_Unlock(&mu);
}

static void test_fifo(void) {
  goro__Mutex_Lock(&mu);
  for (int i = 0; i < 3; i++) start('a' + i);
  CHECK(waiters() == 3);
  goro__Mutex_Unlock(&mu);
  UNIT_UNTIL(Load(&unit_nlog) == 3);
  UNIT_UNTIL(Load(&mu.state) == 0);
  if (unit_one_m()) CHECK(unit_said("abc"));
  unit_said(unit_log);
}

/* Normal mode: whoever runs takes the mutex before a waiter that was woken.
 * That one queues again at the front. */
static void test_barging(void) {
  if (!unit_one_m()) return;
  goro__Mutex_Lock(&mu);
  struct g *a = start('a');
  struct g *b = start('b');
  goro__Mutex_Unlock(&mu);
  CHECK((mu.state & mutexWoken) != 0 && waiters() == 1);
  CHECK(goro__Mutex_TryLock(&mu)); /* a has been woken, but has not run */
  UNIT_UNTIL(unit_parked(a));
  CHECK(waiters() == 2 && unit_parked(b));
  CHECK((mu.state & mutexWoken) == 0);
  goro__Mutex_Unlock(&mu);
  UNIT_UNTIL(Load(&unit_nlog) == 2);
  CHECK(unit_said("ab"));
  CHECK(Load(&mu.state) == 0);
}

/* A goroutine that unlocks while somebody is awake wakes no other. */
static void test_woken(void) {
  if (!unit_one_m()) return;
  goro__Mutex_Lock(&mu);
  start('a');
  struct g *b = start('b');
  goro__Mutex_Unlock(&mu);
  goro__Mutex_Lock(&mu);
  goro__Mutex_Unlock(&mu);
  CHECK(unit_parked(b) && waiters() == 1);
  UNIT_UNTIL(Load(&unit_nlog) == 2);
  CHECK(unit_said("ab") && mu.state == 0);
}

/* Lock mu so that waiter a loses it after more than 1 ms and switches to
 * starvation mode. */
static void starve(struct g *a) {
  pass_threshold();
  goro__Mutex_Unlock(&mu);
  goro__Mutex_Lock(&mu);
  UNIT_UNTIL(unit_parked(a));
}

static void test_starvation(void) {
  if (!unit_one_m()) return;
  goro__Mutex_Lock(&mu);
  struct g *a = start('a');
  starve(a);
  CHECK(starving() && waiters() == 1);
  start('b');
  pass_threshold();
  goro__Mutex_Unlock(&mu);
  /* Unlock gave mu to a and ran it at once; a unlocked and gave it to b,
   * which starves as well, but as the last one goes back to normal mode. */
  if (unit_in_order()) CHECK(unit_log[0] == 'a');
  UNIT_UNTIL(Load(&unit_nlog) == 2);
  CHECK(unit_said("ab"));
  CHECK(Load(&mu.state) == 0 && mu.sema == 0);
}

static void take_twice(void *name) {
  take(name);
  take(name);
}

/* In starvation mode nobody gets past the queue: not the one that has just
 * unlocked. */
static void test_no_barging(void) {
  if (!unit_one_m()) return;
  goro__Mutex_Lock(&mu);
  struct g *a = unit_go(take_twice, (void *)(intptr_t)'a');
  UNIT_UNTIL(unit_parked(a));
  starve(a);
  start('b');
  start('c');
  /* The handoff runs a; it unlocks to b and yields; b unlocks to c.  a's
   * second Lock comes after, at the end of the queue. */
  goro__Mutex_Unlock(&mu);
  UNIT_UNTIL(Load(&unit_nlog) == 4);
  CHECK(unit_log[0] == 'a' && unit_log[1] == 'b');
  unit_said(unit_log);
  UNIT_UNTIL(Load(&mu.state) == 0);
}

/* The moment between Unlock and the waiter that got the mutex, made to last:
 * unlocked, but promised.  TryLock fails, Lock queues. */
static void test_promised(void) {
  const int32_t promised = mutexStarving | 1 << mutexWaiterShift;
  if (!unit_one_m()) return;
  goro__Mutex_Lock(&mu);
  starve(start('a'));
  CHECK(Xadd(&mu.state, -mutexLocked) == promised);
  CHECK(!goro__Mutex_TryLock(&mu));
  start('b');
  CHECK(Load(&mu.state) == promised + (1 << mutexWaiterShift));
  Xadd(&mu.state, mutexLocked);
  goro__Mutex_Unlock(&mu);
  UNIT_UNTIL(Load(&unit_nlog) == 2);
  CHECK(unit_said("ab") && mu.state == 0);
}

/* Many goroutines, with and without TryLock: it excludes, and nobody is
 * forgotten. */
enum { nhammer = 10, nloops = 300 };
static uint32_t inside, hammered;
static int counter;  /* under mu */
static int trylocks; /* under mu */

static void section(void) {
  CHECK(Xadd(&inside, 1) == 1);
  counter++;
  if (counter % 13 == 0) goro__Gosched();
  Xadd(&inside, -1);
}

static void hammer(void *unused) {
  (void)unused;
  for (int i = 0; i < nloops; i++) {
    if (i % 3 != 0) {
      goro__Mutex_Lock(&mu);
    } else {
      if (!goro__Mutex_TryLock(&mu)) continue;
      trylocks++;
    }
    section();
    goro__Mutex_Unlock(&mu);
  }
  Xadd(&hammered, 1);
}

static void test_hammer(void) {
  for (int i = 0; i < nhammer; i++) unit_go(hammer, NULL);
  UNIT_UNTIL(Load(&hammered) == nhammer);
  CHECK(Load(&mu.state) == 0 && mu.sema == 0);
  CHECK(counter == nhammer * nloops * 2 / 3 + trylocks);
}

/* A lock belongs to no goroutine. */
static void unlock_it(void *unused) {
  (void)unused;
  goro__Mutex_Unlock(&mu);
}

static void test_other_unlocks(void) {
  goro__Mutex_Lock(&mu);
  unit_go(unlock_it, NULL);
  goro__Mutex_Lock(&mu);
  goro__Mutex_Unlock(&mu);
  CHECK(Load(&mu.state) == 0);
}

int main(void) {
  test_trylock();
  test_fifo();
  test_barging();
  test_woken();
  test_starvation();
  test_no_barging();
  test_promised();
  test_other_unlocks();
  test_hammer();
  return unit_pass();
}
