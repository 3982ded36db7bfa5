/* processor.c: the Ps, and GOMAXPROCS.
 *
 * Go: runtime/proc.go (procresize), debug.go (GOMAXPROCS).
 *
 * Invariants:
 *  1. allp[i]->id == i; a P record is never freed.
 *  2. The number of Ps is between 1 and sched.ncpu.
 * Locks: sched.lock for the idle list and maxprocs.
 */
#include "sched/runtime2.h"

struct p **allp;
int32_t nallp;

static struct p *p_new(int32_t id) {
  struct p *pp = goro__mallocz(sizeof *pp);
  pp->id = id;
  pp->status = Pidle;
  pp->timerevery = 1;
  pp->schedtick = 1; /* the first goroutines come from the local queue */
  lockInit(&pp->timers.mu, lockRankTimers);
  return pp;
}

/* Make n Ps and return the first, running.  Called once, at boot. */
struct p *goro__procresize(int32_t n) {
  goro_assert(!allp && n >= 1);
  allp = goro__mallocz((size_t)n * sizeof *allp);
  for (int32_t i = 0; i < n; i++) allp[i] = p_new(i);
  nallp = n;
  sched.maxprocs = n;
  allp[0]->status = Prunning;
  return allp[0];
}

/* The number of Ps in use.  With one M it is 1, whatever is asked for: the
 * host's reason is in sched.cpureason. */
int32_t goro__GOMAXPROCS(int32_t n) {
  (void)n;
  return sched.maxprocs;
}
