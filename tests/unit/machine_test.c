/* machine_test.c: notes; Ms that idle, start, wake and hand their Ps on;
 * goroutines that are bound to an M, and one that wanders over three. */
#include "unit.h"

#include "sched/schedule.h"
#include "wait/chan.h"

static int32_t this_m(void) { return getg()->m->id; }
static void alone(void) { UNIT_UNTIL(goro__gcount() == 1); }

/* ---- notes ---- */

static void test_note_alone(void) {
  struct note n = {0};
  CHECK(!goro__notetsleep(&n, 0) && !goro__notetsleep(&n, -1));
  goro__notewakeup(&n);
  CHECK(n.key == 1);
  goro__notesleep(&n); /* it has come already */
  CHECK(goro__notetsleep(&n, 0) && goro__notetsleep(&n, INT64_C(1) << 60));
  noteclear(&n);
  CHECK(n.key == 0 && !goro__notetsleep(&n, 0));
}

static void test_note_timeout(void) {
  struct note n = {0};
  if (!os_canblock()) return;
  int64_t until = nanotime() + 2000000;
  CHECK(!goro__notetsleep(&n, 2000000));
  CHECK(nanotime() >= until && n.key == 0);
}

enum sleeper_state { STARTING, ASLEEP, AWAKE };

static struct {
  struct note note;
  uint32_t state; /* atomic: enum sleeper_state */
  int64_t ns;     /* < 0: no limit */
  int value;      /* published by the note */
} sleeper;

static void sleeps(void *unused) {
  (void)unused;
  unit_to_blocking_m();
  Store(&sleeper.state, ASLEEP);
  if (sleeper.ns < 0)
    goro__notesleep(&sleeper.note);
  else
    CHECK(goro__notetsleep(&sleeper.note, sleeper.ns));
  CHECK(sleeper.value == 7);
  Store(&sleeper.state, AWAKE);
}

/* One M sleeps, with its P, and another wakes it. */
static void test_note_wakeup(void) {
  if (nallp < 2) return;
  for (int i = 0; i < unit_much(60, 12); i++) {
    noteclear(&sleeper.note);
    sleeper.value = 0;
    sleeper.ns = i % 2 ? -1 : INT64_C(3600000000000);
    Store(&sleeper.state, STARTING);
    unit_go(sleeps, NULL);
    UNIT_UNTIL(Load(&sleeper.state) == ASLEEP);
    for (int k = i % 4 * 50; k > 0; k--) goro__yield_m();
    sleeper.value = 7;
    goro__notewakeup(&sleeper.note);
    UNIT_UNTIL(Load(&sleeper.state) == AWAKE);
  }
  alone();
}

/* ---- idle Ms and Ps ---- */

static int32_t check_idle_ms(void) {
  int32_t n = 0;
  for (struct m *mp = sched.midle; mp; mp = mp->idlelink, n++) {
    CHECK(!mp->p && !mp->nextp && !mp->spinning && !mp->curg && !mp->lockedg);
    CHECK(Load(&mp->park.key) == 0);
  }
  return n;
}

static int32_t check_idle_ps(void) {
  int32_t n = 0;
  for (struct p *pp = sched.pidle; pp; pp = pp->link, n++) {
    CHECK(pp == allp[pp->id] && pp->id < sched.maxprocs);
    CHECK(Load(&pp->status) == Pidle && !LoadRelaxed(&pp->m));
    CHECK(goro__runqempty(pp));
  }
  return n;
}

/* What machine.c and processor.c say of the lists, at any moment. */
static void check_sched(void) {
  lock(&sched.lock);
  CHECK(check_idle_ms() == sched.nmidle);
  CHECK(check_idle_ps() == sched.npidle);
  int32_t all = 0;
  for (struct m *mp = sched.allm; mp; mp = mp->alllink) all++;
  CHECK(all <= sched.mcount); /* startm counts before it makes one */
  CHECK(sched.nmsys <= 1 && sched.nmidlelocked >= 0);
  CHECK(sched.nmidle + sched.nmidlelocked + sched.nmsys < sched.mcount);
  int32_t spinning = Load(&sched.nmspinning);
  CHECK(spinning >= 0 && spinning <= sched.mcount);
  unlock(&sched.lock);
  CHECK(getg()->m->p && !getg()->m->nextp && !getg()->m->spinning);
}

static struct hchan *work;

static void works(void *unused) {
  int v;
  (void)unused;
  while (goro__chanrecv2(work, &v)) {
    check_sched();
    if (v % 3 == 0) goro__Gosched();
  }
}

/* Work comes and goes, so that Ms and Ps go idle and wake. */
static void test_lists(void) {
  work = goro__makechan(sizeof(int), 2);
  for (int i = 0; i < 6; i++) unit_go(works, NULL);
  for (int i = 0; i < unit_much(2000, 150); i++) {
    goro__chansend1(work, &i);
    if (i % 50 == 0) check_sched();
  }
  goro__closechan(work);
  alone();
  goro__chanfree(work);
  check_sched();
}

