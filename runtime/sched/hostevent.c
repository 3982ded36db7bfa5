/* hostevent.c: goroutines that wait for what only the host can bring, outside
 * of the scheduler's sight: a promise, a call on the host's main thread.
 *
 * Go: runtime/netpoll.go (netpollWaiters, netpollgoready), proc.go
 * (injectglist).
 *
 * A host with an event loop polls for itself: no M has to wait for its events.
 * It calls goro__host_ready from that loop, between two slices, where M0 may
 * have no P; so the goroutine goes to the global queue, and an M is woken.
 *
 * Invariants:
 *  1. sched.hostwaiters counts the goroutines that have said they will wait and
 *     for which goro__host_ready is not over.  While it is not 0 there is no
 *     deadlock verdict (checkdead.c).
 *  2. It goes down last: by then an M runs that finds the goroutine, and so
 *     nobody can take the program for dead in between.
 *  3. No wakeup is lost: the goroutine is in the global queue first.  A poller
 *     that is told, or an M that spins, looks there before it goes idle; others
 *     do so under sched.lock, before they give up their P (put_p_down).
 *
 * Locks: sched.lock for the queue.
 *
 * Differs from Go: no list of ready goroutines is handed to whoever polls.
 */
#include "sched/runtime2.h"
#include "sched/schedule.h"

void goro__host_wait(nounwind_func start, void *arg, enum waitReason reason) {
  Xadd(&sched.hostwaiters, 1);
  goro__gopark(start, arg, reason);
}

/* gp waits for its M, which needs a P only: no other M has to take gp first. */
static bool ready_locked(struct g *gp) {
  if (likely(!gp->lockedm)) return false;
  lock(&sched.lock);
  struct p *pp = goro__pidleget();
  unlock(&sched.lock);
  if (!pp) return false;
  goro__wakelockedm(gp, pp);
  return true;
}

/* Go: injectglist, of a caller without a P. */
static void inject(struct g *gp) {
  lock(&sched.lock);
  goro__globrunqput(&sched.runq, gp);
  unlock(&sched.lock);
  goro__point();
  if (Load(&sched.lastpoll) == 0)
    goro__netpollBreak();
  else if (Load(&sched.nmspinning) == 0)
    goro__startm(NULL, false);
}

void goro__host_ready(struct g *gp) {
  goro__casgstatus(gp, Gwaiting, Grunnable);
  if (traceon()) goro__trace_g(TRACE_READY, gp, 0);
  if (!ready_locked(gp)) inject(gp);
  goro__point();
  if (Xadd(&sched.hostwaiters, -1) > 0) return;
  /* gp may have run, and blocked for ever: nobody asked while it counted. */
  lock(&sched.lock);
  goro__checkdead();
  unlock(&sched.lock);
}

bool goro__host_only(int32_t n) {
  lock(&sched.lock);
  int32_t run = sched.mcount - sched.nmidle - sched.nmidlelocked - sched.nmsys;
  bool only = run == 0 && Load(&sched.hostwaiters) == n &&
              goro__timeSleepUntil() == INT64_MAX;
  unlock(&sched.lock);
  return only;
}
