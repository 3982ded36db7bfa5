/* proc.c: goroutines are born, park, become ready, and die.
 *
 * Go: runtime/proc.go (schedinit, newproc1, gopark, goready, gfget, gfput,
 * goexit0, acquireSudog).
 *
 * Invariants:
 *  1. A G's state changes only through casgstatus, by its owner.
 *  2. A G record, once made, is in allgs for ever; when dead it is on exactly
 *     one free list.  allgs is in chunks that never move, so that a report can
 *     read it without a lock.
 *  3. goid 0 is the g0 of an M; 1 is the main goroutine.
 *
 * Locks: allglock guards additions to allgs; sched.gFree.lock and
 * sched.sudoglock the central lists; a P's own lists need none.
 */
#include <string.h>

#include "base/rand.h"
#include "sched/hostg.h"
#include "sched/runtime2.h"
#include "sched/schedule.h"

struct schedt sched;
struct m goro__m0;

static struct mutex allglock;
static struct g **allgs[32]; /* chunk k has ALLG_FIRST << k entries */
uint32_t allglen;
uint32_t ngs;

static struct g g0_of_m0;

#ifndef GORO_GFREE_MAX /* more in the npm package (bindings/cc/flags.mjs) */
#define GORO_GFREE_MAX 64
#endif

enum {
  ALLG_FIRST = 64,
  GFREE_MAX = GORO_GFREE_MAX, /* dead Gs a P keeps; half go to sched.gFree */
  SUDOG_MAX = 64,             /* free sudogs a P keeps */
};

void *goro__mallocz(size_t size) {
  void *p = os_alloc(size);
  if (!p) goro__oom(size);
  return p;
}

/* ---- boot ---- */

/* A decimal number from the environment; def where unset. */
static uint64_t envnum(const char *name, uint64_t def) {
  const char *s = os_getenv(name);
  if (!s || !*s) return def;
  uint64_t v = 0;
  for (; *s; s++) {
    if (*s < '0' || *s > '9' || v > UINT64_MAX / 10 - 1)
      goro__fatal("GORO_MAXPROCS, GORO_SEED and GORO_STACK_MAX must be decimal "
                  "numbers");
    v = v * 10 + (uint64_t)(*s - '0');
  }
  return v;
}

static struct g *g0_init(struct m *mp, struct g *g0) {
  mp->g0 = g0;
  g0->m = mp;
  g0->atomicstatus = Grunning;
  return g0;
}

/* Put mp on the list of all. */
static void mcommoninit(struct m *mp) {
  mp->slice_end = INT64_MAX;
  lock(&sched.lock);
  mp->id = sched.mnext++;
  sched.mcount++;
  mp->alllink = sched.allm;
  StoreRel(&sched.allm, mp); /* a report reads the list without the lock */
  unlock(&sched.lock);
}

struct m *goro__allocm(void) {
  struct m *mp = goro__mallocz(sizeof *mp);
  g0_init(mp, goro__mallocz(sizeof(struct g)));
  mp->canblock = true; /* only M0 may be one that cannot */
  mcommoninit(mp);
  return mp;
}

/* With a seed each M's choices follow from it as well. */
void goro__minit(struct m *mp) {
  setg(mp->g0);
  goro__switch_minit();
  goro__randinit(sched.seed ? sched.seed + (uint64_t)mp->id : 0);
}

static int32_t start_maxprocs(void) {
  uint64_t n = envnum("GORO_MAXPROCS", 0);
  if (n == 0 || !GORO_THREADS) n = (uint64_t)sched.ncpu;
  return (int32_t)GORO_MIN(n, (uint64_t)MAXPROCS);
}

void goro__schedinit(void) {
  struct m *mp = &goro__m0;
  lockInit(&sched.lock, lockRankSched);
  lockInit(&sched.gFree.lock, lockRankGFree);
  lockInit(&sched.sudoglock, lockRankSudog);
  lockInit(&allglock, lockRankAllg);
  setg(g0_init(mp, &g0_of_m0));
  sched.seed = envnum("GORO_SEED", 0);
  mp->canblock = os_canblock();
  if (GORO_THREADS && sched.seed && mp->canblock) goro__baton_start(sched.seed);
  sched.starttime = nanotime();
  sched.lastpoll = sched.starttime;
  mcommoninit(mp);
  goro__minit(mp);
  uint64_t max = envnum("GORO_STACK_MAX", goro__maxstacksize);
  goro__maxstacksize = max > UINT32_MAX / 2 ? UINT32_MAX / 2 : (uint32_t)max;
  sched.ncpu = os_ncpu(&sched.cpureason);
  goro__procresize(mp, start_maxprocs());
}

static const struct gosite main_site = {.fn = "main"};

void goro__rt0(void) {
  goro__schedinit();
  struct g *gp = goro__newproc(os_main, NULL, &main_site);
  gp->ismain = true; /* no other M has been started that could run it yet */
  sched.mainstarted = true;
}

/* ---- states ---- */

