/* schedule_test.c: nobody starves; what follows a switch; main's return. */
#include "unit.h"

#include "wait/chan.h"

static bool stop;
static uint32_t turns; /* of those that keep the P busy */

static void alone(void) { UNIT_UNTIL(goro__gcount() == 1); }

static struct p *this_p(void) { return getg()->m->p; }

/* ---- the global queue ---- */

static void busy_yielding(void *unused) {
  (void)unused;
  while (!Load(&stop)) {
    CHECK(Xadd(&turns, 1) < 100000);
    goro__goyield();
  }
}

/* The local queue is never empty, but every 61st time the global one is looked
 * at first. */
static void test_global_turn(void) {
  struct p *pp = this_p();
  Store(&stop, false);
  for (int i = 0; i < 3; i++) unit_go(busy_yielding, NULL);
  goro__Gosched();
  for (int i = 0; i < 5; i++) {
    uint32_t before = Load(&turns), tick = LoadRelaxed(&pp->schedtick);
    goro__Gosched();
    if (unit_one_m()) CHECK(turns > before && turns - before <= 61);
    if (unit_in_order()) CHECK(pp->schedtick % 61 == 1 && tick % 61 <= 1);
  }
  Store(&stop, true);
  alone();
}

/* ---- runnext ---- */

struct pair {
  struct hchan *there, *back;
};

static void ping(void *arg) {
  struct pair *p = arg;
  int v = 0;
  while (!Load(&stop)) {
    CHECK(Xadd(&turns, 1) < 1000000);
    goro__chansend1(p->there, &v);
    goro__chanrecv2(p->back, &v);
  }
  goro__closechan(p->there);
}

static void pong(void *arg) {
  struct pair *p = arg;
  int v;
  while (goro__chanrecv2(p->there, &v)) goro__chansend1(p->back, &v);
}

static void stop_them(void *unused) {
  (void)unused;
  Store(&stop, true);
}

/* Two that hand runnext to and fro share one time slice: when it is over, a
 * third has its turn. */
static void test_slice(void) {
  struct pair p = {goro__makechan(4, 0), goro__makechan(4, 0)};
  Store(&stop, false);
  Store(&turns, 0);
  unit_go(ping, &p);
  unit_go(pong, &p);
  unit_go(stop_them, NULL);
  unit_go(pong, &p); /* takes runnext: stop_them is last in the ring */
  if (unit_in_order()) {
    goro__goyield(); /* with the pair in runnext, main waits as well */
    CHECK(stop && turns < 2000);
  }
  alone();
  goro__chanfree(p.there);
  goro__chanfree(p.back);
}

/* In the global queue one waits 61 times as long, but not for ever. */
static void test_slice_global(void) {
  struct pair p = {goro__makechan(4, 0), goro__makechan(4, 0)};
  Store(&stop, false);
  Store(&turns, 0);
  unit_go(ping, &p);
  unit_go(pong, &p);
  goro__Gosched();
  Store(&stop, true);
  CHECK(Load(&turns) < 200000);
  alone();
  goro__chanfree(p.there);
  goro__chanfree(p.back);
}

/* ---- everybody, whatever the others do ---- */

enum { ncount = 40 };

static uint32_t count[ncount];

static void count_locally(void *c) {
  while (!Load(&stop)) {
    Xadd((uint32_t *)c, 1);
    goro__goyield();
  }
}

static void count_globally(void *c) {
  while (!Load(&stop)) {
    Xadd((uint32_t *)c, 1);
    goro__Gosched();
  }
}

static void test_all_run(void) {
  Store(&stop, false);
  int n = unit_much(ncount, 6), turns_of_main = unit_much(300, 100);
  for (int i = 0; i < n; i++)
    unit_go(i % 2 ? count_locally : count_globally, &count[i]);
  for (int i = 0; unit_one_m() && i < turns_of_main; i++) goro__Gosched();
  for (int i = 0; i < n; i++) {
    if (unit_one_m()) CHECK(count[i] > 0);
    UNIT_UNTIL(Load(&count[i]) > 0);
  }
  Store(&stop, true);
  alone();
}

/* More than a ring holds. */
static void count_one(void *unused) {
  (void)unused;
  goro__Gosched();
  Xadd(&turns, 1);
}

static void test_thousands(void) {
  Store(&turns, 0);
  uint32_t n = (uint32_t)unit_much(3000, 300);
  for (uint32_t i = 0; i < n; i++) unit_go(count_one, NULL);
  alone();
  CHECK(turns == n && sched.runq.size == 0);
}

/* ---- timers ---- */

static void fire(void *fired, uintptr_t seq, int64_t delay) {
  CHECK(seq == 0 && delay >= 0 && getg() == getg()->m->g0);
  Store((bool *)fired, true);
}

/* One that is due goes off although there is always a goroutine to run. */
static void test_timer_while_busy(void) {
  static struct timer t;
  static bool fired;
  goro__timer_init(&t, fire, &fired);
  goro__timer_reset(&t, goro__when(unit_much(2000000, 100000)), 0);
  Store(&stop, false);
  Store(&turns, 0);
  unit_go(count_locally, &count[0]);
  UNIT_UNTIL(Load(&fired));
  Store(&stop, true);
  alone();
}

/* And with nothing to run at all. */
static void ready_main(void *gp, uintptr_t seq, int64_t delay) {
  (void)seq, (void)delay;
  goro__goready(gp);
}

static int64_t idle_until;

/* Set when main is parked: it may go off at once, on any M. */
static int64_t set_timer(void *gp, void *t) {
  (void)gp;
  goro__timer_reset(t, idle_until, 0);
  return true;
}

static void test_timer_while_idle(void) {
  static struct timer t;
  goro__timer_init(&t, ready_main, getg());
  idle_until = goro__when(3000000);
  goro__gopark(set_timer, &t, waitReasonSleep);
  CHECK(nanotime() >= idle_until);
}

/* ---- the end ---- */

static void note(void *name) { unit_note((int)(intptr_t)name); }

static void yield_and_note(void *name) {
  goro__Gosched();
  note(name);
}

/* What the goroutine's own function deferred runs after it, on its stack. */
static void defer_two(void *unused) {
  (void)unused;
  goro__deferproc(note, (void *)(intptr_t)'c');
  goro__deferproc(yield_and_note, (void *)(intptr_t)'b');
  unit_note('a');
}

static void test_entry_defers(void) {
  unit_go(defer_two, NULL);
  alone();
  CHECK(unit_said("abc"));
}

static void for_ever(void *unused) {
  (void)unused;
  for (;;) goro__Gosched();
}

static void park_for_ever(void *unused) {
  (void)unused;
  goro__gopark(NULL, NULL, waitReasonZero);
}

int main(void) {
  test_global_turn();
  test_slice();
  test_slice_global();
  test_all_run();
  test_thousands();
  test_timer_while_busy();
  test_timer_while_idle();
  test_entry_defers();
  /* When main returns the program ends, and does not wait for these. */
  for (int i = 0; i < 10; i++) unit_go(i % 2 ? for_ever : park_for_ever, NULL);
  goro__Gosched();
  return unit_pass();
}
