/* cond_test.c: sync.Cond. */
#include "unit.h"

#include "lib/sync/sync.h"

static struct Mutex mu;
static struct Cond cond;

static void waiter(void *name) {
  goro__Mutex_Lock(&mu);
  goro__Cond_Wait(&cond);
  CHECK((Load(&mu.state) & mutexLocked) != 0);
  unit_note((int)(intptr_t)name);
  goro__Mutex_Unlock(&mu);
}

static void start(int name) {
  struct g *gp = unit_go(waiter, (void *)(intptr_t)name);
  UNIT_UNTIL(unit_waits(gp, waitReasonSyncCondWait));
  CHECK(gp->waiting != NULL && gp->waiting->elem == &cond.notify);
}

static void locked_signal(void) {
  goro__Mutex_Lock(&mu);
  goro__Cond_Signal(&cond);
  goro__Mutex_Unlock(&mu);
}

/* One signal wakes one, the one that has waited longest. */
static void test_signal(void) {
  goro__Cond_Signal(&cond); /* nobody waits: it is lost */
  for (int i = 0; i < 4; i++) start('a' + i);
  CHECK(Load(&mu.state) == 0); /* Wait has unlocked it */
  for (uint32_t n = 1; n <= 4; n++) {
    locked_signal();
    UNIT_UNTIL(Load(&unit_nlog) == n);
    for (int i = 0; i < 10; i++) goro__Gosched();
    CHECK(Load(&unit_nlog) == n);
  }
  CHECK(unit_said("abcd"));
}

/* A signal goes to who waits now, not to who comes later. */
static void test_generations(void) {
  start('a');
  for (int i = 1; i < 20; i++) {
    goro__Cond_Signal(&cond);
    start('a' + i);
    UNIT_UNTIL(Load(&unit_nlog) == (uint32_t)i);
  }
  goro__Cond_Signal(&cond);
  UNIT_UNTIL(Load(&unit_nlog) == 20);
  CHECK(unit_said("abcdefghijklmnopqrst"));
}

/* All that wait are woken, and nobody who comes later. */
static void test_broadcast(void) {
  for (int i = 0; i < 5; i++) start('a' + i);
  goro__Mutex_Lock(&mu);
  goro__Cond_Broadcast(&cond);
  goro__Mutex_Unlock(&mu);
  UNIT_UNTIL(Load(&unit_nlog) == 5);
  unit_said(unit_log);
  start('z');
  for (int i = 0; i < 10; i++) goro__Gosched();
  CHECK(Load(&unit_nlog) == 0);
  goro__Cond_Broadcast(&cond);
  UNIT_UNTIL(Load(&unit_nlog) == 1);
  CHECK(unit_said("z"));
  goro__Cond_Broadcast(&cond); /* nobody waits */
}

/* ---- a queue of one, producers and consumers ---- */

enum { nitems = 200 };
static int slot;               /* under mu; 0: empty */
static int produced, consumed; /* under mu */
static uint32_t sum;           /* under mu */
static struct Cond full, empty;

static void produce(void *unused) {
  (void)unused;
  goro__Mutex_Lock(&mu);
  while (produced < nitems) {
    while (slot != 0) goro__Cond_Wait(&empty);
    if (produced < nitems) slot = ++produced;
    goro__Cond_Signal(&full);
  }
  goro__Cond_Broadcast(&empty);
  goro__Mutex_Unlock(&mu);
}

static void consume(void *unused) {
  (void)unused;
  goro__Mutex_Lock(&mu);
  while (consumed < nitems) {
    while (slot == 0 && consumed < nitems) goro__Cond_Wait(&full);
    if (slot == 0) break;
    sum += (uint32_t)slot;
    slot = 0;
    consumed++;
    goro__Cond_Signal(&empty);
  }
  goro__Cond_Broadcast(&full);
  goro__Mutex_Unlock(&mu);
}

static void test_queue(void) {
  struct WaitGroup wg = {0};
  full.L = empty.L = goro__Mutex_Locker(&mu);
  for (int i = 0; i < 3; i++) {
    goro__WaitGroup_Go(&wg, consume, NULL, NULL);
    goro__WaitGroup_Go(&wg, produce, NULL, NULL);
  }
  goro__WaitGroup_Wait(&wg);
  CHECK(consumed == nitems && sum == nitems * (nitems + 1) / 2);
}

