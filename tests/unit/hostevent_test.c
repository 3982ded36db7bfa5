/* hostevent_test.c: goroutines that wait for the host: no verdict meanwhile, no
 * wakeup lost, whoever is idle, polls, or is in the host itself. */
#include <stdatomic.h>

#include "unit.h"

#include "lib/time/time.h"
#include "sched/schedule.h"
#include "wait/chan.h"

/* ---- a host: it has what start was given, and brings it when asked ---- */

enum { NWAIT = 100 };
static struct g *_Atomic asked[NWAIT]; /* by slot; NULL: nobody waits there */
static struct hchan *done;

static int64_t start(void *gp, void *slot) {
  CHECK(getg() == getg()->m->g0 && unit_parked(gp));
  *(struct g * _Atomic *)slot = gp;
  return true;
}

static void wait_at(int i) {
  goro__host_wait(start, (void *)&asked[i], waitReasonIOWait);
}

static void waits(void *slot) {
  int i = (int)(intptr_t)slot;
  wait_at(i);
  goro__chansend1(done, &i);
}

/* True if somebody waited there; it is ready now. */
static bool bring(int i) {
  struct g *gp = atomic_exchange(&asked[i], NULL);
  if (!gp) return false;
  goro__host_ready(gp);
  return true;
}

static void bring_at(void *slot) { UNIT_UNTIL(bring((int)(intptr_t)slot)); }

/* ---- counting, and the verdict ---- */

/* Would there be a verdict if every M were idle? */
static void ask(void) {
  lock(&sched.lock);
  int32_t run = sched.mcount - sched.nmidle - sched.nmidlelocked - sched.nmsys;
  sched.nmidle += run;
  goro__checkdead(); /* ends the program if so */
  sched.nmidle -= run;
  unlock(&sched.lock);
}

static bool only(int32_t n) {
  lock(&sched.lock);
  int32_t run = sched.mcount - sched.nmidle - sched.nmidlelocked - sched.nmsys;
  sched.nmidle += run;
  unlock(&sched.lock);
  bool yes = goro__host_only(n);
  lock(&sched.lock);
  sched.nmidle -= run;
  unlock(&sched.lock);
  return yes;
}

static void never(void *unused, uintptr_t seq, int64_t delay) {
  (void)unused, (void)seq, (void)delay;
  CHECK(false);
}

static void test_count(void) {
  CHECK(Load(&sched.hostwaiters) == 0 && !goro__host_only(0));
  unit_go(waits, (void *)1);
  UNIT_UNTIL(asked[1]);
  CHECK(Load(&sched.hostwaiters) == 1 &&
        unit_waits(asked[1], waitReasonIOWait));
  if (unit_one_m()) {
    ask();
    CHECK(!goro__host_only(1)); /* this one runs */
    CHECK(only(1) && !only(0) && !only(2));
    static struct timer t;
    goro__timer_init(&t, never, NULL);
    goro__timer_reset(&t, goro__when(3600000000000), 0);
    CHECK(!only(1));
    goro__timer_stop(&t);
  }
  CHECK(bring(1) && !bring(1));
  int i = 0;
  goro__chanrecv2(done, &i);
  CHECK(i == 1);
  UNIT_UNTIL(Load(&sched.hostwaiters) == 0);
}

/* ---- main waits itself ---- */

static void test_main_waits(void) {
  unit_go(bring_at, (void *)0);
  wait_at(0);
  UNIT_UNTIL(Load(&sched.hostwaiters) == 0);
}

/* All others are idle, or one of them waits for a timer. */
static void sleeps(void *ns) {
  goro__timeSleep((intptr_t)ns);
  bring_at((void *)0);
}

static void test_timers(void) {
  static const intptr_t ns[] = {1, 1000, 1000000};
  for (size_t i = 0; i < sizeof ns / sizeof *ns; i++) {
    static struct timer t;
    if (i % 2 == 1) {
      goro__timer_init(&t, never, NULL);
      goro__timer_reset(&t, goro__when(3600000000000), 0);
    }
    unit_go(sleeps, (void *)ns[i]);
    wait_at(0);
    if (i % 2 == 1) goro__timer_stop(&t);
  }
}

/* The host's own thread has no P, as M0 of an event loop between two slices.
 * Where one M at a time runs, one in the host is none of them. */
static void in_host(void *slot) {
  if (goro__baton_on) {
    bring_at(slot);
    return;
  }
  UNIT_UNTIL(asked[(intptr_t)slot]);
  goro__entersyscall();
  CHECK(!getg()->m->p && bring((int)(intptr_t)slot));
  goro__exitsyscall();
}

static void test_without_p(void) {
  for (int k = 0; k < 20; k++) {
    unit_go(in_host, (void *)0);
    wait_at(0);
  }
}

/* Bound to its M, which has nothing else to do: it goes on there. */
static void locked(void *unused) {
  (void)unused;
  goro__LockOSThread();
  struct m *mp = getg()->m;
  for (int k = 0; k < 20; k++) {
    unit_go(k % 2 ? in_host : bring_at, (void *)2);
    wait_at(2);
    CHECK(getg()->m == mp);
  }
  goro__UnlockOSThread();
  goro__chansend1(done, &(int){2});
}

static void test_locked(void) {
  unit_go(locked, NULL);
  goro__chanrecv2(done, NULL);
}

/* ---- many ---- */

static void brings(void *unused) {
  (void)unused;
  /* Not one more, which would be the next round's. */
  for (int left = NWAIT; left > 0; goro__Gosched())
    for (int i = 0; i < NWAIT && left > 0; i++) left -= bring(i);
}

static void test_many(void) {
  int rounds = unit_much(20, 2);
  for (int k = 0; k < rounds; k++) {
    bool seen[NWAIT] = {false};
    unit_go(brings, NULL);
    for (intptr_t i = 0; i < NWAIT; i++) unit_go(waits, (void *)i);
    for (int n = 0; n < NWAIT; n++) {
      int i = -1;
      goro__chanrecv2(done, &i);
      CHECK(i >= 0 && i < NWAIT && !seen[i]);
      seen[i] = true;
    }
  }
  UNIT_UNTIL(Load(&sched.hostwaiters) == 0);
}

int main(void) {
  done = goro__makechan(sizeof(int), 0);
  test_count();
  test_main_waits();
  test_timers();
  test_without_p();
  test_locked();
  test_many();
  goro__chanfree(done);
  return unit_pass();
}