/* suspendG has gp for a moment: wait.  Otherwise its owner is wrong. */
static GORO_NOINLINE void casgstatus_slow(struct g *gp, uint32_t oldval,
                                          uint32_t newval) {
  while (!Cas(&gp->atomicstatus, oldval, newval)) {
    uint32_t now = Load(&gp->atomicstatus);
    if (now != oldval && now != (oldval | Gscan))
      goro__throw("proc: goroutine is not in the state its owner left it in");
    goro__yield_m();
  }
}

void goro__casgstatus(struct g *gp, uint32_t oldval, uint32_t newval) {
  goro__point();
  if (unlikely(!Cas(&gp->atomicstatus, oldval, newval)))
    casgstatus_slow(gp, oldval, newval);
}

struct g *goro__needg(const char *op) {
  struct g *gp = getg();
  if (likely(gp && gp->m && gp != gp->m->g0)) return gp;
  static char msg[160];
  size_t n = strlen(op);
  static const char tail[] =
      " called outside a goroutine, where it cannot block; call it from main "
      "or from a function started with goro_go";
  if (n > sizeof msg - sizeof tail) n = sizeof msg - sizeof tail;
  memcpy(msg, op, n);
  memcpy(msg + n, tail, sizeof tail);
  goro__fatal(msg);
}

int32_t goro__gcount(void) { return (int32_t)Load(&ngs); }

/* ---- records ---- */

/* Where entry i is: chunk k begins at ALLG_FIRST * (2^k - 1). */
static struct g **allg_slot(uint32_t i, uint32_t *chunk) {
  uint32_t n = i / ALLG_FIRST + 1;
  *chunk = 31 - (uint32_t)__builtin_clz(n);
  struct g **c = LoadAcq(&allgs[*chunk]); /* pairs with StoreRel in allgadd */
  return c ? c + (i - ALLG_FIRST * ((UINT32_C(1) << *chunk) - 1)) : NULL;
}

struct g *goro__allg(uint32_t i) {
  uint32_t chunk;
  return *allg_slot(i, &chunk);
}

static void allgadd(struct g *gp) {
  uint32_t chunk;
  lock(&allglock);
  struct g **slot = allg_slot(allglen, &chunk);
  if (!slot) {
    size_t size = (size_t)ALLG_FIRST << chunk;
    StoreRel(&allgs[chunk], goro__mallocz(size * sizeof *slot));
    slot = allg_slot(allglen, &chunk);
  }
  *slot = gp;
  StoreRel(&allglen, allglen + 1); /* publishes the entry to reports */
  unlock(&allglock);
}

static struct g *malg(void) {
  struct g *gp = goro__mallocz(sizeof *gp + GSTACK0);
  gp->atomicstatus = Gdead;
  allgadd(gp);
  return gp;
}

/* Move pp's free Gs but for `keep` of them to the central list. */
static void gfput_central(struct p *pp, int32_t keep) {
  lock(&sched.gFree.lock);
  while (pp->ngFree > keep) {
    struct g *gp = pp->gFree;
    pp->gFree = gp->schedlink;
    pp->ngFree--;
    gp->schedlink = sched.gFree.list;
    sched.gFree.list = gp;
    StoreRelaxed(&sched.gFree.n, sched.gFree.n + 1);
  }
  unlock(&sched.gFree.lock);
}

void goro__gfpurge(struct p *pp) { gfput_central(pp, 0); }

void goro__gfput(struct p *pp, struct g *gp) {
  goro_assert(readgstatus(gp) == Gdead);
  gp->schedlink = pp->gFree;
  pp->gFree = gp;
  if (++pp->ngFree >= GFREE_MAX) gfput_central(pp, GFREE_MAX / 2);
}

/* Fill pp's list from the central one. */
static GORO_NOINLINE void gfget_slow(struct p *pp) {
  lock(&sched.gFree.lock);
  while (pp->ngFree < GFREE_MAX / 2 && sched.gFree.list) {
    struct g *gp = sched.gFree.list;
    sched.gFree.list = gp->schedlink;
    StoreRelaxed(&sched.gFree.n, sched.gFree.n - 1);
    gp->schedlink = pp->gFree;
    pp->gFree = gp;
    pp->ngFree++;
  }
  unlock(&sched.gFree.lock);
}

struct g *goro__gfget(struct p *pp) {
  if (unlikely(!pp->gFree) && LoadRelaxed(&sched.gFree.n) > 0) gfget_slow(pp);
  struct g *gp = pp->gFree;
  if (!gp) return malg();
  pp->gFree = gp->schedlink;
  pp->ngFree--;
  gp->schedlink = NULL;
  return gp;
}

/* ---- birth and death ---- */

void goro__gnumber(struct g *gp, const struct gosite *site) {
  StoreRelaxed(&gp->startsite, site);
  StoreRelaxed(&gp->parentGoid, getg()->goid);
  StoreRelaxed(&gp->goid, Xadd(&sched.goidgen, 1));
  Xadd(&ngs, 1);
  if (traceon()) goro__trace_g(TRACE_CREATE, gp, (uintptr_t)site);
}

