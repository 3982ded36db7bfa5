/* hostlock.c: what locks for goroutines of the host are made of.
 *
 * Go: none; package sync for what they do.
 *
 * One structure serves all: a number that is taken and given back, and queues
 * of those who wait for it.  What is given goes straight to who has waited for
 * longest, so nobody comes in between, and one that waits leaves nothing behind
 * when it is called off.  The package makes of it (bindings/src/sync.ts):
 *  Mutex       size 1; 1 is taken.
 *  Semaphore   its size and weights.
 *  RWMutex     readers take 1, a writer all, exclusively.
 *  WaitGroup   size 0; tasks are taken by giving less than 0, and who waits
 *              takes 0: that fits when there are none.
 *  Cond        size 0; who waits takes 1, and a signal makes room.
 *
 * Invariants:
 *  1. taken <= size but for a WaitGroup's.
 *  2. An exclusive taker that waits keeps new shared ones out.  When one gives
 *     back, the shared ones that wait come first; otherwise the exclusive.
 *
 * Locks: l->lock, of the rank of channels' as it is never taken with another.
 *
 * Differs from Go: no spinning and no barging, as a goroutine of the host's
 * holds its thread until it waits.
 */
#include "wait/hostlock.h"

#include "wait/hostwait.h"

struct hostlock *goro__hostlock(double size, uint8_t shared,
                                uint8_t exclusive) {
  struct hostlock *l = goro__mallocz(sizeof *l);
  lockInit(&l->lock, lockRankHchan);
  l->size = size;
  l->reasons[0] = shared;
  l->reasons[1] = exclusive;
  l->refs = 1;
  return l;
}

/* ---- passing it on ---- */

/* Those who have got it, to be made ready when the lock is free. */
struct served {
  struct g *head;
  struct g **tail;
};

static void serve(struct hostlock *l, int class, struct served *out) {
  for (struct sudog *sg; (sg = l->q[class].first);) {
    struct g *gp = sg->g;
    double n = hostg_of(gp)->elem.f64;
    if (l->taken + n > l->size) return;
    goro__waitq_dequeue(&l->q[class]);
    StoreRelaxed(&sg->elem, NULL);
    l->taken += n;
    sg->success = true;
    gp->param = sg;
    gp->schedlink = NULL;
    *out->tail = gp;
    out->tail = &gp->schedlink;
  }
}

/* Serve all who can be, and unlock. */
static void serve_unlock(struct hostlock *l, bool shared_first) {
  struct served out = {NULL, &out.head};
  if (shared_first) serve(l, 0, &out);
  serve(l, 1, &out);
  if (!l->q[1].first) serve(l, 0, &out);
  unlock(&l->lock);
  for (struct g *gp = out.head, *next; gp; gp = next) {
    next = gp->schedlink;
    gp->schedlink = NULL;
    goro__goready(gp);
  }
}

/* ---- taking ---- */

static int32_t park_for(struct hostlock *l, double n, bool exclusive,
                        uint32_t slot) {
  struct g *gp = goro__hostg_waiter(slot);
  struct hostg *h = hostg_of(gp);
  struct sudog *sg = goro__acquireSudog();
  h->lock = l;
  h->exclusive = exclusive;
  h->elem.f64 = n;
  sg->g = gp;
  StoreRelaxed(&sg->elem, (void *)l); /* for reports and traces */
  sg->c = NULL;
  sg->timed = false;
  gp->waiting = sg;
  gp->param = NULL;
  waitq_enqueue(&l->q[exclusive], sg);
  goro__hostg_park(gp, HOSTOP_LOCK, l->reasons[exclusive]);
  unlock(&l->lock);
  return HOST_PARKED;
}

int32_t goro__hostlock_take(struct hostlock *l, double n, bool exclusive,
                            bool block, uint32_t slot) {
  lock(&l->lock);
  bool fits = !l->q[0].first && !l->q[1].first && l->taken + n <= l->size;
  if (!fits && block) return park_for(l, n, exclusive, slot);
  if (fits) l->taken += n;
  unlock(&l->lock);
  return fits ? 0 : HOST_NONE;
}

bool goro__hostlock_unqueue(struct g *gp) {
  struct hostg *h = hostg_of(gp);
  struct hostlock *l = h->lock;
  struct waitq *q = &l->q[h->exclusive];
  struct sudog *sg = gp->waiting;
  lock(&l->lock);
  bool queued = sg->prev || sg->next || q->first == sg;
  if (queued) goro__waitq_dequeueSudoG(q, sg);
  serve_unlock(l, false); /* others may have waited behind it */
  if (!queued) return false;
  StoreRelaxed(&sg->elem, NULL);
  gp->param = sg;
  goro__chan_dequeue(gp);
  return true;
}

/* ---- giving ---- */

/* A writer has all of it, readers never have. */
static bool has(struct hostlock *l, double n, bool exclusive) {
  if (exclusive) return l->taken == l->size;
  return n <= l->taken && !(l->reasons[1] && l->taken == l->size);
}

bool goro__hostlock_give(struct hostlock *l, double n, bool exclusive) {
  lock(&l->lock);
  if (!has(l, n, exclusive)) {
    unlock(&l->lock);
    return false;
  }
  l->taken -= n;
  serve_unlock(l, exclusive);
  return true;
}

void goro__hostlock_signal(struct hostlock *l, bool all) {
  lock(&l->lock);
  for (struct sudog *sg = l->q[0].first; sg; sg = all ? sg->next : NULL)
    l->size += 1;
  serve_unlock(l, false);
}
