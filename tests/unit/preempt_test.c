/* preempt_test.c: the world stops and goes on; one goroutine is suspended; and
 * one that only calls the runtime gives way. */
#include "unit.h"

#include "api/goro.h"
#include "sched/schedule.h"
#include "wait/chan.h"

static void alone(void) { UNIT_UNTIL(goro__gcount() == 1); }

/* ---- goroutines that are busy, each in its way ---- */

enum { nbusy = 8 };

static uint32_t count[nbusy]; /* atomic */
static uint32_t stop;         /* atomic */
static struct hchan *ring;    /* two of them hand a value to and fro */
static struct hchan *nobody;  /* nothing is ever sent on it */

static void busy_once(int how) {
  switch (how % nbusy) {
  case 0:
  case 1:
    goro_gosched();
    break;
  case 2:
    goro__goyield();
    break;
  case 3:
  case 4:
    goro_chan_try_recv((goro_chan *)nobody, NULL, NULL);
    break;
  case 5:
    goro_chan_send((goro_chan *)ring, NULL);
    goro_chan_recv((goro_chan *)ring, NULL);
    break;
  case 6:
    goro_syscall(unit_nothing, NULL);
    break;
  default:
    goro_go(unit_nothing, NULL);
    goro_sleep(20 * GORO_MICROSECOND);
  }
  Xadd(&count[how % nbusy], 1);
}

/* Only one has to be asked to give way, and only where somebody asks and there
 * is another P: whoever waits for the others here would wait for its slice to
 * end each time. */
static bool gives_way(int how, uint32_t i) {
  if (!GORO_THREADS || goro__baton_on || unit_one_m()) return true;
  return how != 3 && i % 16 == 0;
}

static void busy(void *arg) {
  int how = (int)(intptr_t)arg;
  for (uint32_t i = 0; !Load(&stop); i++) {
    busy_once(how);
    if (gives_way(how, i)) goro_gosched();
  }
}

static struct g *gs[nbusy];

static void start_busy(void) {
  Store(&stop, 0);
  ring = goro__makechan(0, 2);
  nobody = goro__makechan(0, 0);
  goro_syscall(unit_nothing, NULL); /* so that there is a sysmon */
  for (int i = 0; i < nbusy; i++) gs[i] = unit_go(busy, (void *)(intptr_t)i);
}

static void stop_busy(void) {
  Store(&stop, 1);
  alone();
  goro__chanfree(ring);
  goro__chanfree(nobody);
}

static void get_counts(uint32_t *now) {
  for (int i = 0; i < nbusy; i++) now[i] = Load(&count[i]);
}

/* Let other Ms do what they may. */
static void a_while(void) {
  for (volatile int i = 0; i < 2000; i++)
    if (i % 100 == 0) goro__point();
  goro__yield_m();
}

static void all_move_on(void) {
  uint32_t before[nbusy];
  get_counts(before);
  for (int i = 0; i < nbusy; i++) UNIT_UNTIL(Load(&count[i]) != before[i]);
}

/* ---- the world ---- */

static void check_stopped(void) {
  struct p *mine = getg()->m->p;
  CHECK(Load(&sched.gcwaiting) == 1 && sched.stopwait == 0);
  CHECK(unit_status(getg()) == Grunning && mine && mine->m == getg()->m);
  for (int32_t i = 0; i < nallp; i++)
    CHECK(allp[i] == mine || Load(&allp[i]->status) == Pgcstop);
  CHECK(sched.pidle == NULL && sched.npidle == 0);
}

/* While it is stopped nobody counts; afterwards everybody does. */
static void test_stop(void) {
  start_busy();
  for (int round = 0; round < 15; round++) {
    uint32_t before[nbusy], after[nbusy];
    all_move_on();
    goro__stopTheWorld();
    check_stopped();
    get_counts(before);
    a_while();
    get_counts(after);
    check_stopped();
    goro__startTheWorld();
    CHECK(memcmp(before, after, sizeof before) == 0);
  }
  all_move_on();
  stop_busy();
}

/* Alone, and at once again. */
static void test_stop_alone(void) {
  for (int i = 0; i < 100; i++) {
    goro__stopTheWorld();
    check_stopped();
    goro__startTheWorld();
    CHECK(!Load(&sched.gcwaiting));
  }
}

static uint32_t stoppers;   /* atomic: that have stopped it */
static uint32_t ended;      /* atomic */
static uint32_t nstops = 0; /* with the world stopped: no atomic needed */

static void stops(void *unused) {
  (void)unused;
  for (int i = 0; i < 12; i++) {
    goro__stopTheWorld();
    CHECK(Xadd(&stoppers, 1) == 1);
    check_stopped();
    nstops++;
    if (i % 4 == 0) a_while();
    CHECK(Xadd(&stoppers, -1) == 0);
    goro__startTheWorld();
  }
  Xadd(&ended, 1);
}

static void resizes(void *unused) {
  (void)unused;
  for (int i = 0; i < 12; i++) {
    goro__GOMAXPROCS(1 + i * 5 % 7);
    goro__Gosched();
  }
  Xadd(&ended, 1);
}

