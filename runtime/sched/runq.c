/* runq.c: the queues of runnable goroutines.
 *
 * Go: runtime/proc.go (runqput, runqget, runqgrab, runqsteal, globrunq*).
 *
 * A P has a ring of RUNQ_SIZE and one slot, runnext, for the G that should run
 * next within the time slice of the one that readied it.  What does not fit
 * goes, half of the ring at a time, to the global queue.
 *
 * Invariants:
 *  1. runqtail - runqhead <= RUNQ_SIZE; runq[i % RUNQ_SIZE] is valid for i in
 *     [runqhead, runqtail).
 *  2. Only the owner of the P writes runqtail, and only it sets runnext to a
 *     G; thieves take from runqhead, and runnext to NULL, by compare and swap.
 *
 * Atomics: runqtail StoreRel (owner publishes slots) with LoadAcq (thief);
 * runqhead CasRel (taker commits, after it has read the slots) with LoadAcq
 * (owner, before it writes those slots again).
 * Locks: the global queue is under sched.lock.
 */
#include "sched/runtime2.h"

/* ---- a list of Gs ---- */

static void gQueue_pushBack(struct gQueue *q, struct g *gp) {
  gp->schedlink = NULL;
  if (q->tail)
    q->tail->schedlink = gp;
  else
    q->head = gp;
  q->tail = gp;
  StoreRelaxed(&q->size, q->size + 1);
}

static struct g *gQueue_pop(struct gQueue *q) {
  struct g *gp = q->head;
  if (!gp) return NULL;
  q->head = gp->schedlink;
  if (!q->head) q->tail = NULL;
  gp->schedlink = NULL;
  StoreRelaxed(&q->size, q->size - 1);
  return gp;
}

/* ---- the global queue ---- */

void goro__globrunqput(struct gQueue *q, struct g *gp) {
  assertLockHeld(&sched.lock);
  gQueue_pushBack(q, gp);
}

void goro__globrunqputbatch(struct gQueue *q, struct gQueue *batch) {
  assertLockHeld(&sched.lock);
  if (!batch->head) return;
  if (q->tail)
    q->tail->schedlink = batch->head;
  else
    q->head = batch->head;
  q->tail = batch->tail;
  StoreRelaxed(&q->size, q->size + batch->size);
  *batch = (struct gQueue){0};
}

/* Take one G to run and put a fair share of the others on pp's ring.
 * max > 0 limits how many. */
struct g *goro__globrunqget(struct p *pp, int32_t max) {
  assertLockHeld(&sched.lock);
  struct gQueue *q = globq_of(pp);
  int32_t n = q->size;
  if (n == 0) return NULL;
  n = GORO_MIN(n, n / sched.maxprocs + 1);
  if (max > 0) n = GORO_MIN(n, max);
  n = GORO_MIN(n, RUNQ_SIZE / 2);
  struct g *gp = gQueue_pop(q);
  while (--n > 0) goro__runqput(pp, gQueue_pop(q), false);
  return gp;
}

/* ---- a P's ring ---- */

bool goro__runqempty(struct p *pp) {
  return LoadAcq(&pp->runqhead) == LoadAcq(&pp->runqtail) &&
         !LoadRelaxed(&pp->runnext);
}

/* The ring is full: move half of it, and gp, to the global queue.  False if a
 * thief has made room meanwhile. */
static GORO_NOINLINE bool runqputslow(struct p *pp, struct g *gp, uint32_t h,
                                      uint32_t t) {
  uint32_t n = (t - h) / 2;
  if (n != RUNQ_SIZE / 2) goro__throw("runq: runqputslow: queue is not full");
  if (!CasRel(&pp->runqhead, h, h + n)) return false;
  /* Taken; nobody but this M writes the slots, so they still hold the Gs.  (Go
   * copies them first; here that would be half a KiB of C stack.) */
  struct gQueue q = {0};
  for (uint32_t i = 0; i < n; i++)
    gQueue_pushBack(&q, pp->runq[(h + i) % RUNQ_SIZE]);
  gQueue_pushBack(&q, gp);
  lock(&sched.lock);
  goro__globrunqputbatch(globq_of(pp), &q);
  unlock(&sched.lock);
  return true;
}

static void ring_put(struct p *pp, struct g *gp) {
  for (;;) {
    uint32_t h = LoadAcq(&pp->runqhead); /* pairs with CasRel of takers */
    uint32_t t = pp->runqtail;
    if (likely(t - h < RUNQ_SIZE)) {
      StoreRelaxed(&pp->runq[t % RUNQ_SIZE], gp);
      StoreRel(&pp->runqtail, t + 1); /* publishes the slot to thieves */
      return;
    }
    if (runqputslow(pp, gp, h, t)) return;
  }
}

