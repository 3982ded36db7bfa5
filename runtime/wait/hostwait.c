/* hostwait.c: channels and select for goroutines of the host.
 *
 * Go: none; chan.go and select.go for the rest.
 *
 * An operation is tried first; only one that would block takes a G, queues it
 * with the usual sudogs, and returns HOST_PARKED.  What the woken goroutine
 * does in chansend, chanrecv and selectgo is host_woken here.
 *
 * Invariants:
 *  1. The element of a G that waits is in its own record, or in its select's
 *     frame, and neither moves.
 *  2. A G in Gwaiting is queued on all its channels still, or another agent has
 *     taken it off one and is about to make it ready: then it cannot be called
 *     off any more.
 *
 * Locks: the channels', as in chan.c and select.c.
 */
#include "wait/hostwait.h"

#include "os/flatten.h"

#include "wait/hostlock.h"

/* ---- one channel ---- */

/* For ever. */
static GORO_NOINLINE int32_t park_on_nil(struct g *gp, bool send) {
  goro__hostg_park(gp, send ? HOSTOP_SEND : HOSTOP_RECV,
                   send ? waitReasonChanSendNilChan
                        : waitReasonChanReceiveNilChan);
  return HOST_PARKED;
}

static GORO_FLATTEN_NPM int32_t park_on(struct hchan *c, bool send,
                                        uint32_t slot) {
  struct g *gp = goro__hostg_waiter(slot);
  struct hostg *h = hostg_of(gp);
  h->c = c;
  h->elem = getagent()->out.val;
  if (unlikely(!c)) return park_on_nil(gp, send);
  goro__chan_enqueue(gp, c, send ? &c->sendq : &c->recvq, &h->elem);
  goro__hostg_park(gp, send ? HOSTOP_SEND : HOSTOP_RECV,
                   send ? waitReasonChanSend : waitReasonChanReceive);
  unlock(&c->lock);
  return HOST_PARKED;
}

static GORO_FLATTEN_NPM int32_t not_at_once(struct hchan *c, bool block,
                                            bool send, uint32_t slot) {
  if (block) return park_on(c, send, slot);
  if (c) unlock(&c->lock);
  return HOST_NONE;
}

GORO_FLATTEN_NPM int32_t goro__host_send(struct hchan *c, bool block,
                                         uint32_t slot) {
  enum attempt a = WOULD_BLOCK;
  if (c) a = goro__send_at_once(c, &getagent()->out.val);
  if (a == WOULD_BLOCK) return not_at_once(c, block, true, slot);
  return a == DONE ? 0 : HOST_CLOSED;
}

static int32_t received(void) {
  return (int32_t)(getagent()->out.val.handle & INT32_MAX);
}

GORO_FLATTEN_NPM int32_t goro__host_recv(struct hchan *c, bool block,
                                         uint32_t slot) {
  enum attempt a = WOULD_BLOCK;
  if (c) a = goro__recv_at_once(c, &getagent()->out.val);
  if (a == WOULD_BLOCK) return not_at_once(c, block, false, slot);
  return a == DONE ? received() : HOST_CLOSED;
}

/* ---- select ---- */

/* agent.selfree has the frames that no select waits in, by size.  One list for
 * all would have those that are too small in front of the others, or be
 * searched. */

static uint32_t size_for(uint32_t n) {
  return n <= 8 ? 0 : 29 - (uint32_t)__builtin_clz(n - 1);
}

static struct hostsel *new_frame(uint32_t size) {
  size_t cap = (size_t)8 << size;
  struct hostsel *s =
      goro__mallocz(sizeof *s + cap * (sizeof(struct scase) + 8) + 8);
  s->size = size;
  s->vals = (union hostval *)(((uintptr_t)&s->cases[cap] + 7) & ~(uintptr_t)7);
  return s;
}

struct hostsel *goro__hostsel(uint32_t n) {
  struct hostsel **list = &getagent()->selfree[size_for(n)];
  if (unlikely(!*list)) *list = new_frame(size_for(n));
  return *list;
}

/* Case i has been chosen. */
static int32_t selected(struct hostsel *s, int i) {
  if (i == SEL_CLOSED_SEND) return HOST_CLOSED;
  getagent()->out.val = s->vals[i];
  getagent()->out.ok = s->cases[i].ok;
  return i;
}

static int32_t park_in(struct hostsel *s, uint32_t slot) {
  struct g *gp = goro__hostg_waiter(slot);
  hostg_of(gp)->sel = s;
  getagent()->selfree[s->size] = s->link;
  if (s->norder == 0) {
    goro__hostg_park(gp, HOSTOP_SELECT, waitReasonSelectNoCases);
    return HOST_PARKED;
  }
  goro__select_enqueue(gp, s->cases, (int)s->norder);
  goro__hostg_park(gp, HOSTOP_SELECT, waitReasonSelect);
  goro__selparkcommit(gp, NULL);
  return HOST_PARKED;
}

