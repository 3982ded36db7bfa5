/* chan.c: channels.
 *
 * Go: runtime/chan.go.
 *
 * Invariants:
 *  1. At least one of sendq and recvq is empty, but for an unbuffered channel
 *     on which one goroutine both sends and receives in one select.
 *  2. For buffered channels: qcount > 0 implies that recvq is empty, and
 *     qcount < dataqsiz that sendq is empty.
 *  3. closed never goes back to 0; after it, nobody waits.
 *  4. recvx + qcount == sendx modulo dataqsiz.
 *
 * Locks: c->lock (rank Hchan) guards all but what chan.h calls r/o, and the
 * fields of the sudogs queued on c.  A G is made ready after it is released.
 *
 * A waiter's element lies on its own C stack, which never moves: the other
 * side copies straight from or to it.
 *
 * Each operation is in two parts.  What can be done at once is a function that
 * cannot unwind, which asyncify leaves alone; only the outer function and the
 * wait behind it are instrumented.  A parked goroutine then keeps two frames
 * of ours: the operation's and none for the park, which is inlined.
 *
 * Differs from Go: elements may be up to 4 GiB; there is chanfree, as there is
 * no garbage collector.
 */
#include "wait/chan.h"

#include "os/flatten.h"

#include <string.h>

/* ---- making ---- */

struct hchan *goro__makechan(size_t elemsize, size_t cap) {
  size_t mem;
  if (elemsize > UINT32_MAX / 2 || cap > UINT32_MAX / 2 ||
      __builtin_mul_overflow(elemsize, cap, &mem) ||
      mem > (size_t)PTRDIFF_MAX - sizeof(struct hchan)) {
    goro__plainError("makechan: size out of range");
    return NULL; /* unwinding */
  }
  struct hchan *c = goro__mallocz(sizeof *c + mem);
  c->buf = (char *)(c + 1);
  c->elemsize = (uint32_t)elemsize;
  c->dataqsiz = (uint32_t)cap;
  lockInit(&c->lock, lockRankHchan);
  return c;
}

void goro__chanfree(struct hchan *c) {
  if (!c) return;
  if (c->recvq.first || c->sendq.first)
    goro__fatal("free of a channel that goroutines wait on");
  if (c->onfree) c->onfree(c);
  os_free(c);
}

void goro__chan_check(struct hchan *c) {
  assertLockHeld(&c->lock);
  if (c->qcount > c->dataqsiz) goro__throw("chan: more than fits");
  if (c->dataqsiz == 0) return;
  if (c->sendx >= c->dataqsiz || c->recvx >= c->dataqsiz ||
      (c->recvx + c->qcount) % c->dataqsiz != c->sendx)
    goro__throw("chan: buffer indexes do not fit the count");
}

static inline void chan_unlock(struct hchan *c) {
#if GORO_DEBUG
  goro__chan_check(c);
#endif
  unlock(&c->lock);
}

/* ---- wait queues ---- */

/* The first waiter that is still to be had.  One that waits in a select may
 * have been claimed through another channel: whoever sets selectDone first has
 * it. */
struct sudog *goro__waitq_dequeue(struct waitq *q) {
  for (;;) {
    struct sudog *sg = q->first;
    if (!sg) return NULL;
    struct sudog *y = sg->next;
    StoreRelaxed(&q->first, y);
    if (!y) {
      q->last = NULL;
    } else {
      y->prev = NULL;
      sg->next = NULL; /* marks it removed, see dequeueSudoG */
    }
    if (sg->isSelect && !Cas(&sg->g->selectDone, 0, 1)) continue;
    return sg;
  }
}

/* Remove sg, if it is still queued: a loser of a select takes itself out. */
void goro__waitq_dequeueSudoG(struct waitq *q, struct sudog *sg) {
  struct sudog *x = sg->prev, *y = sg->next;
  if (!x && !y && q->first != sg) return; /* dequeue has removed it */
  if (x)
    x->next = y;
  else
    StoreRelaxed(&q->first, y);
  if (y)
    y->prev = x;
  else
    q->last = x;
  sg->next = sg->prev = NULL;
}

