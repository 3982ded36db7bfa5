/* preempt.c: asking goroutines to give way, one of them or all of them.
 *
 * Go: runtime/preempt.go (suspendG, resumeG), proc.go (stopTheWorld,
 * startTheWorld, gcstopm, preemptall, preemptone).
 *
 * A goroutine gives way at its safe points, which are its calls of the runtime:
 * a request is a flag in its M that goro__safepoint looks at.  Code that makes
 * no such calls cannot be stopped.
 *
 * Stopping the world: every P stops.  The one who asks sets gcwaiting, takes
 * what is idle or in a syscall, and waits for the Ms that run to come to their
 * scheduler and hand in their Ps (gcstopm).  Waiting happens on the M's own
 * stack, because an M that cannot block has to go back to its event loop.
 *
 * Suspending one goroutine: if it does not run, the Gscan bit in its state
 * keeps its owner from changing that; if it runs, it is asked to stop itself
 * (Gpreempted), and then belongs to whoever asked.  Whoever has set preemptStop
 * asks on until it has the goroutine, or that is dead.
 *
 * Invariants:
 *  1. While gcwaiting is set, stopwait is the number of Ps not yet Pgcstop.
 *  2. One goroutine at a time stops the world; a second one waits its turn by
 *     yielding, and is stopped meanwhile.
 *  3. Who stopped the world keeps its M and P, and does not park.
 *
 * Locks: sched.lock for gcwaiting (read without it) and stopwait.
 */
#include "sched/runtime2.h"
#include "sched/schedule.h"

enum {
  FORCE_PREEMPT_NS = 10 * 1000 * 1000, /* how long a goroutine may run */
  POINTS_PER_LOOK = 256,               /* the clock costs more than a point */
  STOP_RETRY_NS = 100 * 1000,          /* ask again: a request can be missed */
  STOP_RETRY_AWAY_NS = 1000 * 1000     /* the same, by way of an event loop */
};

/* ---- requests ---- */

/* Racy: another goroutine may run on pp by now, and yields for nothing. */
bool goro__preemptone(struct p *pp) {
  struct m *mp = LoadRelaxed(&pp->m);
  if (!mp || Load(&pp->status) != Prunning) return false;
  StoreRelaxed(&mp->preempt, true);
  return true;
}

void goro__preemptall(void) {
  int32_t n = Load(&nallp);
  for (int32_t i = 0; i < n; i++) goro__preemptone(allp[i]);
}

bool goro__ran_long(struct p *pp, struct runtick *seen, int64_t now) {
  uint32_t tick = LoadRelaxed(&pp->schedtick);
  if (seen->schedtick == tick) return seen->when + FORCE_PREEMPT_NS <= now;
  seen->schedtick = tick;
  seen->when = now;
  return false;
}

/* An M that cannot block looks at the clock itself also where there is a
 * sysmon: its event loop waits for the end of the slice, and the workers that
 * start meanwhile, sysmon among them, wait for the event loop.  A seed's run is
 * to repeat, and so does not depend on the clock. */
static bool out_of_time(struct m *mp, struct p *pp) {
  if (sched.systematic) return true;
  if (mp->canblock && Load(&sched.nmsys) > 0) return false;
  int64_t now = nanotime();
  return now >= mp->slice_end || goro__ran_long(pp, &mp->ran, now);
}

static void ask_itself(struct m *mp) {
  struct p *pp = mp->p;
  if (mp->points != UINT32_MAX) return; /* not run out: another has asked */
  mp->points = POINTS_PER_LOOK;
  if (!out_of_time(mp, pp)) return;
  pp->timertick = 0; /* what comes next knows the time */
  goro__preemptone(pp);
}

GORO_NOINLINE void goro__preempted(struct g *gp) {
  ask_itself(gp->m);
  if (!LoadRelaxed(&gp->m->preempt)) return;
  bool stop = LoadRelaxed(&gp->preemptStop);
  StoreRelaxed(&gp->m->preempt, false);
  gp->m->mcall = stop ? MCALL_PREEMPT : MCALL_GOSCHED;
  goro__leave();
}

/* ---- stopping the world ---- */

void goro__stopped_one(void) {
  assertLockHeld(&sched.lock);
  if (--sched.stopwait > 0) return;
  goro__notewakeup(&sched.stopnote);
  if (sched.stopperaway) os_wakem0();
}

/* Take the Ps that no M runs. */
static void stop_others(void) {
  for (int32_t i = 0; i < nallp; i++) {
    struct p *pp = allp[i];
    if (Load(&pp->status) != Psyscall) continue;
    if (!Cas(&pp->status, Psyscall, Pgcstop)) continue;
    Xadd(&pp->syscalltick, 1);
    sched.stopwait--;
  }
  for (struct p *pp; (pp = goro__pidleget());) {
    Store(&pp->status, Pgcstop);
    sched.stopwait--;
  }
}

