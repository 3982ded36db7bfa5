/* select.c: the select statement.
 *
 * Go: runtime/select.go.
 *
 * In four passes, all channels locked in address order during 1 to 3:
 *   1. Look for a case that is ready, in random order; do it, and return.
 *   2. Queue the goroutine on every channel; park.
 *   3. (Woken.)  Lock again, take it off the channels that lost.
 *   4. Return the case that fired.
 *
 * Invariants:
 *  1. Exactly one case is committed: in pass 1 under all locks, later by the
 *     one waker that changes g.selectDone from 0 to 1.
 *  2. After return no channel holds a sudog of this select.
 *  3. g.waiting lists the sudogs in lock order while the G waits.
 *
 * Locks: those of all channels in the cases, ascending by address; the same
 * channel in several cases is locked once.
 *
 * The orders are kept in the cases themselves, so a select needs no memory of
 * its own whatever its size, and little C stack.
 */
#include "wait/select.h"

#include <string.h>

#include "base/rand.h"

/* ---- orders ---- */

static inline struct hchan *locked_chan(struct scase *cases, int i) {
  return cases[cases[i].lockorder].c;
}

/* Fill pollorder with the indexes of the cases that have a channel, shuffled.
 * Returns how many. */
static int make_pollorder(struct scase *cases, int n) {
  int norder = 0;
  for (int i = 0; i < n; i++) {
    struct hchan *c = cases[i].c;
    cases[i].ok = false;
    if (!c) continue;
    if (unlikely(c->timer)) goro__timer_maybeRunChan(c->timer);
    uint32_t j = goro__cheaprandn((uint32_t)norder + 1);
    cases[norder].pollorder = cases[j].pollorder;
    cases[j].pollorder = (uint16_t)i;
    norder++;
  }
  return norder;
}

static inline uintptr_t sortkey(struct scase *cases, uint16_t i) {
  return (uintptr_t)cases[i].c;
}

/* Move the case at j down to its place in the heap lockorder[0..n). */
static void lockorder_sift(struct scase *cases, int j, int n) {
  uint16_t o = cases[j].lockorder;
  uintptr_t key = sortkey(cases, o);
  for (;;) {
    int k = j * 2 + 1;
    if (k >= n) break;
    if (k + 1 < n && sortkey(cases, cases[k].lockorder) <
                         sortkey(cases, cases[k + 1].lockorder))
      k++;
    if (key >= sortkey(cases, cases[k].lockorder)) break;
    cases[j].lockorder = cases[k].lockorder;
    j = k;
  }
  cases[j].lockorder = o;
}

/* Few cases, the usual thing: by insertion. */
static void sort_by_insertion(struct scase *cases, int n) {
  for (int i = 0; i < n; i++) {
    uint16_t o = cases[i].pollorder;
    uintptr_t key = sortkey(cases, o);
    int j = i;
    for (; j > 0 && sortkey(cases, cases[j - 1].lockorder) > key; j--)
      cases[j].lockorder = cases[j - 1].lockorder;
    cases[j].lockorder = o;
  }
}

/* Many cases: heap sort, which is n log n and needs no stack. */
static void sort_by_heap(struct scase *cases, int n) {
  for (int i = 0; i < n; i++) cases[i].lockorder = cases[i].pollorder;
  for (int i = n / 2 - 1; i >= 0; i--) lockorder_sift(cases, i, n);
  for (int i = n - 1; i > 0; i--) {
    uint16_t o = cases[i].lockorder;
    cases[i].lockorder = cases[0].lockorder;
    cases[0].lockorder = o;
    lockorder_sift(cases, 0, i);
  }
}

/* Sort the first n of pollorder by channel address into lockorder. */
static void make_lockorder(struct scase *cases, int n) {
  enum { few = 12 };
  if (n <= few)
    sort_by_insertion(cases, n);
  else
    sort_by_heap(cases, n);
}

/* ---- locks ---- */

void goro__sellock(struct scase *cases, int n) {
  struct hchan *last = NULL;
  for (int i = 0; i < n; i++) {
    struct hchan *c = locked_chan(cases, i);
    if (c != last) lock(&c->lock);
    last = c;
  }
}

void goro__selunlock(struct scase *cases, int n) {
  for (int i = n - 1; i >= 0; i--) {
    struct hchan *c = locked_chan(cases, i);
    if (i > 0 && c == locked_chan(cases, i - 1)) continue;
    unlock(&c->lock);
  }
}

/* Unlocks after the park is complete.  Goes by g.waiting, not by the cases:
 * once the last lock is released the G may run again and its stack change. */
int64_t goro__selparkcommit(void *gpv, void *unused) {
  struct g *gp = gpv;
  (void)unused;
  struct hchan *last = NULL;
  for (struct sudog *sg = gp->waiting; sg;) {
    struct hchan *c = sg->c;
    struct sudog *next = sg->waitlink;
    if (last && c != last) unlock(&last->lock);
    last = c;
    sg = next;
  }
  if (last) unlock(&last->lock);
  return true;
}

/* ---- pass 1 ---- */

enum readiness { NOT_READY, READY, READY_CLOSED };