struct g *goro__newproc(void (*fn)(void *), void *arg,
                        const struct gosite *site) {
  struct g *me = getg();
  struct p *pp = me->m->p;
  struct g *gp = goro__gfget(pp);
  goro__gstack_init(&gp->stack, gp->stack0, GSTACK0);
  StoreRelaxed(&gp->startfn, fn);
  gp->startarg = arg;
  goro__gnumber(gp, site);
  goro__casgstatus(gp, Gdead, Grunnable);
  goro__runqput(pp, gp, true);
  if (likely(sched.mainstarted)) goro__wakep();
  return gp;
}

/* The goroutine is over and its stack is not in use.  Runs on the M. */
void goro__goexit0(struct m *mp, struct g *gp) {
  if (traceon()) goro__trace_g(TRACE_END, gp, 0);
  goro__casgstatus(gp, Grunning, Gdead);
  goro_assert(!gp->waiting && !gp->frame);
  StoreRelaxed(&gp->m, NULL);
  if (unlikely(gp->lockedm)) {
    gp->lockedm = NULL;
    mp->lockedg = NULL;
    mp->nlocked = 0;
  }
  gp->ismain = false;
  gp->exiting = false;
  StoreRelaxed(&gp->preemptStop, false);
  StoreRelaxed(&gp->name, NULL);
  gp->param = NULL;
  gp->_panic = NULL;
  if (unlikely(gp->panicmsg)) goro__freemsgs(gp);
  goro__gstack_free(&gp->stack);
  Xadd(&ngs, -1);
  goro__gfput(mp->p, gp);
}

/* ---- park and ready ---- */

void goro__gopark(nounwind_func unlockf, void *l, enum waitReason reason) {
  struct g *gp = getg();
  struct m *mp = gp->m;
  goro_assert(gp != mp->g0 && readgstatus(gp) == Grunning);
  mp->waitunlockf = unlockf;
  mp->waitlock = l;
  mp->mcall = MCALL_PARK;
  StoreRelaxed(&gp->waitreason, (uint8_t)reason);
  goro__leave();
}

int64_t goro__parkunlock_c(void *gp, void *l) {
  (void)gp;
  unlock(l);
  return true;
}

void goro__goparkunlock(struct mutex *l, enum waitReason reason) {
  goro__gopark(goro__parkunlock_c, l, reason);
}

void goro__goready_told(struct g *gp) {
  goro__casgstatus(gp, Gwaiting, Grunnable);
  if (unlikely(sched.hosted) && goro__hostg_ready(gp)) return;
  goro__runqput(getg()->m->p, gp, true);
  goro__wakep();
}

void goro__goready(struct g *gp) {
  if (traceon()) goro__trace_now(TRACE_READY, gp, 0);
  goro__goready_told(gp);
}

void goro__Gosched(void) {
  goro__needg("goro_gosched")->m->mcall = MCALL_GOSCHED;
  goro__leave();
}

void goro__goyield(void) {
  goro__needg("goyield")->m->mcall = MCALL_GOYIELD;
  goro__leave();
}

/* ---- sudogs ---- */

static GORO_NOINLINE struct sudog *acquireSudog_slow(struct p *pp) {
  lock(&sched.sudoglock);
  while (pp->nsudogcache < SUDOG_MAX / 2 && sched.sudogcache) {
    struct sudog *s = sched.sudogcache;
    sched.sudogcache = s->next;
    s->next = pp->sudogcache;
    pp->sudogcache = s;
    pp->nsudogcache++;
  }
  unlock(&sched.sudoglock);
  if (!pp->sudogcache) return goro__mallocz(sizeof(struct sudog));
  struct sudog *s = pp->sudogcache;
  pp->sudogcache = s->next;
  pp->nsudogcache--;
  s->next = NULL;
  return s;
}

struct sudog *goro__acquireSudog(void) {
  struct p *pp = getg()->m->p;
  struct sudog *s = pp->sudogcache;
  if (unlikely(!s)) return acquireSudog_slow(pp);
  pp->sudogcache = s->next;
  pp->nsudogcache--;
  s->next = NULL;
  return s;
}

/* Move pp's free sudogs but for `keep` of them to the central list. */
static GORO_NOINLINE void sudogs_central(struct p *pp, int32_t keep) {
  lock(&sched.sudoglock);
  while (pp->nsudogcache > keep) {
    struct sudog *s = pp->sudogcache;
    pp->sudogcache = s->next;
    pp->nsudogcache--;
    s->next = sched.sudogcache;
    sched.sudogcache = s;
  }
  unlock(&sched.sudoglock);
}

void goro__sudogpurge(struct p *pp) { sudogs_central(pp, 0); }

void goro__releaseSudog(struct sudog *s) {
  goro_assert(!s->elem && !s->isSelect && !s->next && !s->prev && !s->c &&
              !s->waitlink);
  struct p *pp = getg()->m->p;
  s->next = pp->sudogcache;
  pp->sudogcache = s;
  if (unlikely(++pp->nsudogcache >= SUDOG_MAX))
    sudogs_central(pp, SUDOG_MAX / 2);
}
