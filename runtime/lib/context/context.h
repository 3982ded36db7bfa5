/* context.h: contexts: a deadline, a cancellation and values that go down a
 * tree of calls.
 *
 * Go: package context; context/context.go.
 *
 * Terms: a context that can be canceled is a cancelCtx, or has one in it
 * (timerCtx, afterFuncCtx).  The others have the cancellation of the innermost
 * cancelCtx above them, found once, when they are made (Context.cancel).
 *
 * Lifetime: contexts count references.  Who makes one has a reference; each
 * context has one to its parent, so a parent outlives what was derived from
 * it; a deadline that is still to come has one, as in Go, where the timer keeps
 * the context: cancel it to have it freed sooner.  A parent's list of children
 * is no reference.  Background and context.TODO are static and not counted.
 *
 * Differs from Go: contexts are the runtime's own types only, so there is no
 * goroutine that watches a foreign parent, and no AfterFuncer.  A cancel
 * function is the context itself, and any of them can be given a cause.  Keys
 * are compared as pointers.
 */
#ifndef GORO_CONTEXT_H
#define GORO_CONTEXT_H

#include "lib/errors/errors.h"
#include "lib/sync/sync.h"
#include "sched/runtime2.h"
#include "wait/chan.h"

enum contextKind {
  emptyCtx,
  withoutCancelCtx,
  valueCtxKind,
  cancelCtxKind, /* this and what follows can be canceled */
  timerCtxKind,
  afterFuncCtxKind,
};

/* What all contexts begin with; r/o after creation but for refs. */
struct Context {
  int32_t refs;     /* atomic: references, or 0: static */
  uint8_t kind;     /* enum contextKind */
  bool hasDeadline; /* its own, or inherited */
  int64_t deadline;
  struct Context *parent;   /* counted; NULL at the top */
  struct cancelCtx *cancel; /* it, or the innermost one above; NULL: never */
};

struct valueCtx {
  struct Context base;
  const void *key;
  void *val;
};

struct cancelCtx {
  struct Context base;
  struct Mutex mu;     /* protects what follows; parents' before children's */
  struct hchan *done;  /* atomic, written under mu; made lazily, closed by the
                         first cancel */
  struct error *err;   /* atomic, written under mu by the first cancel */
  struct error *cause; /* written before err; r/o once err is set */
  struct cancelCtx *children; /* the first child, not counted */
  bool timerRef; /* cancel has stopped the timer and holds its reference */

  /* Under the mu of the cancelCtx above. */
  struct cancelCtx *next; /* siblings */
  struct cancelCtx **prevp;
  uint32_t attached; /* atomic, StoreRel: 0 = that one's cancel and list are
                        done with this one.  LoadAcq in removeChild */
};

struct timerCtx {
  struct timer timer; /* first: goro__timer_delete frees the block by it */
  struct cancelCtx c;
  struct error *cause; /* of the deadline; r/o */
};

struct afterFuncCtx {
  struct cancelCtx c;
  uint32_t once;     /* atomic: 1 = f was started, or stopped from it */
  void (*f)(void *); /* r/o */
  void *arg;         /* r/o */
};

extern struct Context goro__backgroundCtx, goro__todoCtx;
extern struct error goro__Canceled, goro__DeadlineExceeded;

static inline struct Context *goro__Context_retain(struct Context *c) {
  if (LoadRelaxed(&c->refs) != 0) Xadd(&c->refs, 1);
  return c;
}

GORO_UNWINDS void goro__Context_release(struct Context *c);

/* All of these take a reference to parent and return one to the new context. */
GORO_UNWINDS struct Context *goro__WithCancel(struct Context *parent);
GORO_UNWINDS struct Context *goro__WithDeadlineCause(struct Context *parent,
                                                     int64_t deadline,
                                                     struct error *cause);
struct Context *goro__WithValue(struct Context *parent, const void *key,
                                void *val);
struct Context *goro__WithoutCancel(struct Context *parent);
/* Start f(arg) as a goroutine when parent is canceled. */
GORO_UNWINDS struct afterFuncCtx *goro__Context_AfterFunc(
    struct Context *parent, void (*f)(void *), void *arg);
/* True if the call has stopped f from being started. */
GORO_UNWINDS bool goro__afterFuncCtx_stop(struct afterFuncCtx *a);

/* Cancel c and all below it; true if c was not canceled yet.  cause NULL: the
 * cause is Canceled. */
GORO_UNWINDS bool goro__cancelCtx_cancel(struct cancelCtx *c,
                                         struct error *cause);

GORO_UNWINDS struct hchan *goro__Context_Done(struct Context *c);
GORO_UNWINDS struct error *goro__Context_Err(struct Context *c);
GORO_UNWINDS struct error *goro__Context_Cause(struct Context *c);
void *goro__Context_Value(struct Context *c, const void *key);

#endif