/* Do the case if it is ready.  *wake gets the G to ready after unlocking. */
static enum readiness try_send(struct scase *k, struct g **wake) {
  struct hchan *c = k->c;
  if (c->closed) return READY_CLOSED;
  struct sudog *sg = goro__waitq_dequeue(&c->recvq);
  if (sg) {
    *wake = goro__send_to(c, sg, k->elem);
    return READY;
  }
  if (c->qcount == c->dataqsiz) return NOT_READY;
  goro__bufsend(c, k->elem);
  return READY;
}

static enum readiness try_recv(struct scase *k, struct g **wake) {
  struct hchan *c = k->c;
  struct sudog *sg = goro__waitq_dequeue(&c->sendq);
  if (sg) {
    *wake = goro__recv_from(c, sg, k->elem);
    return READY;
  }
  if (c->qcount > 0) {
    goro__bufrecv(c, k->elem);
    return READY;
  }
  return c->closed ? READY_CLOSED : NOT_READY;
}

/* ---- passes 2 and 3 ---- */

void goro__select_enqueue(struct g *gp, struct scase *cases, int n) {
  if (gp->waiting) goro__throw("select: gp->waiting is not empty");
  struct sudog **nextp = &gp->waiting;
  for (int i = 0; i < n; i++) {
    struct scase *k = &cases[cases[i].lockorder];
    struct sudog *sg = goro__acquireSudog();
    sg->g = gp;
    sg->isSelect = true;
    sg->elem = k->elem;
    sg->c = k->c;
    *nextp = sg;
    nextp = &sg->waitlink;
    waitq_enqueue(k->send ? &k->c->sendq : &k->c->recvq, sg);
    if (unlikely(k->c->timer)) goro__blockTimerChan(k->c->timer);
  }
  *nextp = NULL;
  gp->param = NULL;
}

int goro__select_dequeue(struct g *gp, struct scase *cases, int n,
                         bool *success) {
  struct sudog *fired = gp->param;
  struct sudog *sg = gp->waiting;
  int casi = -1;
  StoreRelaxed(&gp->selectDone, 0); /* under all locks */
  gp->param = NULL;
  gp->waiting = NULL;
  for (int i = 0; i < n; i++) {
    struct scase *k = &cases[cases[i].lockorder];
    if (unlikely(k->c->timer)) goro__unblockTimerChan(k->c->timer);
    if (sg == fired) {
      casi = cases[i].lockorder;
      *success = sg->success;
    } else {
      goro__waitq_dequeueSudoG(k->send ? &k->c->sendq : &k->c->recvq, sg);
    }
    struct sudog *next = sg->waitlink;
    sg->waitlink = NULL;
    sg->isSelect = false;
    sg->elem = NULL;
    sg->c = NULL;
    goro__releaseSudog(sg);
    sg = next;
  }
  return casi;
}

/* ---- all of it ---- */

GORO_NOINLINE int goro__select_attempt(struct scase *cases, int n, bool block) {
  goro__sellock(cases, n);
  for (int i = 0; i < n; i++) {
    int casi = cases[i].pollorder;
    struct scase *k = &cases[casi];
    struct g *wake = NULL;
    enum readiness r = k->send ? try_send(k, &wake) : try_recv(k, &wake);
    if (r == NOT_READY) continue;
    goro__selunlock(cases, n);
    if (wake) goro__chanready(wake, k->c, k->send ? TRACE_IN : TRACE_OUT);
    if (r == READY) {
      k->ok = !k->send;
      return casi;
    }
    if (k->send) return SEL_CLOSED_SEND;
    if (k->elem) memset(k->elem, 0, k->c->elemsize);
    return casi;
  }
  if (block) return SEL_WAIT;
  goro__selunlock(cases, n);
  return -1;
}

GORO_NOINLINE int goro__select_woken(struct g *gp, struct scase *cases, int n) {
  bool success = false;
  goro__sellock(cases, n);
  int casi = goro__select_dequeue(gp, cases, n, &success);
  if (casi < 0) goro__throw("select: bad wakeup");
  goro__selunlock(cases, n);
  if (cases[casi].send) return success ? casi : SEL_CLOSED_SEND;
  cases[casi].ok = success;
  return casi;
}

GORO_NOINLINE int goro__select_orders(struct scase *cases, int n) {
  int norder = make_pollorder(cases, n);
  make_lockorder(cases, norder);
  return norder;
}

/* Pass 2.  Noinline: what stands in selectgo would be instrumented. */
static GORO_NOINLINE void enqueue_self_on_all(struct scase *cases, int n) {
  goro__select_enqueue(goro__needg("goro_select"), cases, n);
}

int goro__selectgo(struct scase *cases, int n, bool block) {
  if (n < 0 || n > SELECT_MAX) {
    goro__plainpanic("select: number of cases out of range");
    return -1; /* unwinding */
  }
  int norder = goro__select_orders(cases, n);
  if (norder == 0) {
    if (!block) return -1;
    goro__needg("goro_select");
    goro__gopark(NULL, NULL, waitReasonSelectNoCases);
    return -1; /* unwinding, or never */
  }
  int casi = goro__select_attempt(cases, norder, block);
  if (casi == SEL_WAIT) {
    enqueue_self_on_all(cases, norder);
    goro__gopark(goro__selparkcommit, NULL, waitReasonSelect);
    casi = goro__select_woken(getg(), cases, norder);
  }
  if (unlikely(casi == SEL_CLOSED_SEND))
    goro__plainError("send on closed channel");
  return casi;
}
