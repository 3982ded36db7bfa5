/* semaphore.c: a semaphore of many units, acquired several at a time.
 *
 * Go: golang.org/x/sync/semaphore/semaphore.go.
 *
 * First come, first served: while the first waiter's request does not fit, no
 * other waiter gets anything, or large requests would starve.
 *
 * Invariants:
 *  1. 0 <= cur <= size.
 *  2. The first waiter does not fit, or somebody who holds mu is about to find
 *     out that it does.
 *  3. A waiter is on the list until its units are counted in cur; then its
 *     channel is closed, under mu.  Its record is the waiting goroutine's, and
 *     nobody else looks at it after that.
 *
 * Locks: mu, a Mutex of sync.
 */
#include "lib/xsync/xsync.h"

#include "wait/select.h"

/* On the heap, for no other reason than that it has an address. */
struct waiter {
  struct waiter *prev, *next; /* under mu */
  int64_t n;                  /* r/o: how many units it waits for */
  bool ready;                 /* under mu: it has them */
  struct hchan *c;            /* closed when it has them; r/o */
  struct scase cases[2];      /* the waiting goroutine's */
};

static struct waiter *waiter_push(struct Weighted *s, int64_t n) {
  struct waiter *w = goro__mallocz(sizeof *w);
  w->n = n;
  w->c = goro__makechan(0, 0);
  w->prev = s->last;
  if (w->prev)
    w->prev->next = w;
  else
    s->waiters = w;
  s->last = w;
  return w;
}

static void waiter_remove(struct Weighted *s, struct waiter *w) {
  if (w->prev)
    w->prev->next = w->next;
  else
    s->waiters = w->next;
  if (w->next)
    w->next->prev = w->prev;
  else
    s->last = w->prev;
}

static void waiter_free(struct waiter *w) {
  goro__chanfree(w->c);
  os_free(w);
}

/* Serve waiters from the front as long as they fit; mu is held. */
static void notifyWaiters(struct Weighted *s) {
  for (struct waiter *w; (w = s->waiters) && s->size - s->cur >= w->n;) {
    s->cur += w->n;
    waiter_remove(s, w);
    w->ready = true;
    goro__closechan(w->c);
  }
}

/* mu is held. */
static bool weighted_take(struct Weighted *s, int64_t n) {
  if (s->size - s->cur < n || s->waiters) return false;
  s->cur += n;
  return true;
}

static bool is_done(struct hchan *done) {
  return goro__selectnbrecv(done, NULL, NULL);
}

/* ctx was canceled while w waited.  Units that came too late go back. */
static GORO_UNWINDS void waiter_giveUp(struct Weighted *s, struct waiter *w) {
  goro__Mutex_Lock(&s->mu);
  if (w->ready) {
    s->cur -= w->n;
    notifyWaiters(s);
  } else {
    bool isFront = s->waiters == w;
    waiter_remove(s, w);
    /* Those behind it may fit. */
    if (isFront && s->size > s->cur) notifyWaiters(s);
  }
  goro__Mutex_Unlock(&s->mu);
}

/* Wait until w has its units; false if ctx is canceled before. */
static GORO_UNWINDS bool waiter_wait(struct Weighted *s, struct waiter *w,
                                     struct hchan *done) {
  w->cases[0] = (struct scase){.c = done};
  w->cases[1] = (struct scase){.c = w->c};
  if (goro__selectgo(w->cases, 2, true) == 0) {
    waiter_giveUp(s, w);
    return false;
  }
  /* Of two that are ready select takes any: look again. */
  if (!is_done(done)) return true;
  goro__Weighted_Release(s, w->n);
  return false;
}

static GORO_NOINLINE GORO_UNWINDS bool weighted_wait(struct Weighted *s,
                                                     struct hchan *done,
                                                     int64_t n) {
  if (n > s->size) { /* never: do not hold up the others */
    goro__Mutex_Unlock(&s->mu);
    goro__chanrecv2(done, NULL);
    return false;
  }
  struct waiter *w = waiter_push(s, n);
  goro__Mutex_Unlock(&s->mu);
  bool acquired = waiter_wait(s, w, done);
  waiter_free(w);
  return acquired;
}

GORO_UNWINDS struct error *goro__Weighted_Acquire(struct Weighted *s,
                                                  struct Context *ctx,
                                                  int64_t n) {
  struct hchan *done = goro__Context_Done(ctx);
  goro__Mutex_Lock(&s->mu);
  /* A ctx that is canceled comes first, also where the units are there. */
  if (is_done(done)) {
    goro__Mutex_Unlock(&s->mu);
    return goro__Context_Err(ctx);
  }
  if (weighted_take(s, n)) {
    goro__Mutex_Unlock(&s->mu);
    return NULL;
  }
  return weighted_wait(s, done, n) ? NULL : goro__Context_Err(ctx);
}

GORO_UNWINDS bool goro__Weighted_TryAcquire(struct Weighted *s, int64_t n) {
  goro__Mutex_Lock(&s->mu);
  bool acquired = weighted_take(s, n);
  goro__Mutex_Unlock(&s->mu);
  return acquired;
}

GORO_UNWINDS void goro__Weighted_Release(struct Weighted *s, int64_t n) {
  goro__Mutex_Lock(&s->mu);
  s->cur -= n;
  bool held = s->cur >= 0;
  if (held) notifyWaiters(s);
  goro__Mutex_Unlock(&s->mu);
  if (unlikely(!held)) goro__plainpanic("semaphore: released more than held");
}
