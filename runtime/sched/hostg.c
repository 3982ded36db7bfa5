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
 *  1. The code of these Gs runs on an agent's M only, which holds its P at all
 *     times, also between slices: sched.hosted.  M0 is agent 0's; others are
 *     there on hosts with threads (agent.c).
 *  2. Such a G never leaves its agent: only that queues it, runs it, ends it.
 *  3. getg() is the G while its code runs and has not parked; in all other
 *     calls of the host it is g0.
 *
 * Locks: none: what is here belongs to the agent that calls.
 */
#include "sched/hostg.h"

#include "os/flatten.h"
#include "sched/schedule.h"

_Static_assert(sizeof(struct hostg) + 8 <= GSTACK0, "hostg");

struct hostagent goro__agent0 = {.m = &goro__m0};

void goro__hostg_init(void) {
  goro__m0.agent = &goro__agent0;
  sched.hosted = true;
  sched.mainstarted = true;
}

/* The agent's P: it keeps it. */
static struct p *agent_p(void) { return getagent()->m->p; }

/* startfn and agent: agent_lost looks at all Gs. */
static GORO_NOINLINE struct g *hostg_new(uint32_t slot, enum hostkind kind) {
  struct g *gp = goro__gfget(agent_p());
  struct hostg *h = hostg_of(gp);
  StoreRelaxed(&gp->startfn, NULL);
  h->slot = slot;
  h->kind = (uint8_t)kind;
  h->op = HOSTOP_NONE;
  h->cancelled = false;
  if (GORO_THREADS) StoreRelaxed(&h->agent, getagent());
  return gp;
}

struct g *goro__hostg_go(uint32_t slot, const struct gosite *site) {
  struct g *gp = hostg_new(slot, HOST_STEP);
  goro__gnumber(gp, site);
  goro__casgstatus(gp, Gdead, Grunnable);
  goro__runqput(agent_p(), gp, true);
  getagent()->flags |= HOST_RUNNABLE;
  return gp;
}

static const struct gosite wait_site = {.fn = "async"};

GORO_FLATTEN_NPM struct g *goro__hostg_waiter(uint32_t slot) {
  struct g *gp = getg();
  if (gp != getagent()->m->g0) return gp;
  gp = hostg_new(slot, HOST_WAIT);
  goro__gnumber(gp, &wait_site);
  return gp;
}

GORO_FLATTEN_NPM void goro__hostg_park(struct g *gp, enum hostop op,
                                       enum waitReason reason) {
  struct hostagent *a = getagent();
  struct m *mp = a->m;
  hostg_of(gp)->op = (uint8_t)op;
  StoreRelaxed(&gp->waitreason, (uint8_t)reason);
  StoreRelaxed(&gp->waitsince, mp->p->nowms);
  if (traceon()) goro__trace_park(gp, reason);
  goro__casgstatus(gp, readgstatus(gp), Gwaiting);
  StoreRelaxed(&gp->m, NULL);
  a->parked = gp;
  setg(mp->g0);
}

void goro__hostg_end(struct g *gp) {
  if (traceon()) goro__trace_g(TRACE_END, gp, 0);
  goro__casgstatus(gp, readgstatus(gp), Gdead);
  goro_assert(!gp->waiting);
  StoreRelaxed(&gp->m, NULL);
  StoreRelaxed(&gp->name, NULL);
  gp->param = NULL;
  Xadd(&ngs, -1);
  goro__gfput(agent_p(), gp);
}

static void ready_put(struct hostagent *a, struct g *gp) {
  a->flags |= HOST_READY;
  gp->schedlink = NULL;
  if (a->ready.tail)
    a->ready.tail->schedlink = gp;
  else
    a->ready.head = gp;
  a->ready.tail = gp;
}

bool goro__hostg_ready(struct g *gp) {
  struct hostagent *a = getagent();
  if (unlikely(gp->startfn)) { /* C, woken by whoever is outside of a slice */
    a->flags |= HOST_RUNNABLE;
    return false;
  }
  if (GORO_THREADS && unlikely(hostg_of(gp)->agent != a)) {
    goro__agent_post(hostg_of(gp)->agent, gp);
    return true;
  }
  if (hostg_of(gp)->kind == HOST_STEP) {
    a->flags |= HOST_RUNNABLE;
    return false;
  }
  ready_put(a, gp);
  return true;
}

struct g *goro__hostg_next(void) {
  struct hostagent *a = getagent();
  struct g *gp = a->ready.head;
  if (!gp) return NULL;
  a->ready.head = gp->schedlink;
  if (!a->ready.head) {
    a->ready.tail = NULL;
    a->flags &= ~(uint32_t)HOST_READY;
  }
  gp->schedlink = NULL;
  goro__casgstatus(gp, Grunnable, Grunning);
  return gp;
}

void goro__hostg_timer(void) { getagent()->flags |= HOST_RUNNABLE; }

void goro__hostg_begin(int64_t budget) {
  struct m *mp = getagent()->m;
  int64_t now = nanotime();
  mp->slice_end = now + budget;
  goro__now_is(mp->p, now);
  mp->p->timertick = 0;
}

GORO_FLATTEN_NPM int64_t goro__hostg_run(void) {
  return goro__schedule_host(getagent()->m);
}

/* Code that comes back without having waited has given way. */
void goro__hostg_stepped(struct m *mp, bool over) {
  struct g *gp = mp->curg;
  setg(mp->g0);
  mp->curg = NULL;
  if (over) {
    goro__hostg_end(gp);
  } else if (readgstatus(gp) == Grunning && gp->m) {
    hostg_of(gp)->op = HOSTOP_NONE;
    if (traceon()) goro__trace_g(TRACE_YIELD, gp, 0);
    goro__casgstatus(gp, Grunning, Grunnable);
    StoreRelaxed(&gp->m, NULL);
    lock(&sched.lock);
    goro__globrunqput(globq_of(mp->p), gp);
    unlock(&sched.lock);
  }
}
