/* agent.c: several threads that run goroutines of the host's: agents.
 *
 * Go: none.
 *
 * An agent is a thread with an event loop, or one that may block; it has an M
 * and a P, which it keeps as long as it lives.  Its goroutines never leave it.
 * There is one from the beginning, agent 0 on M0; the host starts the others'
 * threads itself.
 *
 * Who makes a G of another agent's ready puts it into that one's inbox, and
 * wakes it if it dozes.  No wakeup is lost:
 *   who makes a G ready              who goes to sleep
 *   1. puts it into the inbox        1. sets dozing
 *   2. reads dozing: clears it and   2. reads the inbox: takes dozing back
 *      wakes the agent, if it is set    if there is something
 * Who finds the inbox not empty does no more: whoever put the first G there
 * looks, or has looked.  An agent that is awake reads its inbox when it has
 * nothing else to run, and before it dozes; so it has to doze in the end.
 *
 * Goroutines of C stay on the agent that has started or woken them: agents do
 * not steal, as nearly all that is on their queues must not be stolen.
 *
 * A verdict of deadlock needs one moment at which all agents doze, with empty
 * inboxes: two rounds find that, and no agent has woken in between (turns).
 * Then nobody runs who could change anything, but events from outside.
 *
 * A thread can end at any moment.  If it was in code of the host's, its G's and
 * queues are as they were, and agent 0 ends them (agent_lost); in the runtime,
 * it may have held locks (`inside`).  Then its timers go to agent 0, where
 * others may wait for them.
 *
 * Invariants:
 *  1. A G of agent a that is runnable is in exactly one of: a->inbox, a->ready,
 *     the queues of its P; or somebody is about to put it into the inbox.
 *  2. Agents, as Ms and Ps, are never freed, but used again.
 *
 * Locks: sched.lock for the lists of agents.
 */
#include "sched/hostg.h"

#include "sched/schedule.h"

#if GORO_THREADS

static struct hostagent *allagents = &goro__agent0;
static struct hostagent *freeagents; /* under sched.lock */

/* ---- waking ---- */

static void agent_wake(struct hostagent *a) {
  if (!Load(&a->dozing) || Xchg(&a->dozing, 0) == 0) return;
  goro__futexwakeup(&a->dozing, INT32_MAX);
  if (LoadRelaxed(&a->message) && goro__host_wake) goro__host_wake(a);
}

void goro__agent_post(struct hostagent *a, struct g *gp) {
  struct g *first;
  do {
    first = Load(&a->inbox);
    gp->schedlink = first;
  } while (!Cas(&a->inbox, first, gp));
  if (!first) agent_wake(a);
}

/* What is in the inbox, the first to come first. */
static struct g *take_inbox(struct hostagent *a) {
  if (!LoadRelaxed(&a->inbox)) return NULL;
  struct g *gp = Xchg(&a->inbox, NULL), *list = NULL;
  while (gp) {
    struct g *next = gp->schedlink;
    gp->schedlink = list;
    list = gp;
    gp = next;
  }
  return list;
}

bool goro__hostg_collect(void) {
  struct hostagent *a = getagent();
  struct g *gp = take_inbox(a);
  if (!gp) return false;
  while (gp) {
    struct g *next = gp->schedlink;
    gp->schedlink = NULL;
    if (!goro__hostg_ready(gp)) goro__runqput(a->m->p, gp, false);
    gp = next;
  }
  return true;
}

/* ---- sleeping ---- */

bool goro__agent_doze(void) {
  struct hostagent *a = getagent();
  struct p *pp = a->m->p;
  goro__hostg_collect();
  if (!goro__runqempty(pp) || LoadRelaxed(&globq_of(pp)->size) > 0)
    a->flags |= HOST_RUNNABLE; /* a slice is over that has left something */
  if (a->flags != 0) return false;
  Store(&a->dozing, 1);
  goro__point();
  if (!Load(&a->inbox)) return true;
  Store(&a->dozing, 0);
  goro__hostg_collect();
  return false;
}

void goro__agent_awake(void) {
  struct hostagent *a = getagent();
  Xadd(&a->turns, 1); /* before it can do anything */
  Store(&a->dozing, 0);
}

/* *turns gets the sum, which only grows. */
static bool all_doze(uint32_t *turns) {
  struct hostagent *a = LoadAcq(&allagents); /* pairs with StoreRel in enlist */
  for (*turns = 0; a; a = a->alllink) {
    if (Load(&a->gone)) continue;
    if (!Load(&a->dozing) || Load(&a->inbox) || Load(&a->asyncs) ||
        Load(&a->holds))
      return false;
    *turns += Load(&a->turns);
  }
  return true;
}