/* ---- a broadcast reaches who waited already, also if another one comes to
 * wait meanwhile.  Go: TestCondSignalStealing ---- */

static uint32_t first_waits, first_woken; /* atomic */
static bool steal_done;                   /* under mu */

static void wait_first(void *unused) {
  (void)unused;
  goro__Mutex_Lock(&mu);
  Store(&first_waits, 1);
  goro__Cond_Wait(&cond);
  goro__Mutex_Unlock(&mu);
  Store(&first_woken, 1);
}

static void wait_until_done(void *unused) {
  (void)unused;
  goro__Mutex_Lock(&mu);
  while (!steal_done) goro__Cond_Wait(&cond);
  goro__Mutex_Unlock(&mu);
}

static void broadcast(void *unused) {
  (void)unused;
  goro__Cond_Broadcast(&cond);
}

static void set_done(bool done) {
  goro__Mutex_Lock(&mu);
  steal_done = done;
  goro__Mutex_Unlock(&mu);
}

static void test_stealing(void) {
  for (int i = unit_much(200, 3); i > 0; i--) {
    Store(&first_waits, 0);
    Store(&first_woken, 0);
    unit_go(wait_first, NULL);
    UNIT_UNTIL(Load(&first_waits));
    set_done(false); /* who gets the lock now knows that the first one waits */
    unit_go(broadcast, NULL);
    unit_go(wait_until_done, NULL);
    UNIT_UNTIL(Load(&first_woken));
    set_done(true);
    goro__Cond_Broadcast(&cond);
    UNIT_UNTIL(goro__gcount() == 1);
  }
}

/* ---- the other lockers ---- */

static struct RWMutex rw;
static struct Cond rwcond;

static void rw_waiter(void *unused) {
  (void)unused;
  goro__RWMutex_RLock(&rw);
  goro__Cond_Wait(&rwcond);
  CHECK(Load(&rw.readerCount) > 0);
  unit_note('r');
  goro__RWMutex_RUnlock(&rw);
}

static void test_rlocker(void) {
  rwcond.L = goro__RWMutex_RLocker(&rw);
  struct g *a = unit_go(rw_waiter, NULL);
  struct g *b = unit_go(rw_waiter, NULL);
  UNIT_UNTIL(unit_parked(a) && unit_parked(b));
  CHECK(Load(&rw.readerCount) == 0);
  goro__RWMutex_Lock(&rw);
  goro__Cond_Broadcast(&rwcond);
  goro__RWMutex_Unlock(&rw);
  UNIT_UNTIL(Load(&unit_nlog) == 2);
  CHECK(unit_said("rr"));
}

static void wait_writing(void *unused) {
  (void)unused;
  goro__RWMutex_Lock(&rw);
  goro__Cond_Wait(&rwcond);
  CHECK(Load(&rw.readerCount) < 0);
  unit_note('w');
  goro__RWMutex_Unlock(&rw);
}

static void test_locker(void) {
  memset(&rwcond, 0, sizeof rwcond);
  rwcond.L = goro__RWMutex_Locker(&rw);
  struct g *a = unit_go(wait_writing, NULL);
  UNIT_UNTIL(unit_waits(a, waitReasonSyncCondWait));
  goro__Cond_Signal(&rwcond);
  UNIT_UNTIL(Load(&unit_nlog) == 1);
  CHECK(unit_said("w"));
}

/* ---- copies ---- */

static void copy_wait(void *c) { goro__Cond_Wait(c); }
static void copy_signal(void *c) { goro__Cond_Signal(c); }
static void copy_broadcast(void *c) { goro__Cond_Broadcast(c); }

static void test_copy(void) {
  struct Cond copy = cond;
  CHECK(cond.checker == (uintptr_t)&cond);
  CHECK(unit_panics(copy_wait, &copy, "sync.Cond is copied"));
  CHECK(unit_panics(copy_signal, &copy, "sync.Cond is copied"));
  CHECK(unit_panics(copy_broadcast, &copy, "sync.Cond is copied"));
  goro__Cond_Signal(&cond); /* the first one still works */
}

int main(void) {
  cond.L = goro__Mutex_Locker(&mu);
  test_signal();
  test_generations();
  test_broadcast();
  test_queue();
  test_stealing();
  test_rlocker();
  test_locker();
  test_copy();
  return unit_pass();
}