/* Many at a time, and the number of Ps changes meanwhile. */
static void test_many_stoppers(void) {
  int32_t procs = goro__GOMAXPROCS(0);
  start_busy();
  Store(&ended, 0);
  nstops = 0;
  for (int i = 0; i < 6; i++) unit_go(i < 4 ? stops : resizes, NULL);
  UNIT_UNTIL(Load(&ended) == 6);
  CHECK(nstops == 4 * 12 && !Load(&sched.gcwaiting));
  goro__GOMAXPROCS(procs);
  all_move_on();
  stop_busy();
}

/* The stopper keeps its goroutine-local state, and may be locked to its M. */
static void test_locked_stopper(void) {
  start_busy();
  goro__LockOSThread();
  struct m *mp = getg()->m;
  for (int i = 0; i < 10; i++) {
    goro__stopTheWorld();
    check_stopped();
    goro__startTheWorld();
    if (GORO_THREADS) CHECK(getg()->m == mp);
    goro__Gosched();
  }
  goro__UnlockOSThread();
  stop_busy();
}

/* ---- one goroutine ---- */

static bool suspended(struct suspendGState s) {
  uint32_t status = Load(&s.g->atomicstatus);
  return !s.dead && (status & Gscan) && (status & ~(uint32_t)Gscan) != Grunning;
}

/* Whatever it does, it stands still from suspendG to resumeG, in which the
 * caller must not park. */
static void test_suspend_busy(void) {
  start_busy();
  for (int round = 0; round < 3; round++)
    for (int i = 0; i < nbusy; i++) {
      struct suspendGState s = goro__suspendG(gs[i]);
      CHECK(suspended(s));
      uint32_t before = Load(&count[i]);
      a_while();
      uint32_t after = Load(&count[i]);
      CHECK(suspended(s));
      goro__resumeG(s);
      CHECK(before == after);
      if (round == 0) UNIT_UNTIL(Load(&count[i]) != after);
    }
  all_move_on();
  stop_busy();
}

static void receives(void *c) { goro__chanrecv2(c, NULL); }
static void sleeps(void *unused) {
  (void)unused;
  goro_sleep(2 * GORO_MILLISECOND);
}

/* Those that do not run are where they were afterwards. */
static void test_suspend_waiting(void) {
  struct hchan *c = goro__makechan(0, 0);
  struct g *gp = unit_go(receives, c);
  UNIT_UNTIL(unit_parked(gp));
  for (int i = 0; i < 3; i++) {
    struct suspendGState s = goro__suspendG(gp);
    CHECK(suspended(s) && !s.stopped && unit_parked(gp));
    goro__resumeG(s);
    CHECK(Load(&gp->atomicstatus) == Gwaiting);
    goro__Gosched();
  }
  goro__chansend1(c, NULL);
  alone();
  goro__chanfree(c);
}

/* Its timer goes off while it stands still, or not.  Most of the time it is let
 * alone: who waits to change its state does so without a queue. */
static void test_suspend_sleeping(void) {
  struct g *gp = unit_go(sleeps, NULL);
  while (unit_status(gp) != Gdead) {
    struct suspendGState s = goro__suspendG(gp);
    CHECK(s.dead || suspended(s));
    a_while();
    goro__resumeG(s);
    for (int i = 0; i < 50; i++) {
      goro__yield_m();
      goro__Gosched();
    }
  }
  alone();
}

static void test_suspend_runnable(void) {
  for (int i = 0; i < 50; i++) {
    struct g *gp = unit_go(i % 2 ? unit_nothing : sleeps, NULL);
    struct suspendGState s = goro__suspendG(gp);
    if (unit_one_m()) CHECK(suspended(s) && unit_status(gp) == Grunnable);
    goro__resumeG(s);
  }
  alone();
}

static void test_suspend_dead(void) {
  struct g *gp = unit_go(unit_nothing, NULL);
  UNIT_UNTIL(unit_status(gp) == Gdead);
  struct suspendGState s = goro__suspendG(gp);
  CHECK(s.dead && !s.stopped && Load(&gp->atomicstatus) == Gdead);
  goro__resumeG(s);
  CHECK(Load(&gp->atomicstatus) == Gdead);
}

/* Its waker, on another M, waits until it is let go. */
static struct hchan *woken_by;
static uint32_t at; /* atomic: how far the waker is */

static void wakes(void *unused) {
  (void)unused;
  unit_to_blocking_m();
  Store(&at, 1);
  UNIT_SPIN(Load(&at) == 2);
  Store(&at, 3);
  goro__chansend1(woken_by, NULL);
  Store(&at, 4);
}

static void test_suspend_woken(void) {
  if (nallp < 2) return;
  for (int i = 0; i < 20; i++) {
    Store(&at, 0);
    woken_by = goro__makechan(0, 0);
    struct g *gp = unit_go(receives, woken_by);
    UNIT_UNTIL(unit_parked(gp)); /* the waker's P, then, has to run nobody */
    unit_go(wakes, NULL);
    UNIT_UNTIL(Load(&at) == 1);
    struct suspendGState s = goro__suspendG(gp);
    Store(&at, 2);
    UNIT_SPIN(Load(&at) == 3);
    a_while();
    CHECK(suspended(s) && unit_parked(gp) && Load(&at) == 3);
    goro__resumeG(s);
    UNIT_UNTIL(Load(&at) == 4);
    alone();
    goro__chanfree(woken_by);
  }
}