/* ---- moving elements ---- */

/* Most elements are a word or two: spare them the call of memcpy. */
static inline void elem_copy(void *dst, const void *src, uint32_t n) {
  if (n == 4)
    memcpy(dst, src, 4);
  else if (n == 8)
    memcpy(dst, src, 8);
  else if (n)
    memcpy(dst, src, n);
}

static inline uint32_t next_slot(struct hchan *c, uint32_t x) {
  return x + 1 == c->dataqsiz ? 0 : x + 1;
}

void goro__bufsend(struct hchan *c, const void *elem) {
  elem_copy(chanbuf(c, c->sendx), elem, c->elemsize);
  c->sendx = next_slot(c, c->sendx);
  StoreRelaxed(&c->qcount, c->qcount + 1);
  if (traceon()) goro__trace_g(TRACE_SEND, getg(), (uintptr_t)c);
}

void goro__bufrecv(struct hchan *c, void *elem) {
  if (elem) elem_copy(elem, chanbuf(c, c->recvx), c->elemsize);
  c->recvx = next_slot(c, c->recvx);
  StoreRelaxed(&c->qcount, c->qcount - 1);
  if (traceon()) goro__trace_g(TRACE_RECV, getg(), (uintptr_t)c);
}

static inline struct g *wake(struct sudog *sg, bool success) {
  struct g *gp = sg->g;
  sg->elem = NULL;
  sg->success = success;
  gp->param = sg;
  return gp;
}

/* Hand elem to the waiting receiver sg: the buffer, if any, is empty. */
struct g *goro__send_to(struct hchan *c, struct sudog *sg, const void *elem) {
  if (sg->elem) elem_copy(sg->elem, elem, c->elemsize);
  return wake(sg, true);
}

/* Receive while the sender sg waits.  Unbuffered: from it directly.  Buffered:
 * the buffer is full, so take its head, and put sg's element into that very
 * slot, which is the tail too. */
struct g *goro__recv_from(struct hchan *c, struct sudog *sg, void *elem) {
  if (c->dataqsiz == 0) {
    if (elem) elem_copy(elem, sg->elem, c->elemsize);
  } else {
    char *slot = chanbuf(c, c->recvx);
    if (elem) elem_copy(elem, slot, c->elemsize);
    elem_copy(slot, sg->elem, c->elemsize);
    c->recvx = next_slot(c, c->recvx);
    c->sendx = c->recvx;
    if (traceon()) {
      goro__trace_g(TRACE_RECV, getg(), (uintptr_t)c);
      goro__trace_g(TRACE_SEND, sg->g, (uintptr_t)c);
    }
  }
  return wake(sg, true);
}

/* ---- what can be done at once ---- */

GORO_FLATTEN_NPM enum attempt goro__send_at_once(struct hchan *c,
                                                 const void *elem) {
  lock(&c->lock);
  if (unlikely(c->closed)) {
    chan_unlock(c);
    return CLOSED;
  }
  struct sudog *sg = goro__waitq_dequeue(&c->recvq);
  if (sg) {
    struct g *gp = goro__send_to(c, sg, elem);
    chan_unlock(c);
    goro__chanready(gp, c, TRACE_IN);
    return DONE;
  }
  if (c->qcount < c->dataqsiz) {
    goro__bufsend(c, elem);
    chan_unlock(c);
    return DONE;
  }
  return WOULD_BLOCK;
}

