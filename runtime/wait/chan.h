/* chan.h: channels, for the rest of the runtime (chan.c). */
#ifndef GORO_CHAN_H
#define GORO_CHAN_H

#include "os/flatten.h"
#include "sched/runtime2.h"

struct waitq {
  struct sudog *first;
  struct sudog *last;
};

/* Go: chan.go hchan.  The buffer follows in the same allocation. */
struct hchan {
  uint32_t qcount;     /* elements in the buffer; under lock, read without it */
  uint32_t dataqsiz;   /* capacity of the buffer; r/o */
  char *buf;           /* dataqsiz elements, a ring; r/o pointer */
  uint32_t elemsize;   /* r/o */
  uint32_t closed;     /* under lock, read without it */
  uint32_t sendx;      /* next slot to send into; under lock */
  uint32_t recvx;      /* next slot to receive from; under lock */
  struct waitq recvq;  /* under lock; first is read without it */
  struct waitq sendq;  /* under lock; first is read without it */
  struct timer *timer; /* the timer that feeds this channel; r/o */
  void (*onfree)(struct hchan *); /* called by chanfree, or NULL: frees what
                                     belongs to it, or refuses */
  uint32_t refs;     /* atomic: of agents, which count them; api/ffi.c */
  struct mutex lock; /* protects as noted, and the sudogs queued here */
};

struct hchan *goro__makechan(size_t elemsize, size_t cap);
void goro__chanfree(struct hchan *c);

GORO_UNWINDS void goro__chansend1(struct hchan *c, const void *elem);
GORO_UNWINDS bool goro__chanrecv2(struct hchan *c, void *elem);
GORO_UNWINDS void goro__closechan(struct hchan *c);
/* False: it is closed already. */
bool goro__chanclose(struct hchan *c);

/* Without blocking.  recv: *received says whether a value came, or the zero of
 * a closed channel.  send panics on a closed channel. */
GORO_UNWINDS bool goro__selectnbsend(struct hchan *c, const void *elem);
bool goro__selectnbrecv(struct hchan *c, void *elem, bool *received);

/* As selectnbsend, but false on a closed channel: for timers, which send from
 * the M's stack and cannot panic. */
bool goro__chansend_nb(struct hchan *c, const void *elem);
bool goro__timerchandrain(struct hchan *c);

size_t goro__chanlen(struct hchan *c);
size_t goro__chancap(struct hchan *c);

/* Invariants of chan.c; throws.  Needs c->lock. */
void goro__chan_check(struct hchan *c);

/* ---- shared with select.c ---- */

static inline char *chanbuf(struct hchan *c, uint32_t i) {
  return c->buf + (size_t)i * c->elemsize;
}

static inline void waitq_enqueue(struct waitq *q, struct sudog *sg) {
  sg->next = NULL;
  sg->prev = q->last;
  if (q->last)
    q->last->next = sg;
  else
    StoreRelaxed(&q->first, sg);
  q->last = sg;
}

struct sudog *goro__waitq_dequeue(struct waitq *q);
void goro__waitq_dequeueSudoG(struct waitq *q, struct sudog *sg);

/* What an attempt without blocking came to. */
enum attempt {
  WOULD_BLOCK,
  DONE,   /* a value went over */
  CLOSED, /* the channel is closed, and empty for a receive */
};

/* Do it at once if that is possible.  On return of WOULD_BLOCK the lock is
 * held. */
enum attempt goro__send_at_once(struct hchan *c, const void *elem);
enum attempt goro__recv_at_once(struct hchan *c, void *elem);
/* The same, never inlined: for callers that may unwind. */
enum attempt goro__send_attempt(struct hchan *c, const void *elem);
enum attempt goro__recv_attempt(struct hchan *c, void *elem);

/* Queue gp on q with the lock held; it parks next. */
void goro__chan_enqueue(struct g *gp, struct hchan *c, struct waitq *q,
                        void *elem);
/* gp has been woken from its one wait.  True if by a value. */
bool goro__chan_dequeue(struct g *gp);

/* Complete an operation with the waiter sg, already dequeued.  The caller
 * holds the lock, releases it, and then readies the returned G. */
struct g *goro__send_to(struct hchan *c, struct sudog *sg, const void *elem);
struct g *goro__recv_from(struct hchan *c, struct sudog *sg, void *elem);

/* Ready gp, which waited for c.  how: what is told of it. */
static inline GORO_FLATTEN_NPM void goro__chanready(struct g *gp,
                                                    struct hchan *c,
                                                    enum traceready how) {
  if (traceon())
    goro__trace_now(TRACE_READY | TRACE_REASON(how), gp, (uintptr_t)c);
  goro__goready_told(gp);
}

/* Buffer operations; the caller holds the lock and has checked for room. */
void goro__bufsend(struct hchan *c, const void *elem);
void goro__bufrecv(struct hchan *c, void *elem);

#endif
