/* context.c: contexts.
 *
 * Go: context/context.go.
 *
 * A cancel goes down the tree depth first, without recursion: it holds the mu
 * of the contexts on the way from where it began to where it is, takes a child
 * off the list of the last one, and goes back up when that list is empty.  So
 * when a cancel returns, also one that came second, all below is canceled, and
 * a tree of any shape needs no stack.
 *
 * Invariants:
 *  1. err is set once, under mu; children is NULL from the end of that cancel
 *     on, and nothing is added.
 *  2. done is closed soon after err is set, and before any child is canceled.
 *     Err waits for that: who sees an error finds Done closed.
 *  3. A child on a list, or in the hands of a cancel from above, is attached;
 *     it is freed only after it is not.  Both change under the parent's mu,
 *     which such a cancel holds all the time.
 *  4. refs includes the deadline's reference from the moment the timer is set;
 *     who stops it, or the goroutine that it starts, releases that one.
 *
 * Locks: cancelCtx.mu, a Mutex of sync; ancestors' before descendants'.
 *
 * Differs from Go: contexts have their nearest cancelCtx and their deadline at
 * hand, so that only Value walks up.  See also context.h.
 */
#include "lib/context/context.h"

struct Context goro__backgroundCtx, goro__todoCtx;
struct error goro__Canceled = {"context canceled", 0};
struct error goro__DeadlineExceeded = {"context deadline exceeded", 0};

/* goro__chanfree of a context's channel. */
static void done_free(struct hchan *c) {
  (void)c;
  goro__fatal("free of a context's channel; release the context");
}

/* A reusable closed channel, the done of who was canceled before anybody asked
 * for one.  Its lock has no rank. */
static struct hchan closedchan = {.closed = 1, .onfree = done_free};

/* ---- making ---- */

static void context_init(struct Context *c, struct Context *parent,
                         enum contextKind kind) {
  c->refs = 1;
  c->kind = (uint8_t)kind;
  c->parent = goro__Context_retain(parent);
  c->cancel = parent->cancel;
  c->hasDeadline = parent->hasDeadline;
  c->deadline = parent->deadline;
}

/* The context by which c is canceled from above, or NULL.  Go:
 * parentCancelCtx. */
static struct cancelCtx *parentCancelCtx(struct cancelCtx *c) {
  return c->base.parent->cancel;
}

static struct timerCtx *timer_of(struct cancelCtx *c) {
  return (struct timerCtx *)((char *)c - offsetof(struct timerCtx, c));
}

/* ---- the list of children; the parent's mu is held ---- */

static void child_add(struct cancelCtx *p, struct cancelCtx *child) {
  child->next = p->children;
  if (child->next) child->next->prevp = &child->next;
  child->prevp = &p->children;
  p->children = child;
  StoreRelaxed(&child->attached, 1);
}

static void child_unlink(struct cancelCtx *child) {
  *child->prevp = child->next;
  if (child->next) child->next->prevp = child->prevp;
  child->next = NULL;
  child->prevp = NULL;
}

/* Take c off its parent's list.  When this returns, no cancel from above knows
 * of c any more. */
static GORO_UNWINDS void removeChild(struct cancelCtx *c) {
  if (!LoadAcq(&c->attached)) return; /* with StoreRel in cancel_leave */
  struct cancelCtx *p = parentCancelCtx(c);
  goro__Mutex_Lock(&p->mu);
  if (LoadRelaxed(&c->attached)) {
    child_unlink(c);
    StoreRelaxed(&c->attached, 0);
  }
  goro__Mutex_Unlock(&p->mu);
}

/* ---- cancel ---- */

static void afterFunc_start(struct afterFuncCtx *a) {
  if (Cas(&a->once, 0, 1)) goro__newproc(a->f, a->arg, NULL);
}

/* Mark c, whose mu is held, as canceled, and do what its kind asks for. */
static void cancel_mark(struct cancelCtx *c, struct error *err,
                        struct error *cause) {
  c->cause = goro__error_retain(cause);
  Store(&c->err, err);
  struct hchan *d = LoadRelaxed(&c->done); /* mu is held */
  if (d)
    goro__closechan(d);
  else
    Store(&c->done, &closedchan);
  if (c->base.kind == timerCtxKind)
    c->timerRef = goro__timer_stop(&timer_of(c)->timer);
  else if (c->base.kind == afterFuncCtxKind)
    afterFunc_start((struct afterFuncCtx *)c);
}

/* All below c is canceled, or somebody else has done that: let go of c, which
 * a cancel from above has taken off its parent's list.  If that one holds the
 * timer's reference, c goes onto the list *held, and the reference with it. */