GORO_FLATTEN_NPM enum attempt goro__recv_at_once(struct hchan *c, void *elem) {
  if (unlikely(c->timer)) goro__timer_maybeRunChan(c->timer);
  lock(&c->lock);
  if (unlikely(c->closed) && c->qcount == 0) {
    chan_unlock(c);
    if (elem) memset(elem, 0, c->elemsize);
    return CLOSED;
  }
  struct sudog *sg = goro__waitq_dequeue(&c->sendq);
  if (sg) {
    struct g *gp = goro__recv_from(c, sg, elem);
    chan_unlock(c);
    goro__chanready(gp, c, TRACE_OUT);
    return DONE;
  }
  if (c->qcount > 0) {
    goro__bufrecv(c, elem);
    chan_unlock(c);
    return DONE;
  }
  return WOULD_BLOCK;
}

GORO_NOINLINE GORO_FLATTEN enum attempt goro__send_attempt(struct hchan *c,
                                                           const void *elem) {
  return goro__send_at_once(c, elem);
}

GORO_NOINLINE GORO_FLATTEN enum attempt goro__recv_attempt(struct hchan *c,
                                                           void *elem) {
  return goro__recv_at_once(c, elem);
}

/* ---- waiting ---- */

void goro__chan_enqueue(struct g *gp, struct hchan *c, struct waitq *q,
                        void *elem) {
  struct sudog *sg = goro__acquireSudog();
  sg->elem = elem;
  sg->g = gp;
  sg->c = c;
  gp->waiting = sg;
  gp->param = NULL;
  waitq_enqueue(q, sg);
  sg->timed = c->timer != NULL;
  if (unlikely(sg->timed)) goro__blockTimerChan(c->timer);
}

/* Queue the running G on q with the lock held; it parks next. */
static GORO_NOINLINE void enqueue_self(struct hchan *c, struct waitq *q,
                                       void *elem) {
  struct g *gp =
      goro__needg(q == &c->sendq ? "goro_chan_send" : "goro_chan_recv");
  goro__chan_enqueue(gp, c, q, elem);
}

/* The channel may be gone by now: whoever received the last value, or closed
 * it, may have freed it (but not one with a timer while somebody waits). */
bool goro__chan_dequeue(struct g *gp) {
  struct sudog *sg = gp->waiting;
  if (sg != gp->param) goro__throw("chan: G waiting list is corrupted");
  if (unlikely(sg->timed)) goro__unblockTimerChan(sg->c->timer);
  bool success = sg->success;
  gp->waiting = NULL;
  gp->param = NULL;
  sg->c = NULL;
  goro__releaseSudog(sg);
  return success;
}

/* The running G has been woken from its one wait. */
static GORO_NOINLINE bool dequeue_self(void) {
  return goro__chan_dequeue(getg());
}

static void wait_for_ever(const char *op, enum waitReason reason) {
  goro__needg(op);
  goro__gopark(NULL, NULL, reason);
}

/* ---- send, receive, close ---- */

void goro__chansend1(struct hchan *c, const void *elem) {
  if (unlikely(!c)) {
    wait_for_ever("goro_chan_send", waitReasonChanSendNilChan);
    return; /* unwinding */
  }
  enum attempt a = goro__send_attempt(c, elem);
  if (likely(a == DONE)) return;
  if (a == WOULD_BLOCK) {
    enqueue_self(c, &c->sendq, (void *)(uintptr_t)elem);
    goro__goparkunlock(&c->lock, waitReasonChanSend);
    if (likely(dequeue_self())) return;
  }
  goro__plainError("send on closed channel");
}

bool goro__chanrecv2(struct hchan *c, void *elem) {
  if (unlikely(!c)) {
    wait_for_ever("goro_chan_recv", waitReasonChanReceiveNilChan);
    return false; /* unwinding */
  }
  enum attempt a = goro__recv_attempt(c, elem);
  if (a != WOULD_BLOCK) return a == DONE;
  enqueue_self(c, &c->recvq, elem);
  goro__goparkunlock(&c->lock, waitReasonChanReceive);
  return dequeue_self();
}