bool goro__agents_stuck(void) {
  uint32_t before, after;
  return all_doze(&before) && goro__timeSleepUntil() == INT64_MAX &&
         all_doze(&after) && before == after;
}

/* ---- coming and going ---- */

static void enlist(struct hostagent *a) {
  lock(&sched.lock);
  a->alllink = allagents;
  StoreRel(&allagents, a); /* all_doze reads the list without the lock */
  unlock(&sched.lock);
}

static struct hostagent *agent_make(void) {
  struct p *pp = goro__p_add();
  if (!pp) return NULL;
  struct m *mp = goro__allocm();
  struct hostagent *a = goro__mallocz(sizeof *a);
  mp->canblock = false; /* not in the scheduler */
  mp->agent = a;
  a->m = mp;
  goro__acquirep(mp, pp);
  enlist(a);
  return a;
}

struct hostagent *goro__agent_new(void) {
  lock(&sched.lock);
  struct hostagent *a = freeagents;
  if (a) freeagents = a->freelink;
  unlock(&sched.lock);
  if (!a) a = agent_make();
  if (!a) return NULL;
  goro__needthreads();
  Store(&a->gone, false);
  a->m->player = goro__baton_new();
  return a;
}

void goro__agent_enter(struct hostagent *a) {
  goro__baton_join(a->m->player);
  goro__minit(a->m);
}

void goro__agent_leave(void) { Store(&getagent()->gone, true); }

/* ---- a lost agent's goroutines ---- */

/* Runnable ones of lost agents, which may have received something, by
 * schedlink; agent 0's. */
static struct g *orphans;

/* gp is runnable, and on no queue any more. */
static void end_runnable(struct g *gp) {
  gp->schedlink = orphans;
  orphans = gp;
}

struct hchan *goro__agent_orphan(void) {
  struct hchan *c = NULL;
  while (!c && orphans) {
    struct g *gp = orphans;
    orphans = gp->schedlink;
    gp->schedlink = NULL;
    c = goro__host_over(gp);
    goro__hostg_end(gp);
  }
  return c;
}

/* End what can be had at once; returns how many are still on queues, or on
 * their way there. */
static uint32_t end_waiting(struct hostagent *a) {
  uint32_t queued = 0;
  uint32_t n = LoadAcq(&allglen); /* pairs with StoreRel in allgadd */
  for (uint32_t i = 0; i < n; i++) {
    struct g *gp = goro__allg(i);
    uint32_t status = Load(&gp->atomicstatus);
    if (status == Gdead || LoadRelaxed(&gp->startfn)) continue;
    if (LoadRelaxed(&hostg_of(gp)->agent) != a) continue;
    if (status == Gwaiting && !goro__host_unqueue(gp)) status = Grunnable;
    if (status == Grunnable)
      queued++;
    else
      goro__hostg_end(gp);
  }
  return queued;
}

/* The queues that only a's own thread has used. */
static struct g *take_queued(struct hostagent *a) {
  struct p *pp = a->m->p;
  struct g *gp = a->ready.head;
  bool inherit;
  if (gp) {
    a->ready.head = gp->schedlink;
    return gp;
  }
  gp = goro__runqget(pp, &inherit);
  if (gp) return gp;
  lock(&sched.lock);
  gp = goro__globrunqget(pp, 1);
  unlock(&sched.lock);
  return gp;
}

/* Goroutines of C go on here. */
static uint32_t end_queued(struct hostagent *a) {
  uint32_t n = 0;
  for (struct g *gp; (gp = take_queued(a));) {
    if (gp->startfn) {
      goro__runqput(getg()->m->p, gp, false);
      continue;
    }
    end_runnable(gp);
    n++;
  }
  return n;
}

static void end_posted(struct hostagent *a, uint32_t n) {
  while (n > 0) {
    struct g *gp = take_inbox(a);
    if (!gp) goro__yield_m(); /* who makes one ready has not put it there yet */
    while (gp) {
      struct g *next = gp->schedlink;
      end_runnable(gp);
      gp = next;
      n--;
    }
  }
}

bool goro__agent_lost(struct hostagent *a) {
  if (LoadRelaxed(&a->inside)) return false;
  uint32_t queued = end_waiting(a);
  end_posted(a, queued - end_queued(a));
  goro__timers_take(&getg()->m->p->timers, &a->m->p->timers);
  a->ready = (struct gQueue){0};
  a->flags = 0;
  a->m->curg = NULL;
  Store(&a->asyncs, 0);
  Store(&a->holds, 0);
  Store(&a->message, false);
  Store(&a->dozing, 0);
  Store(&a->gone, true);
  lock(&sched.lock);
  a->freelink = freeagents;
  freeagents = a;
  unlock(&sched.lock);
  return true;
}

#endif