static void cancel_leave(struct cancelCtx *c, struct cancelCtx **held) {
  bool timerRef = c->timerRef;
  c->timerRef = false;
  goro__Mutex_Unlock(&c->mu);
  StoreRel(&c->attached, 0); /* pairs with LoadAcq in removeChild */
  if (!timerRef) return;     /* c may be gone */
  c->next = *held;
  *held = c;
}

/* Cancel all below root, whose mu is held.  Returns the contexts of which it
 * holds the timer's reference. */
static GORO_UNWINDS struct cancelCtx *cancel_children(struct cancelCtx *root) {
  struct cancelCtx *held = NULL, *c = root;
  for (;;) {
    struct cancelCtx *child = c->children;
    if (child) {
      child_unlink(child);
      goro__Mutex_Lock(&child->mu);
      if (!LoadRelaxed(&child->err)) { /* its mu is held */
        cancel_mark(child, root->err, root->cause);
        c = child;
      } else {
        cancel_leave(child, &held);
      }
    } else if (c == root) {
      return held;
    } else {
      struct cancelCtx *p = parentCancelCtx(c);
      cancel_leave(c, &held);
      c = p;
    }
  }
}

static GORO_UNWINDS void release_held(struct cancelCtx *c) {
  while (c) {
    struct cancelCtx *next = c->next;
    c->next = NULL;
    goro__Context_release(&c->base);
    c = next;
  }
}

/* The caller has a reference to c.  If c is being canceled by another, this
 * waits until all below is.  Go: cancelCtx.cancel. */
static GORO_UNWINDS bool context_cancel(struct cancelCtx *c, struct error *err,
                                        struct error *cause) {
  goro__Mutex_Lock(&c->mu);
  if (Load(&c->err)) {
    goro__Mutex_Unlock(&c->mu);
    return false;
  }
  cancel_mark(c, err, cause ? cause : err);
  struct cancelCtx *held = c->children ? cancel_children(c) : NULL;
  bool timerRef = c->timerRef;
  c->timerRef = false;
  goro__Mutex_Unlock(&c->mu);
  removeChild(c);
  if (timerRef) goro__Context_release(&c->base);
  if (held) release_held(held);
  return true;
}

GORO_UNWINDS bool goro__cancelCtx_cancel(struct cancelCtx *c,
                                         struct error *cause) {
  return context_cancel(c, &goro__Canceled, cause);
}

/* Arrange for the new c to be canceled when its parent is, or do it now. */
static GORO_UNWINDS void propagateCancel(struct cancelCtx *c) {
  struct cancelCtx *p = parentCancelCtx(c);
  if (!p) return; /* never canceled */
  struct error *err = Load(&p->err);
  if (!err) {
    goro__Mutex_Lock(&p->mu);
    err = Load(&p->err);
    if (!err) child_add(p, c);
    goro__Mutex_Unlock(&p->mu);
  }
  if (err) context_cancel(c, err, p->cause);
}

/* ---- the kinds of context ---- */

static void cancelCtx_init(struct cancelCtx *c, struct Context *parent,
                           enum contextKind kind) {
  context_init(&c->base, parent, kind);
  c->base.cancel = c;
}

GORO_UNWINDS struct Context *goro__WithCancel(struct Context *parent) {
  struct cancelCtx *c = goro__mallocz(sizeof *c);
  cancelCtx_init(c, parent, cancelCtxKind);
  propagateCancel(c);
  return &c->base;
}

static GORO_UNWINDS void deadline_run(void *tv) {
  struct timerCtx *t = tv;
  context_cancel(&t->c, &goro__DeadlineExceeded, t->cause);
  goro__Context_release(&t->c.base);
}

static const struct gosite deadline_site = {"context.WithDeadline", NULL, 0,
                                            NULL};

/* The timer's function, on the M's stack, where nobody may wait for mu: its
 * reference goes to a goroutine. */
static void deadline_passed(void *tv, uintptr_t seq, int64_t delay) {
  (void)seq;
  (void)delay;
  goro__newproc(deadline_run, tv, &deadline_site);
}

/* Set t's timer, unless t is canceled already. */
static GORO_UNWINDS void deadline_arm(struct timerCtx *t) {
  goro__Mutex_Lock(&t->c.mu);
  if (!Load(&t->c.err)) {
    goro__Context_retain(&t->c.base);
    goro__timer_reset(&t->timer, t->c.base.deadline, 0);
  }
  goro__Mutex_Unlock(&t->c.mu);
}

