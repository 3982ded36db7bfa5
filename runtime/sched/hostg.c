/* hostg.c: goroutines whose code runs in the host: JavaScript's.
 *
 * Go: none; Go's js/wasm port runs callbacks of JavaScript on goroutines.
 *
 * Such a G has no stack, and startfn is NULL.  It waits by the same sudogs and
 * semaphores as the others, and its wakers need not know.  Two kinds:
 *  - HOST_STEP: a goroutine that the host can step (a generator).  It is on
 *    the run queues; schedule returns to the host, which runs it up to its next
 *    wait and calls again.  A call of the host's from here would cost more.
 *  - HOST_WAIT: a wait alone, of code that the host runs by itself (an async
 *    function).  It lives as long as the wait.  goready puts it on a list of
 *    the host's, which takes it from there when it gets control, so no slice
 *    is needed to go on.
 *
 * An operation that has to wait parks the G within the call, before the code
 * has left: nobody else can resume it on this thread until it has.
 *
 * Invariants:
 *  1. The code of these Gs runs on M0 only, which holds its P at all times,
 *     also between slices: sched.hosted.
 *  2. getg() is the G while its code runs and has not parked; in all other
 *     calls of the host it is g0.
 *
 * Locks: none: there is one M as long as sched.hosted is set.
 */
#include "sched/hostg.h"

#include "sched/schedule.h"

_Static_assert(sizeof(struct hostg) + 8 <= GSTACK0, "hostg");

uint32_t goro__hostflags;
struct g *goro__hostg_parked;

static struct gQueue hostready; /* HOST_WAITs that are runnable */

void goro__hostg_init(void) {
  sched.hosted = true;
  sched.mainstarted = true;
}

static struct g *hostg_new(uint32_t slot, enum hostkind kind) {
  struct g *gp = goro__gfget(goro__m0.p);
  struct hostg *h = hostg_of(gp);
  gp->startfn = NULL;
  *h = (struct hostg){.slot = slot, .kind = (uint8_t)kind};
  return gp;
}

struct g *goro__hostg_go(uint32_t slot, const struct gosite *site) {
  struct g *gp = hostg_new(slot, HOST_STEP);
  goro__gnumber(gp, site);
  goro__casgstatus(gp, Gdead, Grunnable);
  goro__runqput(goro__m0.p, gp, true);
  goro__hostflags |= HOST_RUNNABLE;
  return gp;
}

static const struct gosite wait_site = {.fn = "async"};

struct g *goro__hostg_waiter(uint32_t slot) {
  struct g *gp = getg();
  if (gp != goro__m0.g0) return gp;
  gp = hostg_new(slot, HOST_WAIT);
  goro__gnumber(gp, &wait_site);
  return gp;
}

void goro__hostg_park(struct g *gp, enum hostop op, enum waitReason reason) {
  struct m *mp = &goro__m0;
  hostg_of(gp)->op = (uint8_t)op;
  gp->waitreason = (uint8_t)reason;
  gp->waitsince = (uint32_t)((mp->p->now - sched.starttime) / 1000000);
  goro__casgstatus(gp, readgstatus(gp), Gwaiting);
  gp->m = NULL;
  goro__hostg_parked = gp;
  setg(mp->g0);
}

void goro__hostg_end(struct g *gp) {
  goro__casgstatus(gp, readgstatus(gp), Gdead);
  goro_assert(!gp->waiting);
  gp->m = NULL;
  gp->name = NULL;
  gp->param = NULL;
  Xadd(&ngs, -1);
  goro__gfput(goro__m0.p, gp);
}

bool goro__hostg_ready(struct g *gp) {
  if (hostg_of(gp)->kind == HOST_STEP) {
    goro__hostflags |= HOST_RUNNABLE;
    return false;
  }
  goro__hostflags |= HOST_READY;
  gp->schedlink = NULL;
  if (hostready.tail)
    hostready.tail->schedlink = gp;
  else
    hostready.head = gp;
  hostready.tail = gp;
  return true;
}

struct g *goro__hostg_next(void) {
  struct g *gp = hostready.head;
  if (!gp) return NULL;
  hostready.head = gp->schedlink;
  if (!hostready.head) {
    hostready.tail = NULL;
    goro__hostflags &= ~(uint32_t)HOST_READY;
  }
  gp->schedlink = NULL;
  goro__casgstatus(gp, Grunnable, Grunning);
  return gp;
}

void goro__hostg_begin(int64_t budget) {
  struct m *mp = &goro__m0;
  int64_t now = nanotime();
  mp->slice_end = now + budget;
  mp->p->now = now;
  mp->p->timertick = 0;
}

int64_t goro__hostg_run(void) { return goro__schedule(&goro__m0); }

/* Code that comes back without having waited has given way. */
void goro__hostg_stepped(struct m *mp, bool over) {
  struct g *gp = mp->curg;
  setg(mp->g0);
  mp->curg = NULL;
  if (over) {
    goro__hostg_end(gp);
  } else if (readgstatus(gp) == Grunning && gp->m) {
    hostg_of(gp)->op = HOSTOP_NONE;
    goro__casgstatus(gp, Grunning, Grunnable);
    gp->m = NULL;
    lock(&sched.lock);
    goro__globrunqput(gp);
    unlock(&sched.lock);
  }
}