/* startm without an idle P does nothing. */
static void test_startm_none(void) {
  if (nallp > 1) return;
  lock(&sched.lock);
  int32_t ms = sched.mcount, idle = sched.nmidle;
  unlock(&sched.lock);
  CHECK(sched.npidle == 0);
  goro__startm(NULL, false);
  goro__wakep();
  lock(&sched.lock);
  CHECK(sched.mcount == ms && sched.nmidle == idle && sched.npidle == 0);
  unlock(&sched.lock);
  CHECK(sched.nmspinning == 0);
}

static uint32_t ran; /* atomic */

static void run_one(void *unused) {
  (void)unused;
  Xadd(&ran, 1);
}

/* A goroutine that is made while a P is idle starts although its maker goes on
 * and on: wakep has had an M take it. */
static void test_wakep(void) {
  if (nallp < 2) return;
  for (int i = 0; i < 50; i++) {
    unit_to_blocking_m(); /* M0 of a page has to let workers start */
    Store(&ran, 0);
    unit_go(run_one, NULL);
    UNIT_SPIN(Load(&ran) == 1);
  }
  alone();
}

/* ---- locked goroutines ---- */

/* The goroutine that has the M to itself, by M.  Written by that goroutine
 * while it runs there, read by whoever else runs there. */
enum { maxms = 512 };
static uint64_t owner[maxms];

static void check_place(void) {
  if (!GORO_THREADS) return; /* there is one for all */
  uint64_t of = LoadRelaxed(&owner[this_m()]);
  CHECK(of == 0 || of == getg()->goid);
}

static void take_m(void) {
  goro__LockOSThread();
  StoreRelaxed(&owner[this_m()], getg()->goid);
}

static void leave_m(void) {
  StoreRelaxed(&owner[this_m()], 0);
  goro__UnlockOSThread();
}

static void pause_somehow(int i) {
  switch (i % 4) {
  case 0:
    goro__Gosched();
    break;
  case 1:
    goro__goyield();
    break;
  case 2:
    unit_go(unit_nothing, NULL);
    goro__Gosched();
    break;
  default:
    goro__entersyscall();
    goro__exitsyscall();
  }
}

static bool stop; /* atomic */

/* Goes where it is let. */
static void roams(void *unused) {
  (void)unused;
  for (int i = 0; !LoadRelaxed(&stop); i++) {
    check_place();
    pause_somehow(i);
  }
}

static void stays(void *unused) {
  (void)unused;
  for (int round = 0; round < 4; round++) {
    take_m();
    int32_t here = this_m();
    for (int i = 0; i < unit_much(60, 12); i++) {
      pause_somehow(i);
      if (GORO_THREADS) CHECK(this_m() == here && getg()->lockedm->id == here);
      check_place();
    }
    leave_m();
    goro__Gosched();
  }
  Xadd(&ran, 1);
}

static void test_locked(void) {
  Store(&ran, 0);
  StoreRelaxed(&stop, false);
  for (int i = 0; i < 5; i++) unit_go(roams, NULL);
  for (int i = 0; i < 4; i++) unit_go(stays, NULL);
  UNIT_UNTIL(Load(&ran) == 4);
  StoreRelaxed(&stop, true);
  alone();
  check_sched();
}

/* One that is locked waits, and the M that it holds runs nobody: where there is
 * one P, it goes to another M. */
static void hand_over(void *arg) {
  struct hchan **c = arg;
  int v;
  take_m();
  int32_t here = this_m();
  while (goro__chanrecv2(c[0], &v)) {
    if (GORO_THREADS) CHECK(this_m() == here);
    check_place();
    goro__chansend1(c[1], &v);
  }
  goro__closechan(c[1]);
  leave_m();
}

/* A ring of locked goroutines: every step goes from one M to another. */
static void test_locked_ring(void) {
  enum { n = 5 };
  struct hchan *c[n + 1];
  for (int i = 0; i <= n; i++) c[i] = goro__makechan(sizeof(int), 0);
  for (int i = 0; i < n; i++) unit_go(hand_over, &c[i]);
  for (int i = 0; i < unit_much(100, 15); i++) {
    int v = -1;
    check_place();
    goro__chansend1(c[0], &i);
    CHECK(goro__chanrecv2(c[n], &v) && v == i);
  }
  goro__closechan(c[0]);
  CHECK(!goro__chanrecv2(c[n], NULL));
  alone();
  for (int i = 0; i <= n; i++) goro__chanfree(c[i]);
}

static bool bound(void) {
  struct g *gp = getg();
  return gp->lockedm == gp->m && gp->m->lockedg == gp;
}