int32_t goro__host_select(uint32_t n, bool block, uint32_t slot) {
  struct hostsel *s = goro__hostsel(n);
  s->n = n;
  for (uint32_t i = 0; i < n; i++) s->cases[i].elem = &s->vals[i];
  s->norder = (uint32_t)goro__select_orders(s->cases, (int)n);
  int i = SEL_WAIT;
  if (s->norder) i = goro__select_attempt(s->cases, (int)s->norder, block);
  if (i == SEL_WAIT) return block ? park_in(s, slot) : HOST_NONE;
  return i == -1 ? HOST_NONE : selected(s, i);
}

static void frame_back(struct hostg *h) {
  struct hostsel **list = &getagent()->selfree[h->sel->size];
  h->sel->link = *list;
  *list = h->sel;
  h->sel = NULL;
}

/* ---- over ---- */

static GORO_NOINLINE int32_t select_woken(struct g *gp, struct hostg *h) {
  struct hostsel *s = h->sel;
  int i = goro__select_woken(gp, s->cases, (int)s->norder);
  int32_t r = selected(s, i);
  frame_back(h);
  return r;
}

GORO_FLATTEN_NPM int32_t goro__host_woken(struct g *gp) {
  struct hostg *h = hostg_of(gp);
  if (h->op == HOSTOP_SELECT) return select_woken(gp, h);
  if (!goro__chan_dequeue(gp)) return HOST_CLOSED;
  if (h->op != HOSTOP_RECV) return 0;
  getagent()->out.val = h->elem;
  return received();
}

/* ---- called off ---- */

/* selectDone says who has it: a waker, or this. */
static bool unqueue_select(struct g *gp, struct hostg *h) {
  struct hostsel *s = h->sel;
  bool success;
  if (s->norder > 0) {
    if (!Cas(&gp->selectDone, 0, 1)) return false;
    goro__sellock(s->cases, (int)s->norder);
    goro__select_dequeue(gp, s->cases, (int)s->norder, &success);
    goro__selunlock(s->cases, (int)s->norder);
  }
  frame_back(h);
  return true;
}

static bool unqueue_one(struct g *gp, struct hostg *h) {
  struct hchan *c = h->c;
  if (!c) return true; /* the nil channel has no queue */
  struct sudog *sg = gp->waiting;
  struct waitq *q = h->op == HOSTOP_SEND ? &c->sendq : &c->recvq;
  lock(&c->lock);
  bool queued = sg->prev || sg->next || q->first == sg;
  if (queued) goro__waitq_dequeueSudoG(q, sg);
  unlock(&c->lock);
  if (!queued) return false;
  sg->elem = NULL;
  gp->param = sg;
  goro__chan_dequeue(gp);
  return true;
}

/* The timer runs on this agent only.  It must not stay in the heap as a zombie:
 * gp may be another agent's in its next life, and wake there. */
static bool unqueue_sleep(struct g *gp) {
  if (!goro__timer_stop(gp->timer)) return false;
  if (GORO_THREADS) {
    goro__timer_delete(gp->timer);
    gp->timer = NULL;
  }
  return true;
}

bool goro__host_unqueue(struct g *gp) {
  struct hostg *h = hostg_of(gp);
  switch ((enum hostop)h->op) {
  case HOSTOP_SEND:
  case HOSTOP_RECV:
    return unqueue_one(gp, h);
  case HOSTOP_SELECT:
    return unqueue_select(gp, h);
  case HOSTOP_SLEEP:
    return unqueue_sleep(gp);
  case HOSTOP_LOCK:
    return goro__hostlock_unqueue(gp);
  case HOSTOP_NONE:
    break;
  }
  return true;
}

struct hchan *goro__host_over(struct g *gp) {
  struct hostg *h = hostg_of(gp);
  struct hchan *c = h->op == HOSTOP_RECV ? h->c : NULL;
  if (h->cancelled || h->op == HOSTOP_NONE || h->op == HOSTOP_SLEEP)
    return NULL;
  if (h->op != HOSTOP_SELECT) return goro__host_woken(gp) >= 0 ? c : NULL;
  struct hostsel *s = h->sel;
  int32_t r = goro__host_woken(gp); /* s is free, but for the next select */
  bool received = r >= 0 && !s->cases[r].send && s->cases[r].ok;
  return received ? s->cases[r].c : NULL;
}