/* Take all waiters of q, which the close wakes without a value, onto list. */
static struct g *release_all(struct hchan *c, struct waitq *q, struct g *list) {
  struct sudog *sg;
  while ((sg = goro__waitq_dequeue(q))) {
    if (sg->elem && q == &c->recvq) memset(sg->elem, 0, c->elemsize);
    struct g *gp = wake(sg, false);
    gp->schedlink = list;
    list = gp;
  }
  return list;
}

GORO_NOINLINE bool goro__chanclose(struct hchan *c) {
  lock(&c->lock);
  if (c->closed) {
    chan_unlock(c);
    return false;
  }
  StoreRel(&c->closed, 1); /* pairs with LoadAcq in selectnbrecv */
  struct g *list = release_all(c, &c->recvq, NULL);
  list = release_all(c, &c->sendq, list); /* these will panic */
  chan_unlock(c);
  while (list) {
    struct g *gp = list;
    list = gp->schedlink;
    gp->schedlink = NULL;
    goro__chanready(gp, c, TRACE_CLOSED);
  }
  return true;
}

void goro__closechan(struct hchan *c) {
  const char *msg = NULL;
  if (!c)
    msg = "close of nil channel";
  else if (!goro__chanclose(c))
    msg = "close of closed channel";
  if (msg) goro__plainError(msg);
}

/* ---- without blocking ---- */

/* Go: full.  One word is read, so the answer was true at some moment. */
static bool full(struct hchan *c) {
  if (c->dataqsiz == 0) return !LoadRelaxed(&c->recvq.first);
  return LoadRelaxed(&c->qcount) == c->dataqsiz;
}

static enum attempt send_nb(struct hchan *c, const void *elem) {
  /* Not closed, and then full: there was a moment when it was both. */
  if (!LoadRelaxed(&c->closed) && full(c)) return WOULD_BLOCK;
  enum attempt a = goro__send_attempt(c, elem);
  if (a == WOULD_BLOCK) chan_unlock(c);
  return a;
}

bool goro__selectnbsend(struct hchan *c, const void *elem) {
  if (!c) return false;
  enum attempt a = send_nb(c, elem);
  if (unlikely(a == CLOSED)) goro__plainError("send on closed channel");
  return a == DONE;
}

bool goro__chansend_nb(struct hchan *c, const void *elem) {
  return send_nb(c, elem) == DONE;
}

static bool empty(struct hchan *c) {
  if (c->dataqsiz == 0) return !LoadRelaxed(&c->sendq.first);
  return LoadRelaxed(&c->qcount) == 0;
}

bool goro__selectnbrecv(struct hchan *c, void *elem, bool *received) {
  if (received) *received = false;
  if (!c) return false;
  if (unlikely(c->timer)) goro__timer_maybeRunChan(c->timer);
  /* Empty, and then not closed: it was open and empty at the first moment,
   * because a closed channel does not open again. */
  if (empty(c) && !LoadAcq(&c->closed)) return false;
  enum attempt a = goro__recv_attempt(c, elem);
  if (a == WOULD_BLOCK) chan_unlock(c);
  if (received) *received = a == DONE;
  return a != WOULD_BLOCK;
}

/* Empty the buffer of a timer's channel; true if a value was there. */
bool goro__timerchandrain(struct hchan *c) {
  if (LoadRelaxed(&c->qcount) == 0) return false;
  lock(&c->lock);
  bool any = c->qcount > 0;
  while (c->qcount > 0) goro__bufrecv(c, NULL);
  chan_unlock(c);
  return any;
}

/* ---- len and cap ---- */

/* Timer channels are buffered inside, and unbuffered to look at: a value that
 * nobody has received can still be taken back by Stop and Reset. */
size_t goro__chanlen(struct hchan *c) {
  return c && !c->timer ? LoadRelaxed(&c->qcount) : 0;
}

size_t goro__chancap(struct hchan *c) {
  return c && !c->timer ? c->dataqsiz : 0;
}