static bool unbound(void) {
  return !getg()->lockedm && !getg()->m->lockedg && getg()->m->nlocked == 0;
}

/* As many unlocks as locks; one too many is no error. */
static void test_nested(void) {
  CHECK(unbound());
  goro__UnlockOSThread();
  CHECK(unbound());
  for (int i = 0; i < 3; i++) {
    goro__LockOSThread();
    CHECK(bound() == GORO_THREADS);
  }
  for (int i = 0; i < 2; i++) {
    goro__UnlockOSThread();
    goro__Gosched();
    CHECK(bound() == GORO_THREADS);
  }
  goro__UnlockOSThread();
  CHECK(unbound());
  goro__UnlockOSThread();
  CHECK(unbound());
}

/* main is a goroutine like others, although its M is M0. */
static void tell(void *c) {
  check_place();
  goro__chansend1(c, NULL);
}

static void test_locked_main(void) {
  struct hchan *c = goro__makechan(0, 0);
  take_m();
  int32_t here = this_m();
  for (int i = 0; i < 30; i++) {
    unit_go(tell, c);
    goro__chanrecv2(c, NULL);
    if (GORO_THREADS) CHECK(this_m() == here && bound());
  }
  int32_t procs = goro__GOMAXPROCS(3);
  if (GORO_THREADS) CHECK(this_m() == here && bound());
  goro__GOMAXPROCS(procs);
  if (GORO_THREADS) CHECK(this_m() == here && bound());
  leave_m();
  alone();
  goro__chanfree(c);
}

/* ---- it ends while it is locked ---- */

static uint32_t left_m; /* atomic: 1 + the M that it had */
static uint32_t seen;   /* atomic: somebody else has run there */

static void ends_locked(void *unused) {
  (void)unused;
  goro__LockOSThread();
  goro__LockOSThread();
  goro__Gosched();
  Store(&left_m, 1 + (uint32_t)this_m());
}

static void looks(void *unused) {
  (void)unused;
  CHECK(unbound());
  if (1 + (uint32_t)this_m() == Load(&left_m)) Store(&seen, 1);
}

/* The M is free again. */
static void test_ends_locked(void) {
  for (int i = 0; i < 5; i++) {
    Store(&left_m, 0);
    Store(&seen, 0);
    unit_go(ends_locked, NULL);
    UNIT_UNTIL(Load(&left_m) != 0);
    for (; !Load(&seen); goro__Gosched()) {
      CHECK(unit_patient());
      looks(NULL);
      unit_go(looks, NULL);
    }
    alone();
  }
}

/* ---- from M to M ---- */

struct traveller {
  struct hchan *c;
  uint32_t parking; /* atomic */
  int32_t made_on, parked_on, woken_on, ended_on;
};

static void travels(void *arg) {
  struct traveller *t = arg;
  UNIT_UNTIL(this_m() != t->made_on);
  volatile int32_t here = this_m(); /* on its stack, which comes along */
  t->parked_on = here;
  Store(&t->parking, 1);
  CHECK(goro__chanrecv2(t->c, NULL));
  CHECK(here == t->parked_on);
  t->ended_on = this_m();
  Xadd(&ran, 1);
}

static void wakes(void *arg) {
  struct traveller *t = arg;
  UNIT_UNTIL(Load(&t->parking));
  UNIT_UNTIL(this_m() != t->made_on && this_m() != t->parked_on);
  t->woken_on = this_m();
  goro__chansend1(t->c, NULL);
}

/* Made on one M, parked on a second, ended on a third: whoever is woken runs
 * next on its waker's P, if nobody steals it. */
static void test_travels(void) {
  int32_t procs = goro__GOMAXPROCS(4);
  struct traveller t = {.c = goro__makechan(0, 0)};
  StoreRelaxed(&stop, false);
  for (int i = 0; i < 6; i++) unit_go(roams, NULL);
  for (int seen_on_three = 0; seen_on_three < 5 && GORO_THREADS;) {
    Store(&ran, 0);
    Store(&t.parking, 0);
    t.made_on = this_m();
    unit_go(travels, &t);
    unit_go(wakes, &t);
    UNIT_UNTIL(Load(&ran) == 1);
    CHECK(t.made_on != t.parked_on && t.parked_on != t.woken_on);
    if (t.ended_on != t.made_on && t.ended_on != t.parked_on) seen_on_three++;
  }
  StoreRelaxed(&stop, true);
  alone();
  goro__chanfree(t.c);
  goro__GOMAXPROCS(procs);
}

int main(void) {
  test_note_alone();
  test_note_timeout();
  test_note_wakeup();
  test_startm_none();
  test_lists();
  test_wakep();
  test_locked();
  test_locked_ring();
  test_nested();
  test_locked_main();
  test_ends_locked();
  test_travels();
  test_lists(); /* with all the Ms that there are by now */
  return unit_pass();
}
