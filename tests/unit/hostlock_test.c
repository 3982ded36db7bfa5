/* hostlock_test.c: locks for goroutines of the host, by waits of which each has
 * its slot (wait/hostlock.c).  agents_test.c has them on several agents.
 *
 * The host's code runs on M0, which keeps its P.
 *
 * test: env GORO_MAXPROCS=1 */
#include "unit.h"

#include "wait/hostlock.h"
#include "wait/hostwait.h"

enum { SLOTS = 16 };

static struct g *waits[SLOTS]; /* that wait, by slot */

static bool take(struct hostlock *l, double n, bool exclusive, uint32_t slot) {
  int32_t r = goro__hostlock_take(l, n, exclusive, true, slot);
  CHECK(r == 0 || r == HOST_PARKED);
  if (r == HOST_PARKED) waits[slot] = getagent()->parked;
  return r == 0;
}

static bool try(struct hostlock *l, double n, bool exclusive) {
  int32_t r = goro__hostlock_take(l, n, exclusive, false, 0);
  CHECK(r == 0 || r == HOST_NONE);
  return r == 0;
}

/* The wait of this slot is the next that is over. */
static bool passes(uint32_t slot) {
  struct g *gp = goro__hostg_next();
  if (!gp || hostg_of(gp)->slot != slot) return false;
  CHECK(goro__host_woken(gp) == 0);
  goro__hostg_end(gp);
  return true;
}

static bool nobody(void) { return !goro__hostg_next(); }

static void cancel(uint32_t slot) {
  CHECK(goro__host_unqueue(waits[slot]));
  goro__hostg_end(waits[slot]);
}

static void test_mutex(void) {
  struct hostlock *l = goro__hostlock(1, waitReasonSyncMutexLock, 0);
  CHECK(!goro__hostlock_give(l, 1, false));
  CHECK(take(l, 1, false, 0) && !try(l, 1, false));
  for (uint32_t i = 1; i < 4; i++) CHECK(!take(l, 1, false, i));
  CHECK(unit_waits(waits[1], waitReasonSyncMutexLock));
  cancel(2);
  CHECK(goro__hostlock_give(l, 1, false) && passes(1) && nobody());
  CHECK(!try(l, 1, false)); /* handed over */
  CHECK(goro__hostlock_give(l, 1, false) && passes(3));
  CHECK(goro__hostlock_give(l, 1, false) && nobody() && l->taken == 0);
  os_free(l);
}

static void test_rwmutex(void) {
  const double all = 1 << 30;
  struct hostlock *l = goro__hostlock(all, waitReasonSyncRWMutexRLock,
                                      waitReasonSyncRWMutexLock);
  CHECK(take(l, 1, false, 0) && take(l, 1, false, 1));
  CHECK(!goro__hostlock_give(l, all, true)); /* no writer has it */
  CHECK(!take(l, all, true, 2) && !take(l, 1, false, 3) && !try(l, 1, false));
  CHECK(!take(l, all, true, 4));
  CHECK(goro__hostlock_give(l, 1, false) && nobody());
  CHECK(goro__hostlock_give(l, 1, false) && passes(2) && nobody());
  CHECK(!goro__hostlock_give(l, 1, false)); /* no reader has it */
  CHECK(goro__hostlock_give(l, all, true) && passes(3) && nobody());
  CHECK(goro__hostlock_give(l, 1, false) && passes(4));
  CHECK(goro__hostlock_give(l, all, true) && take(l, 1, false, 5));
  CHECK(!take(l, all, true, 6) && !take(l, 1, false, 7));
  cancel(6); /* lets the reader behind it in */
  CHECK(passes(7) && l->taken == 2);
  os_free(l);
}

static void test_semaphore(void) {
  struct hostlock *l = goro__hostlock(3, waitReasonSemacquire, 0);
  CHECK(take(l, 2, false, 0) && !take(l, 2, false, 1) && !take(l, 1, false, 2));
  CHECK(!try(l, 1, false)); /* it would fit, but the first comes first */
  cancel(1);
  CHECK(passes(2) && goro__hostlock_give(l, 3, false));
  CHECK(!goro__hostlock_give(l, 1, false));
  os_free(l);
}

static void test_waitgroup(void) {
  struct hostlock *l = goro__hostlock(0, waitReasonSyncWaitGroupWait, 0);
  CHECK(take(l, 0, false, 0) && goro__hostlock_give(l, -2, false));
  CHECK(!take(l, 0, false, 1) && !take(l, 0, false, 2));
  CHECK(goro__hostlock_give(l, 1, false) && nobody());
  CHECK(goro__hostlock_give(l, 1, false) && passes(1) && passes(2));
  CHECK(!goro__hostlock_give(l, 1, false) && l->taken == 0);
  os_free(l);
}

static void test_cond(void) {
  struct hostlock *l = goro__hostlock(0, waitReasonSyncCondWait, 0);
  goro__hostlock_signal(l, true); /* nobody waits: it is lost */
  for (uint32_t i = 0; i < 5; i++) CHECK(!take(l, 1, false, i));
  cancel(0);
  goro__hostlock_signal(l, false);
  CHECK(passes(1) && nobody());
  goro__hostlock_signal(l, true);
  CHECK(passes(2) && passes(3) && passes(4) && nobody());
  CHECK(!take(l, 1, false, 6));
  cancel(6);
  os_free(l);
}

int main(void) {
  goro__hostg_init();
  struct g *me = getg();
  setg(goro__m0.g0); /* as a call of the host's between slices */
  int32_t before = goro__gcount();
  test_mutex();
  test_rwmutex();
  test_semaphore();
  test_waitgroup();
  test_cond();
  CHECK(goro__gcount() == before);
  setg(me);
  return unit_pass();
}
