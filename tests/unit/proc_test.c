/* proc_test.c: goroutines are born, park, become ready, yield, exit; records
 * and sudogs are used again. */
#include "unit.h"

#include "lib/time/time.h"
#include "sched/schedule.h"

static void note(void *name) { unit_note((int)(intptr_t)name); }

static struct g *start(void (*f)(void *), int name) {
  return unit_go(f, (void *)(intptr_t)name);
}

/* Only main is left. */
static void alone(void) { UNIT_UNTIL(goro__gcount() == 1); }

static struct p *this_p(void) { return getg()->m->p; }

/* ---- birth ---- */

static struct g *seen_gp;

static void look(void *arg) {
  seen_gp = getg();
  CHECK(arg == &seen_gp && seen_gp->startfn == look);
  CHECK(seen_gp->startarg == arg && unit_status(seen_gp) == Grunning);
  CHECK(seen_gp->m && seen_gp->m->curg == seen_gp && seen_gp->m->g0 != seen_gp);
  CHECK(!seen_gp->ismain && !seen_gp->name && !seen_gp->waiting);
  CHECK(goro__needg("test") == seen_gp);
}

static void test_newproc(void) {
  static const struct gosite site = {"look", "here.c", 7, "test_newproc"};
  struct g *me = getg();
  CHECK(me->goid == 1 && me->ismain && me->parentGoid == 0);
  CHECK(goro__gcount() == 1);
  struct g *gp = goro__newproc(look, &seen_gp, &site);
  CHECK(gp->goid == 2 && gp->parentGoid == 1 && gp->startsite == &site);
  if (unit_one_m()) {
    CHECK(unit_status(gp) == Grunnable && !gp->m && goro__gcount() == 2);
    CHECK(seen_gp == NULL); /* starting one never blocks */
  }
  alone();
  CHECK(seen_gp == gp && unit_status(gp) == Gdead && !gp->m);
}

/* Numbers count up and are never used again, records are. */
static void test_ids(void) {
  if (!unit_one_m()) return;
  struct g *a = start(note, 'a');
  uint64_t id = a->goid;
  alone();
  uint32_t made = allglen;
  for (int i = 1; i <= 100; i++) {
    struct g *gp = start(note, 'b');
    CHECK(gp == a && gp->goid == id + (uint64_t)i);
    alone();
  }
  CHECK(allglen == made);
  for (uint32_t i = 0; i < allglen; i++) {
    struct g *gp = goro__allg(i);
    CHECK(unit_status(gp) == (gp == getg() ? Grunning : Gdead));
  }
  unit_said(unit_log);
}

static void nothing(void *unused) { (void)unused; }

/* Many dead ones: a P keeps a few, the others are for all Ps. */
static void test_gfree(void) {
  if (!unit_one_m()) return;
  enum { n = 300 };
  static struct g *made[n];
  struct p *pp = this_p();
  for (int round = 0; round < 3; round++) {
    uint32_t before = allglen;
    for (int i = 0; i < n; i++) made[i] = unit_go(nothing, NULL);
    if (round > 0) CHECK(allglen == before);
    for (int i = 0; i < n; i++) CHECK(unit_status(made[i]) == Grunnable);
    alone();
    CHECK(pp->ngFree > 0 && pp->ngFree < 64);
    CHECK(pp->ngFree + sched.gFree.n == (int32_t)allglen - 1);
    int32_t listed = 0;
    for (struct g *gp = pp->gFree; gp; gp = gp->schedlink) listed++;
    CHECK(listed == pp->ngFree);
    for (struct g *gp = sched.gFree.list; gp; gp = gp->schedlink) listed++;
    CHECK(listed == (int32_t)allglen - 1);
  }
}

/* A record used again knows nothing of its former life. */
static void leave_traces(void *unused) {
  (void)unused;
  getg()->name = "traces";
  goro__keepmsg("text");
  goro__deferproc(nothing, NULL);
  StoreRelaxed(&getg()->preemptStop, true); /* it ends before a safe point */
  goro__Goexit();
}

static void test_reused(void) {
  if (!unit_one_m()) return;
  struct g *gp = unit_go(leave_traces, NULL);
  alone();
  CHECK(unit_go(look, &seen_gp) == gp);
  CHECK(!gp->name && !gp->panicmsg && !gp->_panic && !gp->_defer && !gp->frame);
  CHECK(!gp->param && !gp->preemptStop && gp->selectDone == 0);
  alone();
}

/* ---- park ---- */

static struct g *parked; /* atomic: the last one */
static uint32_t nparked; /* atomic: how often */

static int64_t keep(void *gpv, void *lock) {
  struct g *gp = gpv;
  CHECK(lock == &parked && getg() == getg()->m->g0 && getg() != gp);
  CHECK(unit_status(gp) == Gwaiting && !gp->m && !goro__on_gstack());
  Store(&parked, gp);
  Xadd(&nparked, 1);
  return true;
}

static void park(void *name) {
  unit_note((int)(intptr_t)name);
  goro__gopark(keep, &parked, waitReasonIOWait);
  unit_note((int)(intptr_t)name - 'a' + 'A');
}

static void test_park(void) {
  struct g *gp = start(park, 'p');
  UNIT_UNTIL(Load(&parked));
  CHECK(parked == gp && gp->waitreason == waitReasonIOWait);
  for (int i = 0; i < 10; i++) goro__Gosched();
  CHECK(unit_parked(gp));
  Store(&parked, NULL);
  goro__goready(gp);
  alone();
  CHECK(unit_said("pP"));
}

/* false takes the park back: the goroutine goes on, before all others. */
static int64_t refuse(void *gp, void *count) {
  CHECK(unit_status(gp) == Gwaiting);
  ++*(int *)count;
  return false;
}