GORO_UNWINDS struct Context *goro__WithDeadlineCause(struct Context *parent,
                                                     int64_t deadline,
                                                     struct error *cause) {
  if (parent->hasDeadline && parent->deadline < deadline)
    return goro__WithCancel(parent); /* the sooner one holds */
  struct timerCtx *t = goro__mallocz(sizeof *t);
  cancelCtx_init(&t->c, parent, timerCtxKind);
  t->c.base.hasDeadline = true;
  t->c.base.deadline = deadline;
  t->cause = goro__error_retain(cause);
  goro__timer_init(&t->timer, deadline_passed, t);
  propagateCancel(&t->c);
  if (deadline <= nanotime())
    context_cancel(&t->c, &goro__DeadlineExceeded, cause);
  else
    deadline_arm(t);
  return &t->c.base;
}

struct Context *goro__WithValue(struct Context *parent, const void *key,
                                void *val) {
  struct valueCtx *v = goro__mallocz(sizeof *v);
  context_init(&v->base, parent, valueCtxKind);
  v->key = key;
  v->val = val;
  return &v->base;
}

struct Context *goro__WithoutCancel(struct Context *parent) {
  struct Context *c = goro__mallocz(sizeof *c);
  context_init(c, parent, withoutCancelCtx);
  c->cancel = NULL;
  c->hasDeadline = false;
  return c;
}

/* ---- AfterFunc ---- */

GORO_UNWINDS struct afterFuncCtx *goro__Context_AfterFunc(
    struct Context *parent, void (*f)(void *), void *arg) {
  struct afterFuncCtx *a = goro__mallocz(sizeof *a);
  cancelCtx_init(&a->c, parent, afterFuncCtxKind);
  a->f = f;
  a->arg = arg;
  propagateCancel(&a->c);
  return a;
}

GORO_UNWINDS bool goro__afterFuncCtx_stop(struct afterFuncCtx *a) {
  if (!Cas(&a->once, 0, 1)) return false;
  context_cancel(&a->c, &goro__Canceled, NULL);
  return true;
}

/* ---- what a context says ---- */

GORO_UNWINDS struct hchan *goro__Context_Done(struct Context *ctx) {
  struct cancelCtx *c = ctx->cancel;
  if (!c) return NULL;
  struct hchan *d = Load(&c->done);
  if (d) return d;
  goro__Mutex_Lock(&c->mu);
  d = Load(&c->done);
  if (!d) {
    d = goro__makechan(0, 0);
    d->onfree = done_free;
    Store(&c->done, d);
  }
  goro__Mutex_Unlock(&c->mu);
  return d;
}

static GORO_UNWINDS GORO_NOINLINE void wait_done(struct Context *c) {
  goro__chanrecv2(goro__Context_Done(c), NULL);
}

GORO_UNWINDS struct error *goro__Context_Err(struct Context *ctx) {
  struct cancelCtx *c = ctx->cancel;
  struct error *err = c ? Load(&c->err) : NULL;
  if (!err) return NULL;
  struct hchan *d = Load(&c->done);
  /* Its StoreRel in chan.c makes the close visible with what led to it. */
  if (unlikely(!d || !LoadAcq(&d->closed))) wait_done(ctx);
  return err;
}

GORO_UNWINDS struct error *goro__Context_Cause(struct Context *ctx) {
  return goro__Context_Err(ctx) ? ctx->cancel->cause : NULL;
}

void *goro__Context_Value(struct Context *c, const void *key) {
  for (; c; c = c->parent) {
    if (c->kind != valueCtxKind) continue;
    struct valueCtx *v = (struct valueCtx *)c;
    if (v->key == key) return v->val;
  }
  return NULL;
}

/* ---- the end of a context ---- */

static void cancelCtx_freeDone(struct cancelCtx *c) {
  struct hchan *d = c->done;
  if (!d || d == &closedchan) return;
  if (d->recvq.first) goro__fatal("free of a context that goroutines wait on");
  d->onfree = NULL;
  goro__chanfree(d);
}

/* Nobody has a reference to c any more. */
static GORO_UNWINDS void context_free(struct Context *ctx) {
  if (ctx->kind < cancelCtxKind) {
    os_free(ctx);
    return;
  }
  struct cancelCtx *c = ctx->cancel;
  removeChild(c);
  cancelCtx_freeDone(c);
  goro__error_release(c->cause);
  if (ctx->kind != timerCtxKind) {
    os_free(c);
    return;
  }
  struct timerCtx *t = timer_of(c);
  goro__error_release(t->cause);
  goro__timer_delete(&t->timer); /* frees t, when its heap has let go of it */
}

/* The reference to the parent may be its last one, and so on up. */
GORO_UNWINDS void goro__Context_release(struct Context *c) {
  while (c && LoadRelaxed(&c->refs) != 0) {
    struct Context *parent = c->parent;
    if (Xadd(&c->refs, -1) != 0) return;
    context_free(c);
    c = parent;
  }
}