/* ---- several at a time ---- */

static uint32_t holders[nbusy]; /* atomic */

static void suspends(void *which) {
  for (int i = 0; i < 30; i++) {
    int k = (i * 3 + (int)(intptr_t)which) % nbusy;
    struct suspendGState s = goro__suspendG(gs[k]);
    CHECK(suspended(s) && Xadd(&holders[k], 1) == 1);
    uint32_t before = Load(&count[k]);
    a_while();
    CHECK(Load(&count[k]) == before && Xadd(&holders[k], -1) == 0);
    goro__resumeG(s);
    goro__Gosched();
  }
  Xadd(&ended, 1);
}

static void test_many_suspenders(void) {
  start_busy();
  Store(&ended, 0);
  for (int i = 0; i < 5; i++) unit_go(suspends, (void *)(intptr_t)i);
  unit_go(stops, NULL);
  UNIT_UNTIL(Load(&ended) == 6);
  all_move_on();
  stop_busy();
}

/* Their records are used again meanwhile: nobody is left behind stopped. */
static void lives_shortly(void *n) {
  for (intptr_t i = (intptr_t)n; i > 0; i--)
    goro_chan_try_recv((goro_chan *)nobody, NULL, NULL);
}

static uint32_t begin; /* atomic */

static void suspends_short_lived(void *which) {
  UNIT_UNTIL(Load(&begin));
  for (int i = 0; !Load(&stop); i++) {
    struct g *gp = LoadRelaxed(&gs[(i + (int)(intptr_t)which) % nbusy]);
    struct suspendGState s = goro__suspendG(gp);
    CHECK(s.dead || suspended(s));
    goro__resumeG(s);
    if (s.dead || i % 8 == 0) goro__Gosched();
  }
}

static void test_suspend_dying(void) {
  enum { n = 3 };
  nobody = goro__makechan(0, 0);
  Store(&stop, 0);
  Store(&begin, 0);
  /* First these, so that they do not get the records of the others. */
  for (int i = 0; i < n; i++)
    unit_go(suspends_short_lived, (void *)(intptr_t)i);
  for (int i = 0; i < nbusy; i++)
    StoreRelaxed(&gs[i], unit_go(unit_nothing, NULL));
  UNIT_UNTIL(goro__gcount() == 1 + n);
  Store(&begin, 1);
  for (int i = 0; i < 2000; i++) {
    struct g *gp = unit_go(lives_shortly, (void *)(intptr_t)(i % 6));
    StoreRelaxed(&gs[i % nbusy], gp);
    if (i % 3 == 0) goro__Gosched();
    if (i % 500 == 0) UNIT_UNTIL(goro__gcount() == 1 + n);
  }
  UNIT_UNTIL(goro__gcount() == 1 + n);
  Store(&stop, 1);
  alone();
  goro__chanfree(nobody);
}

/* ---- giving way ---- */

/* There is one P, and who has it only tries to receive: its M asks it to let
 * others run, or sysmon does. */
static void tries(void *unused) {
  (void)unused;
  while (!Load(&stop)) goro_chan_try_recv((goro_chan *)nobody, NULL, NULL);
}

static void test_starves_nobody(bool monitored) {
  int32_t procs = goro__GOMAXPROCS(1);
  nobody = goro__makechan(0, 0);
  if (monitored) goro_syscall(unit_nothing, NULL); /* starts sysmon */
  Store(&stop, 0);
  for (int i = 0; i < 3; i++) unit_go(tries, NULL);
  for (int i = 0; i < 10; i++) goro__Gosched();
  Store(&stop, 1);
  alone();
  goro__chanfree(nobody);
  goro__GOMAXPROCS(procs);
}

/* The request itself: it is for what runs on a P, and taken at a safe point. */
static void test_request(void) {
  struct m *mp = getg()->m;
  struct p *pp = mp->p;
  StoreRelaxed(&mp->preempt, false);
  CHECK(goro__preemptone(pp) && LoadRelaxed(&mp->preempt));
  uint32_t tick = pp->schedtick;
  goro__safepoint(getg());
  CHECK(!LoadRelaxed(&getg()->m->preempt) || sched.systematic || nallp > 1);
  if (unit_one_m()) CHECK(pp->schedtick == tick + 1);
  struct p idle = {.status = Pidle};
  CHECK(!goro__preemptone(&idle));
  StoreRelaxed(&getg()->m->preempt, false);
}

int main(void) {
  test_starves_nobody(false); /* first: sysmon, once there, stays */
  test_request();
  test_stop_alone();
  test_stop();
  test_many_stoppers();
  test_locked_stopper();
  test_suspend_waiting();
  test_suspend_sleeping();
  test_suspend_runnable();
  test_suspend_dead();
  test_suspend_woken();
  test_suspend_busy();
  test_many_suspenders();
  test_suspend_dying();
  test_starves_nobody(true);
  return unit_pass();
}
