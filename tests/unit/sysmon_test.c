/* sysmon_test.c: the monitor thread is started once, when there is something to
 * watch; it sleeps while nothing runs, and wakes. */
#include "unit.h"

#include "api/goro.h"
#include "sched/schedule.h"

#if GORO_THREADS

static void alone(void) { UNIT_UNTIL(goro__gcount() == 1); }

/* Ms that do not schedule. */
static int32_t system_ms(void) {
  int32_t n = 0;
  lock(&sched.lock);
  for (struct m *mp = sched.allm; mp; mp = mp->alllink) n += mp->fn != NULL;
  unlock(&sched.lock);
  return n;
}

/* A program with one P that makes no call of the host has no second thread. */
static void test_not_started(void) {
  if (nallp > 1) return;
  for (int i = 0; i < 50; i++) unit_go(unit_nothing, NULL);
  alone();
  CHECK(!Load(&sched.hassysmon) && sched.mcount == 1 && system_ms() == 0);
}

static void calls(void *unused) {
  for (int i = 0; i < 20; i++) goro_syscall(unit_nothing, unused);
}

/* However many ask for it. */
static void test_started_once(void) {
  for (int i = 0; i < 10; i++) unit_go(calls, NULL);
  for (int i = 0; i < 10; i++) goro__needsysmon();
  alone();
  CHECK(Load(&sched.hassysmon) == !goro__baton_on);
  CHECK(system_ms() == !goro__baton_on);
  if (goro__baton_on) return;
  UNIT_UNTIL(LoadRelaxed(&sched.nmsys) == 1);
}

/* ---- sleeping ---- */

static void pause_in_host(void) {
  static uint32_t not_woken;
  os_futexsleep(&not_woken, 0, 100000);
}

/* The host: nothing else goes on, so the P that we came with is taken, then put
 * down, and then there is nothing left to watch. */
static void until_sysmon_sleeps(void *unused) {
  (void)unused;
  while (!Load(&sched.sysmonwait)) {
    CHECK(unit_patient());
    pause_in_host();
  }
  CHECK(Load(&sched.npidle) == sched.maxprocs);
}

/* And when we come back there is: it could not take the P again otherwise. */
static void test_sleeps(void) {
  for (int i = 0; i < 30; i++) {
    unit_to_blocking_m();
    goro_syscall(until_sysmon_sleeps, NULL);
    CHECK(!Load(&sched.sysmonwait));
  }
}

/* With the world stopped it sleeps as well. */
static void test_sleeps_stopped(void) {
  for (int i = 0; i < 10; i++) {
    unit_to_blocking_m(); /* it takes a thread to wait on while we spin */
    goro__stopTheWorld();
    UNIT_SPIN(Load(&sched.sysmonwait));
    goro__startTheWorld();
    CHECK(!Load(&sched.sysmonwait));
  }
}

/* ---- what it is for ---- */

static uint32_t stop; /* atomic */

static void hogs(void *unused) {
  (void)unused;
  while (!Load(&stop)) goro__safepoint(getg());
}

/* It takes a P from who has it for long, of a program that slept before. */
static void test_watches(void) {
  int32_t procs = goro__GOMAXPROCS(0);
  for (int i = 0; i < 5; i++) {
    unit_to_blocking_m();
    goro_syscall(until_sysmon_sleeps, NULL);
    goro__GOMAXPROCS(1);
    Store(&stop, 0);
    unit_go(hogs, NULL);
    goro__Gosched(); /* we go on if the other one is asked to yield */
    Store(&stop, 1);
    alone();
    goro__GOMAXPROCS(procs);
  }
}

static void raise_flag(void *flag, uintptr_t seq, int64_t delay) {
  (void)seq, (void)delay;
  Store((uint32_t *)flag, 1);
}

/* A timer of a P whose goroutine does not look: somebody else runs it. */
static void test_late_timer(void) {
  if (nallp < 2) return;
  for (int i = 0; i < 10; i++) {
    uint32_t fired = 0;
    struct timer *t = goro__mallocz(sizeof *t);
    goro__timer_init(t, raise_flag, &fired);
    unit_to_blocking_m();
    goro__timer_reset(t, goro__when(200000), 0);
    UNIT_SPIN(Load(&fired));
    goro__timer_delete(t);
  }
}

int main(void) {
  test_not_started();
  int32_t procs = goro__GOMAXPROCS(2);
  test_started_once();
  goro__GOMAXPROCS(procs);
  if (!goro__baton_on) {
    if (!os_canblock()) goro__GOMAXPROCS(GORO_MAX(procs, 2));
    test_sleeps();
    test_sleeps_stopped();
    test_watches();
    test_late_timer();
  }
  return unit_pass();
}

#else

/* There is no thread for it. */
int main(void) {
  goro__needsysmon();
  goro_syscall(unit_nothing, NULL);
  CHECK(!sched.hassysmon && sched.mcount == 1);
  return unit_pass();
}

#endif