/* Queue gp on pp, which the caller owns: at the end, or as next to run. */
void goro__runqput(struct p *pp, struct g *gp, bool next) {
  goro__point();
  if (unlikely(sched.systematic) && next && goro__systematic_flip())
    next = false;
  if (next) {
    struct g *old = Xchg(&pp->runnext, gp);
    if (!old) return;
    gp = old; /* kicked out to the ring */
  }
  ring_put(pp, gp);
}

/* With a seed, and one P: any G of the ring may come next.  Thieves would not
 * expect the ring to be shuffled, they may be in the middle of runqgrab; but
 * where there are any, they mix the Gs. */
static void ring_shuffle(struct p *pp) {
  uint32_t h = pp->runqhead, n = pp->runqtail - h;
  if (n < 2) return;
  uint32_t i = (h + goro__systematic_pick(n)) % RUNQ_SIZE;
  struct g *gp = pp->runq[i];
  pp->runq[i] = pp->runq[h % RUNQ_SIZE];
  pp->runq[h % RUNQ_SIZE] = gp;
}

/* Take a G of pp, which the caller owns.  *inheritTime: it shares the time
 * slice of the G that ran before. */
struct g *goro__runqget(struct p *pp, bool *inheritTime) {
  goro__point();
  struct g *next = LoadRelaxed(&pp->runnext);
  if (next && Cas(&pp->runnext, next, NULL)) {
    *inheritTime = true;
    return next;
  }
  *inheritTime = false;
  if (unlikely(sched.systematic) && nallp == 1) ring_shuffle(pp);
  for (;;) {
    uint32_t h = LoadAcq(&pp->runqhead); /* pairs with CasRel of thieves */
    uint32_t t = pp->runqtail;
    if (t == h) return NULL;
    struct g *gp = LoadRelaxed(&pp->runq[h % RUNQ_SIZE]);
    if (CasRel(&pp->runqhead, h, h + 1)) return gp; /* commits the take */
  }
}

/* Copy half of pp's Gs into batch, a ring of RUNQ_SIZE, from batchHead on.
 * Returns how many.  Any M may call this. */
static uint32_t runqgrab(struct p *pp, struct g **batch, uint32_t batchHead,
                         bool stealRunNextG) {
  for (;;) {
    uint32_t h = LoadAcq(&pp->runqhead); /* pairs with CasRel of takers */
    uint32_t t = LoadAcq(&pp->runqtail); /* pairs with the owner's StoreRel */
    uint32_t n = t - h;
    n = n - n / 2;
    if (n == 0) {
      struct g *next = stealRunNextG ? LoadRelaxed(&pp->runnext) : NULL;
      if (!next) return 0;
      if (!Cas(&pp->runnext, next, NULL)) continue;
      StoreRelaxed(&batch[batchHead % RUNQ_SIZE], next);
      return 1;
    }
    if (n > RUNQ_SIZE / 2) continue; /* h and t are not of one moment */
    for (uint32_t i = 0; i < n; i++) {
      struct g *gp = LoadRelaxed(&pp->runq[(h + i) % RUNQ_SIZE]);
      StoreRelaxed(&batch[(batchHead + i) % RUNQ_SIZE], gp);
    }
    if (CasRel(&pp->runqhead, h, h + n)) return n; /* commits the take */
  }
}

/* Move half of p2's Gs to pp, which the caller owns, and return one of them
 * to run. */
struct g *goro__runqsteal(struct p *pp, struct p *p2, bool stealRunNextG) {
  goro__point();
  uint32_t t = pp->runqtail;
  uint32_t n = runqgrab(p2, pp->runq, t, stealRunNextG);
  if (n == 0) return NULL;
  struct g *gp = pp->runq[(t + n - 1) % RUNQ_SIZE];
  if (GORO_THREADS && traceon())
    goro__trace_g(TRACE_STEAL | TRACE_REASON((uint8_t)p2->id), gp, n);
  if (--n == 0) return gp;
  uint32_t h = LoadAcq(&pp->runqhead); /* pairs with CasRel of takers */
  if (t - h + n >= RUNQ_SIZE) goro__throw("runq: runqsteal: overflow");
  StoreRel(&pp->runqtail, t + n); /* publishes the slots to thieves */
  return gp;
}
