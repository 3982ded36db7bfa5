/* syscall.c: an M blocks in the host, and its P goes on without it.
 *
 * Go: runtime/proc.go (entersyscall, exitsyscall, exitsyscall0) as of Go 1.25.
 *
 * Entering is cheap: the P is left in Psyscall, and the M takes it back when it
 * returns.  Only if that takes long, sysmon hands the P to another M; the M
 * then looks for an idle P when it returns, or queues its goroutine.  Who
 * changes the P's status from Psyscall, by compare and swap, has it.
 *
 * M0 of a host with an event loop does the same when its slice is over.
 *
 * Invariants:
 *  1. In Gsyscall gp.m.p is NULL, and gp.m.oldp the P that it had.
 *  2. syscalltick changes when a syscall ends, so sysmon can tell one that
 *     lasts from many short ones.
 */
#include "sched/runtime2.h"
#include "sched/schedule.h"

/* The world is to stop: a P in a syscall counts as stopped. */
static void stop_in_syscall(struct p *pp) {
  lock(&sched.lock);
  if (sched.stopwait > 0 && Cas(&pp->status, Psyscall, Pgcstop)) {
    Xadd(&pp->syscalltick, 1);
    goro__stopped_one();
  }
  unlock(&sched.lock);
}

static void leave_p(struct m *mp) {
  struct p *pp = mp->p;
  mp->oldp = pp;
  mp->p = NULL;
  StoreRelaxed(&pp->m, NULL);
  Store(&pp->status, Psyscall); /* from here on it may be taken */
  if (unlikely(Load(&sched.gcwaiting))) stop_in_syscall(pp);
}

/* The P of before if nobody has taken it, or an idle one. */
static bool take_p(struct m *mp) {
  struct p *pp = mp->oldp;
  mp->oldp = NULL;
  if (!Cas(&pp->status, Psyscall, Pidle)) {
    lock(&sched.lock);
    pp = goro__pidleget();
    unlock(&sched.lock);
  }
  if (!pp) return false;
  goro__acquirep(mp, pp);
  Xadd(&pp->syscalltick, 1);
  return true;
}

/* ---- goroutines ---- */

/* With a seed there is no sysmon that would take the P later.  It may be kept
 * only if nobody needs it: it has no work, and another M runs, which does what
 * there is to do and hands its own P on in its turn. */
static bool may_keep(struct p *pp) {
  if (!goro__runqempty(pp) || goro__timers_wakeTime(&pp->timers) != 0)
    return false;
  for (int32_t i = 0; i < nallp; i++)
    if (allp[i] != pp && Load(&allp[i]->status) == Prunning) return true;
  return false;
}

static void leave_to_seed(struct m *mp) {
  struct p *pp = mp->oldp;
  if (!may_keep(pp) || goro__systematic_flip())
    if (Cas(&pp->status, Psyscall, Pidle)) goro__handoffp(pp);
  goro__baton_leave();
}

void goro__entersyscall(void) {
  struct g *gp = goro__needg("goro_syscall");
  goro__needsysmon();
  if (traceon()) goro__trace_g(TRACE_SYSCALL, gp, 0);
  goro__casgstatus(gp, Grunning, Gsyscall);
  leave_p(gp->m);
  if (unlikely(goro__baton_on)) leave_to_seed(gp->m);
}

void goro__exitsyscall(void) {
  struct g *gp = getg();
  struct m *mp = gp->m;
  goro__baton_return();
  goro__casgstatus(gp, Gsyscall, Grunning);
  if (traceon()) goro__trace_g(TRACE_START, gp, 0);
  if (likely(take_p(mp))) return;
  mp->mcall = MCALL_EXITSYSCALL;
  goro__leave();
}

void goro__exitsyscall0(struct m *mp, struct g *gp) {
  if (traceon()) goro__trace_g(TRACE_YIELD, gp, 0);
  goro__casgstatus(gp, Grunning, Grunnable);
  StoreRelaxed(&gp->m, NULL);
  lock(&sched.lock);
  struct p *pp = goro__pidleget();
  if (!pp) goro__globrunqput(&sched.runq, gp);
  unlock(&sched.lock);
  if (pp) {
    goro__acquirep(mp, pp);
    goro__runqput(pp, gp, true);
  } else if (!mp->lockedg) {
    goro__stopm(mp);
  } /* a locked M waits for its G, see goro__schedule */
}

/* ---- slices ---- */

void goro__slice_over(struct m *mp) {
  if (!goro__threads) return; /* nobody else could run it */
  mp->away = MSLICED;
  leave_p(mp);
}

bool goro__slice_again(struct m *mp) {
  mp->away = MHERE;
  return take_p(mp);
}