static void test_park_refused(void) {
  int count = 0;
  start(note, 'x');
  start(note, 'y');
  for (int i = 0; i < 5; i++) goro__gopark(refuse, &count, waitReasonZero);
  CHECK(count == 5 && unit_status(getg()) == Grunning);
  if (unit_in_order()) CHECK(unit_nlog == 0);
  alone();
  unit_said(unit_log);
}

static struct mutex mu;
static bool holds; /* atomic */

static void park_with_lock(void *unused) {
  (void)unused;
  lock(&mu);
  Store(&holds, true);
  goro__goparkunlock(&mu, waitReasonZero);
  unit_note('w');
}

static void test_goparkunlock(void) {
  struct g *gp = unit_go(park_with_lock, NULL);
  UNIT_UNTIL(Load(&holds) && unit_parked(gp));
  lock(&mu); /* free, or this would never come back */
  unlock(&mu);
  goro__goready(gp);
  alone();
  CHECK(unit_said("w"));
}

/* ---- order ---- */

/* The one readied last runs next, those before it in their order. */
static void test_ready_order(void) {
  if (!unit_in_order()) return;
  struct g *gp[4];
  for (int i = 0; i < 4; i++) {
    gp[i] = start(park, 'a' + i);
    UNIT_UNTIL(unit_parked(gp[i]));
  }
  unit_said(unit_log);
  for (int i = 0; i < 4; i++) goro__goready(gp[i]);
  alone();
  CHECK(unit_said("DABC"));
}

static void test_start_order(void) {
  if (!unit_in_order()) return;
  for (int i = 0; i < 5; i++) start(note, 'a' + i);
  alone();
  CHECK(unit_said("eabcd"));
}

static void yield_locally(void *name) {
  unit_note((int)(intptr_t)name);
  goro__goyield();
  unit_note((int)(intptr_t)name);
}

static void yield_globally(void *name) {
  unit_note((int)(intptr_t)name);
  goro__Gosched();
  unit_note((int)(intptr_t)name);
}

/* goyield: behind the local queue.  Gosched: behind all of that, and behind
 * what is in the global queue. */
static void test_yield_order(void) {
  if (!unit_in_order()) return;
  struct p *pp = this_p();
  start(yield_locally, 'a');
  start(yield_globally, 'b');
  start(yield_locally, 'c');
  start(nothing, 0);
  pp->schedtick = 1; /* the global queue's turn does not come in between */
  goro__goyield();   /* runs: nothing a b c; main, a, c are local again */
  CHECK(unit_said("abc"));
  goro__goyield();
  CHECK(unit_said("ac"));
  goro__goyield(); /* nobody else is local */
  CHECK(unit_said(""));
  goro__Gosched();
  CHECK(unit_said("b"));
  alone();
}

/* Gosched lets everybody else have a turn. */
static void test_gosched(void) {
  for (int i = 0; i < 3; i++) start(yield_globally, 'a' + i);
  if (unit_in_order()) {
    goro__Gosched();
    CHECK(unit_said("cab"));
    goro__Gosched();
    CHECK(unit_said("cab"));
  }
  alone();
  unit_said(unit_log);
}

/* ---- Goexit, NumGoroutine ---- */

static void exit_deep(int depth) {
  if (depth == 0) goro__Goexit();
  if (depth > 0) exit_deep(depth - 1);
  unit_note('!');
}

static void exit_it(void *unused) {
  (void)unused;
  goro__deferproc(note, (void *)(intptr_t)'d');
  exit_deep(5);
  unit_note('!');
}

static void test_goexit(void) {
  unit_go(exit_it, NULL);
  if (unit_one_m()) CHECK(goro__gcount() == 2);
  alone();
  CHECK(unit_said("d"));
}

static void test_gcount(void) {
  struct g *gp[10];
  Store(&nparked, 0);
  for (int i = 0; i < 10; i++) {
    gp[i] = start(park, 'a' + i);
    CHECK(goro__gcount() == i + 2);
  }
  UNIT_UNTIL(Load(&nparked) == 10);
  CHECK(goro__gcount() == 11); /* waiting ones count */
  for (int i = 0; i < 10; i++) goro__goready(gp[i]);
  alone();
  unit_said(unit_log);
}

/* ---- sudogs ---- */

static void test_sudogs(void) {
  if (!unit_one_m()) return;
  enum { n = 500 };
  static struct sudog *s[n];
  struct p *pp = this_p();
  s[0] = goro__acquireSudog();
  goro__releaseSudog(s[0]);
  CHECK(pp->sudogcache == s[0] && goro__acquireSudog() == s[0]);
  for (int round = 0; round < 2; round++) {
    for (int i = round == 0 ? 1 : 0; i < n; i++) {
      s[i] = goro__acquireSudog();
      CHECK(!s[i]->next && !s[i]->elem && !s[i]->c && !s[i]->isSelect);
      for (int j = 0; j < i; j++) CHECK(s[j] != s[i]);
    }
    CHECK(pp->nsudogcache >= 0);
    for (int i = 0; i < n; i++) goro__releaseSudog(s[i]);
    CHECK(pp->nsudogcache < 64 && sched.sudogcache);
    int listed = 0;
    for (struct sudog *x = pp->sudogcache; x; x = x->next) listed++;
    CHECK(listed == pp->nsudogcache);
    for (struct sudog *x = sched.sudogcache; x; x = x->next) listed++;
    CHECK(listed >= n);
  }
}

int main(void) {
  test_newproc();
  test_ids();
  test_gfree();
  test_reused();
  test_park();
  test_park_refused();
  test_goparkunlock();
  test_ready_order();
  test_start_order();
  test_yield_order();
  test_gosched();
  test_goexit();
  test_gcount();
  test_sudogs();
  return unit_pass();
}
