/* processor.c: the Ps, and GOMAXPROCS.
 *
 * Go: runtime/proc.go (procresize, acquirep, releasep, pidleput, pidleget),
 * debug.go (GOMAXPROCS).
 *
 * Invariants:
 *  1. allp[i]->id == i; a P record is never freed, so that who has no P may
 *     look at any of them at any time.
 *  2. Ps from sched.maxprocs on are Pdead and hold nothing.
 *  3. An idle P's queue is empty; its timers are not, others steal them.
 * Locks: sched.lock for the idle list.  nallp and maxprocs change only with
 * the world stopped, or where there are agents, under sched.lock.
 */
#include "sched/runtime2.h"
#include "sched/schedule.h"

struct p *allp[MAXPROCS];
int32_t nallp;

static struct p *p_new(int32_t id) {
  struct p *pp = goro__mallocz(sizeof *pp);
  pp->id = id;
  pp->status = Pgcstop;
  pp->timerevery = 1;
  pp->globq = &sched.runq;
  pp->schedtick = 1; /* the first goroutines come from the local queue */
  lockInit(&pp->timers.mu, lockRankTimers);
  return pp;
}

/* ---- holding ---- */

void goro__acquirep(struct m *mp, struct p *pp) {
  goro_assert(!mp->p);
  if (LoadRelaxed(&pp->m) || Load(&pp->status) != Pidle)
    goro__throw("processor: P is in use");
  StoreRelaxed(&pp->m, mp);
  mp->p = pp;
  Store(&pp->status, Prunning);
  pp->timertick = 0; /* the clock may be old */
}

struct p *goro__releasep(struct m *mp) {
  struct p *pp = mp->p;
  /* Atomic: an M whose P this was once may try to take it (syscall.c). */
  if (LoadRelaxed(&pp->m) != mp || LoadRelaxed(&pp->status) != Prunning)
    goro__throw("processor: releasep of a P that is not held");
  mp->p = NULL;
  StoreRelaxed(&pp->m, NULL);
  Store(&pp->status, Pidle);
  return pp;
}

void goro__pidleput(struct p *pp) {
  assertLockHeld(&sched.lock);
  if (!goro__runqempty(pp))
    goro__throw("processor: idle P has a goroutine to run");
  pp->link = sched.pidle;
  sched.pidle = pp;
  Xadd(&sched.npidle, 1);
}

struct p *goro__pidleget(void) {
  assertLockHeld(&sched.lock);
  struct p *pp = sched.pidle;
  if (!pp) return NULL;
  sched.pidle = pp->link;
  pp->link = NULL;
  Xadd(&sched.npidle, -1);
  if (unlikely(LoadRelaxed(&sched.sysmonwait))) goro__sysmon_wake();
  return pp;
}

struct p *goro__pidlegetSpinning(void) {
  struct p *pp = goro__pidleget();
  if (!pp) Store(&sched.needspinning, 1);
  return pp;
}

/* ---- their number ---- */

/* Move everything that pp has to heir or to the central lists. */
static void p_destroy(struct p *pp, struct p *heir) {
  struct g *gp;
  bool inherit;
  while ((gp = goro__runqget(pp, &inherit))) {
    lock(&sched.lock);
    goro__globrunqput(&sched.runq, gp);
    unlock(&sched.lock);
  }
  if (pp->timers.nheap) goro__timers_take(&heir->timers, &pp->timers);
  goro__gfpurge(pp);
  goro__sudogpurge(pp);
  Store(&pp->status, Pdead);
}

/* mp keeps its P, or takes the first if that goes. */
static void keep_one(struct m *mp, int32_t n) {
  struct p *pp = mp->p;
  if (pp && pp->id < n) {
    Store(&pp->status, Prunning);
    return;
  }
  if (pp) StoreRelaxed(&pp->m, NULL);
  mp->p = NULL;
  Store(&allp[0]->status, Pidle);
  goro__acquirep(mp, allp[0]);
}

/* Ps that no M holds: idle ones go to the list, the others are returned. */
static struct p *put_idle(struct m *mp) {
  struct p *busy = NULL;
  for (int32_t i = nallp - 1; i >= 0; i--) {
    struct p *pp = allp[i];
    if (pp == mp->p) continue;
    Store(&pp->status, Pidle);
    if (goro__runqempty(pp)) {
      goro__pidleput(pp);
    } else {
      pp->link = busy;
      busy = pp;
    }
  }
  return busy;
}

struct p *goro__procresize(struct m *mp, int32_t n) {
  goro_assert(n >= 1 && n <= MAXPROCS);
  int32_t old = nallp;
  for (int32_t i = 0; i < n; i++)
    if (!allp[i]) StoreRel(&allp[i], p_new(i)); /* before nallp, which counts */
  keep_one(mp, n);
  for (int32_t i = n; i < old; i++) p_destroy(allp[i], mp->p);
  lock(&sched.lock);
  sched.maxprocs = n;
  sched.systematic = sched.seed != 0 && (n == 1 || goro__baton_on);
  Store(&nallp, n);
  /* In one with the idle list: an M that comes back from the host and finds a P
   * there must not hand it in again. */
  Store(&sched.gcwaiting, 0);
  struct p *busy = put_idle(mp);
  unlock(&sched.lock);
  return busy;
}

/* One more, for an agent (agent.c), which keeps it: it is never on the idle
 * list, and so the world needs not stop.  NULL: there are MAXPROCS. */
struct p *goro__p_add(void) {
  struct p *pp = NULL;
  lock(&sched.lock);
  int32_t n = nallp;
  if (n < MAXPROCS) {
    if (!allp[n]) StoreRel(&allp[n], p_new(n)); /* before nallp, which counts */
    pp = allp[n];
    pp->globq = &pp->rest;
    Store(&pp->status, Pidle);
    sched.maxprocs = n + 1;
    Store(&nallp, n + 1);
  }
  unlock(&sched.lock);
  return pp;
}

/* A host without shared memory has one P, whatever is asked for: its reason is
 * in sched.cpureason. */
int32_t goro__GOMAXPROCS(int32_t n) {
  if (n <= 0 || n == sched.maxprocs || !GORO_THREADS) return sched.maxprocs;
  goro__stopTheWorld();
  int32_t old = sched.maxprocs;
  sched.newprocs = GORO_MIN(n, MAXPROCS);
  goro__startTheWorld();
  return old;
}
