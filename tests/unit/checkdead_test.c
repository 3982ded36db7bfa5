/* checkdead_test.c: no verdict while something can still come.  The verdict
 * itself ends the program: tests/crash/deadlock*.c. */
#include "unit.h"

#include "lib/time/time.h"

static void never(void *unused, uintptr_t seq, int64_t delay) {
  (void)unused, (void)seq, (void)delay;
  CHECK(false);
}

/* Ask for the verdict as if every M were idle. */
static void ask(void) {
  lock(&sched.lock);
  int32_t run = sched.mcount - sched.nmidle - sched.nmidlelocked - sched.nmsys;
  CHECK(run > 0); /* at least this one */
  goro__checkdead();
  sched.nmidle += run;
  goro__checkdead();
  sched.nmidle -= run;
  unlock(&sched.lock);
}

/* Timers, near and far, in any P's heap, keep the program alive. */
static void test_timer(void) {
  static struct timer t, u;
  goro__timer_init(&t, never, NULL);
  goro__timer_init(&u, never, NULL);
  goro__timer_reset(&t, goro__when(3600000000000), 0);
  ask();
  goro__timer_reset(&u, goro__when(1000000000000000000), 0);
  goro__timer_stop(&t);
  ask();
  goro__timer_stop(&u);
}

static struct hchan *done;

static void tell(void *unused) {
  (void)unused;
  goro__chansend1(done, NULL);
}

/* All are asleep; what wakes main is a timer that starts a goroutine. */
static void test_afterfunc(void) {
  done = goro__makechan(0, 0);
  struct timeTimer *t = goro__AfterFunc(1000000, tell, NULL, NULL);
  goro__chanrecv2(done, NULL);
  goro__Timer_free(t);
}

/* A channel's timer counts from when main waits for it. */
static void test_chan_timer(void) {
  struct timeTimer *t = goro__NewTimer(1000000);
  int64_t due = 0;
  CHECK(goro__chanrecv2(t->c, &due) && due > 0);
  goro__Timer_free(t);
}

static void sleep_and_tell(void *unused) {
  (void)unused;
  goro__timeSleep(1000000);
  goro__chansend1(done, NULL);
}

static void park_for_ever(void *unused) {
  (void)unused;
  goro__gopark(NULL, NULL, waitReasonZero);
}

static void test_sleepers(void) {
  for (int i = 0; i < 5; i++) unit_go(park_for_ever, NULL);
  for (int i = 0; i < 5; i++) unit_go(sleep_and_tell, NULL);
  for (int i = 0; i < 5; i++) goro__chanrecv2(done, NULL);
  goro__chanfree(done);
}

int main(void) {
  test_timer();
  test_afterfunc();
  test_chan_timer();
  test_sleepers();
  return unit_pass();
}