void goro__stopworld_begin(struct m *mp, struct g *gp) {
  lock(&sched.lock);
  if (sched.gcwaiting) { /* invariant 2 */
    if (traceon()) goro__trace_g(TRACE_YIELD, gp, 0);
    goro__casgstatus(gp, Grunning, Grunnable);
    StoreRelaxed(&gp->m, NULL);
    goro__globrunqput(&sched.runq, gp);
    unlock(&sched.lock);
    return;
  }
  Store(&sched.gcwaiting, 1);
  sched.stopperaway = !mp->canblock;
  sched.stopwait = nallp - 1;
  Store(&mp->p->status, Pgcstop);
  stop_others();
  unlock(&sched.lock);
  goro__preemptall();
  StoreRelaxed(&gp->waitreason, waitReasonStoppingTheWorld);
  if (traceon()) goro__trace_park(gp, waitReasonStoppingTheWorld);
  goro__casgstatus(gp, Grunning, Gwaiting);
  mp->stopper = gp;
}

static bool world_stopped(void) {
  lock(&sched.lock);
  bool all = sched.stopwait == 0;
  unlock(&sched.lock);
  return all;
}

struct g *goro__stopworld_wait(struct m *mp, int64_t *until) {
  mp->away = MHERE;
  while (!world_stopped()) {
    if (!mp->canblock) {
      mp->away = MSTOPPING;
      *until = nanotime() + STOP_RETRY_AWAY_NS;
      goro__preemptall();
      return NULL;
    }
    goro__notetsleep(&sched.stopnote, STOP_RETRY_NS);
    goro__preemptall();
  }
  noteclear(&sched.stopnote);
  struct g *gp = mp->stopper;
  mp->stopper = NULL;
  gp->param = gp; /* says to stopTheWorld that it is done */
  goro__casgstatus(gp, Gwaiting, Grunnable);
  if (traceon()) goro__trace_g(TRACE_READY, gp, 0);
  return gp;
}

void goro__stopTheWorld(void) {
  struct g *gp = goro__needg("stopTheWorld");
  gp->param = NULL;
  do {
    gp->m->mcall = MCALL_STOPWORLD;
    goro__leave();
  } while (!gp->param);
  gp->param = NULL;
  StoreRelaxed(&gp->m->preempt, false);
}

void goro__startTheWorld(void) {
  int32_t n = sched.newprocs ? sched.newprocs : sched.maxprocs;
  sched.newprocs = 0;
  struct p *busy = goro__procresize(getg()->m, n);
  lock(&sched.lock);
  if (sched.sysmonwait) goro__sysmon_wake();
  unlock(&sched.lock);
  for (struct p *next; busy; busy = next) {
    next = busy->link;
    busy->link = NULL;
    goro__startm(busy, false);
  }
  /* There may be more to do than those Ms know of. */
  goro__wakep();
}

bool goro__gcstopm(struct m *mp) {
  if (mp->spinning) {
    mp->spinning = false;
    Xadd(&sched.nmspinning, -1); /* startTheWorld wakes who is needed */
  }
  struct p *pp = goro__releasep(mp);
  lock(&sched.lock);
  Store(&pp->status, Pgcstop);
  goro__stopped_one();
  unlock(&sched.lock);
  return goro__stopm(mp);
}

/* ---- suspending one goroutine ---- */

/* gp does not run: keep it so.  False: it has changed meanwhile. */
static bool suspend_claim(struct g *gp, uint32_t status) {
  if (!Cas(&gp->atomicstatus, status, status | Gscan)) return false;
  StoreRelaxed(&gp->preemptStop, false);
  return true;
}

/* gp runs, if it has not stopped meanwhile: ask it.  It runs on until Gscan is
 * taken off, so a dead G is never asked: the next goroutine in that record
 * would stop itself for nobody. */
static void suspend_ask(struct g *gp) {
  if (!Cas(&gp->atomicstatus, Grunning, Grunning | Gscan)) return;
  StoreRelaxed(&gp->preemptStop, true);
  struct m *mp = LoadRelaxed(&gp->m);
  if (mp) StoreRelaxed(&mp->preempt, true);
  Store(&gp->atomicstatus, Grunning);
}

struct suspendGState goro__suspendG(struct g *gp) {
  struct suspendGState s = {.g = gp};
  if (gp == getg()) goro__throw("preempt: suspendG of the running goroutine");
  for (;;) {
    uint32_t status = Load(&gp->atomicstatus);
    switch (status) {
    case Gdead:
    case Gidle:
      s.dead = true;
      return s;
    case Gpreempted:
      if (Cas(&gp->atomicstatus, Gpreempted, Gwaiting)) s.stopped = true;
      continue;
    case Grunnable:
    case Gwaiting:
    case Gsyscall:
      if (suspend_claim(gp, status)) return s;
      continue;
    case Grunning:
      suspend_ask(gp);
      break;
    default: /* another one suspends it, or asks */
      break;
    }
    goro__Gosched();
  }
}

void goro__resumeG(struct suspendGState s) {
  if (s.dead) return;
  uint32_t status = Load(&s.g->atomicstatus);
  if (!(status & Gscan)) goro__throw("preempt: resumeG of one not suspended");
  Store(&s.g->atomicstatus, status & ~(uint32_t)Gscan);
  if (s.stopped) goro__goready(s.g);
}
