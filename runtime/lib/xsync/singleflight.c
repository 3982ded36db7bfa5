/* singleflight.c: of several callers with one key, one does the work, and all
 * have its result.
 *
 * Go: golang.org/x/sync/singleflight/singleflight.go.
 *
 * Terms: a call is under way from its first Do or DoChan until its function is
 * over.  The first caller runs it; those that come meanwhile are dups.  How it
 * ended: it returned, panicked (everybody in Do panics, a DoChan ends the
 * program), or called Goexit (everybody in Do does, a DoChan waits for ever).
 *
 * Invariants:
 *  1. A call is in the table until it is over or forgotten; there is one for
 *     each key.  Who finds it there counts itself under mu, in refs, and in
 *     dups or on chans.  ncalls counts it until it is over.
 *  2. val, err, how and the panic's text are written before wg is done, and
 *     read after that.
 *
 * Lifetime: a call is freed by the last of its first caller and those that
 * wait in Do (refs).
 *
 * Locks: mu, a Mutex of sync.
 *
 * Differs from Go: the text of a panic that goes on in others has no stack
 * behind it.
 */
#include "lib/xsync/xsync.h"

#include <string.h>

/* ---- the table; mu is held ---- */

static uint32_t flight_hash(const char *key) {
  uint32_t h = 2166136261u; /* FNV-1a */
  for (; *key; key++) h = (h ^ (uint8_t)*key) * 16777619u;
  return h;
}

/* Where the call for key hangs, or would. */
static struct call **flight_find(struct flightGroup *g, uint32_t hash,
                                 const char *key) {
  struct call **at = &g->buckets[hash & (g->nbuckets - 1)];
  while (*at && ((*at)->hash != hash || strcmp((*at)->key, key) != 0))
    at = &(*at)->next;
  return at;
}

/* Room for one more call.  Forgotten ones count, too. */
static void flight_grow(struct flightGroup *g) {
  if (g->ncalls < g->nbuckets) return;
  uint32_t n = g->nbuckets ? 2 * g->nbuckets : 8;
  struct call **buckets = goro__mallocz(n * sizeof(struct call *));
  for (uint32_t i = 0; i < g->nbuckets; i++)
    for (struct call *c = g->buckets[i], *next; c; c = next) {
      next = c->next;
      c->next = buckets[c->hash & (n - 1)];
      buckets[c->hash & (n - 1)] = c;
    }
  os_free(g->buckets);
  g->buckets = buckets;
  g->nbuckets = n;
}

static void flight_remove(struct call **at) {
  struct call *c = *at;
  *at = c->next;
  c->listed = false;
}

/* The call for key, found or new (*first), with a reference for the caller. */
static struct call *flight_join(struct flightGroup *g, const char *key,
                                bool *first) {
  uint32_t hash = flight_hash(key);
  flight_grow(g);
  struct call **at = flight_find(g, hash, key);
  *first = !*at;
  if (*at) {
    (*at)->dups++;
    return *at;
  }
  size_t size = strlen(key) + 1;
  struct call *c = goro__mallocz(sizeof *c + size);
  memcpy(c->key, key, size);
  c->g = g;
  c->hash = hash;
  c->listed = true;
  c->refs = 1;
  c->lastchan = &c->chans;
  goro__WaitGroup_Add(&c->wg, 1);
  g->ncalls++;
  return *at = c;
}

static void call_release(struct call *c) {
  if (Xadd(&c->refs, -1) != 0) return;
  while (c->chans) { /* after a Goexit */
    struct flightChan *fc = c->chans;
    c->chans = fc->next;
    os_free(fc);
  }
  goro__error_release(c->err);
  os_free(c->panicmsg);
  os_free(c);
}

/* ---- the call ---- */

/* Nobody finds it any more, and its result is there. */
static GORO_UNWINDS void call_done(struct call *c) {
  struct flightGroup *g = c->g;
  goro__Mutex_Lock(&g->mu);
  if (c->listed) flight_remove(flight_find(g, c->hash, c->key));
  g->ncalls--;
  goro__Mutex_Unlock(&g->mu);
  goro__WaitGroup_Done(&c->wg);
}

static void call_keepPanic(struct call *c, const struct _panic *p) {
  size_t size = strlen(p->msg) + 1;
  c->how = ENDS_PANICKED;
  c->panicmsg = goro__mallocz(size);
  memcpy(c->panicmsg, p->msg, size);
  c->panicval = p->value;
  c->runtime_error = p->runtime_error;
}

/* Deferred: a panic of f ends here.  One that f's own deferred calls recovered
 * is a return, without a value. */
static void call_ended(void *cv) {
  const struct _panic *p = goro__gorecover();
  if (p) call_keepPanic(cv, p);
}

static void call_f(void *cv) {
  struct call *c = cv;
  goro__deferprocStack(&c->end, call_ended, c);
  c->err = c->f(c->arg, &c->val);
}

/* Deferred: unless the frame of f has come back, this is Goexit, which panics
 * on the way do not end. */
static void call_exited(void *cv) {
  struct call *c = cv;
  if (c->back) return;
  c->how = ENDS_GOEXIT;
  call_done(c);
  call_release(c);
}

/* Go's double defer. */
static void call_run(void *cv) {
  struct call *c = cv;
  goro__deferprocStack(&c->exit, call_exited, c);
  goro__callframe(call_f, c);
  c->back = true;
}

/* A panic like that of c, in this goroutine. */
static GORO_UNWINDS void call_panic(struct call *c) {
  const char *msg = goro__keepmsg(c->panicmsg);
  void *val = c->panicval;
  bool runtime_error = c->runtime_error;
  call_release(c);
  goro__gopanic(msg, val, runtime_error);
}

static void panic_alone(void *c) { call_panic(c); }

/* Send the result to all who wait on a channel.  Those cannot panic: so that
 * nobody recovers what they wait for in vain, a goroutine of its own does. */
static GORO_UNWINDS void call_send(struct call *c) {
  if (c->how == ENDS_PANICKED && c->chans) {
    Xadd(&c->refs, 1);
    goro__newproc(panic_alone, c, NULL);
    goro__gopark(NULL, NULL, waitReasonSelectNoCases);
    return; /* never */
  }
  while (c->chans) {
    struct flightChan *fc = c->chans;
    struct Result r = {c->val, goro__error_retain(c->err), c->dups > 0};
    c->chans = fc->next;
    goro__chansend1(fc->c, &r);
    os_free(fc);
  }
}

/* Go: doCall. */
static GORO_UNWINDS void call_do(struct call *c) {
  goro__callframe(call_run, c);
  call_done(c);
  call_send(c);
}

/* What a caller gets; its reference to c ends here.  Does not return after a
 * panic or Goexit. */
static GORO_UNWINDS struct Result call_result(struct call *c, bool shared) {
  struct Result r = {0};
  if (c->how == ENDS_PANICKED) {
    call_panic(c);
    return r; /* unwinding */
  }
  if (c->how == ENDS_GOEXIT) {
    call_release(c);
    goro__Goexit();
    return r; /* unwinding */
  }
  r = (struct Result){c->val, goro__error_retain(c->err), shared};
  call_release(c);
  return r;
}

/* ---- Do, DoChan, Forget ---- */

GORO_UNWINDS struct Result goro__flightGroup_Do(struct flightGroup *g,
                                                const char *key, flight_func f,
                                                void *arg) {
  bool first;
  goro__Mutex_Lock(&g->mu);
  struct call *c = flight_join(g, key, &first);
  if (!first) Xadd(&c->refs, 1);
  goro__Mutex_Unlock(&g->mu);
  if (first) {
    c->f = f;
    c->arg = arg;
    call_do(c);
  } else {
    goro__WaitGroup_Wait(&c->wg);
  }
  return call_result(c, !first || c->dups > 0);
}

static void call_doAlone(void *cv) {
  struct call *c = cv;
  call_do(c);
  call_release(c);
}

static void call_addChan(struct call *c, struct hchan *ch) {
  struct flightChan *fc = goro__mallocz(sizeof *fc);
  fc->c = ch;
  *c->lastchan = fc;
  c->lastchan = &fc->next;
}

GORO_UNWINDS struct hchan *goro__flightGroup_DoChan(struct flightGroup *g,
                                                    const char *key,
                                                    flight_func f, void *arg) {
  struct hchan *ch = goro__makechan(sizeof(struct Result), 1);
  bool first;
  goro__Mutex_Lock(&g->mu);
  struct call *c = flight_join(g, key, &first);
  call_addChan(c, ch);
  goro__Mutex_Unlock(&g->mu);
  if (first) {
    c->f = f;
    c->arg = arg;
    goro__newproc(call_doAlone, c, NULL);
  }
  return ch;
}

GORO_UNWINDS void goro__flightGroup_Forget(struct flightGroup *g,
                                           const char *key) {
  goro__Mutex_Lock(&g->mu);
  if (g->nbuckets != 0) {
    struct call **at = flight_find(g, flight_hash(key), key);
    if (*at) flight_remove(at);
  }
  goro__Mutex_Unlock(&g->mu);
}

void goro__flightGroup_free(struct flightGroup *g) {
  if (g->ncalls != 0)
    goro__fatal("free of a singleflight group with calls under way");
  os_free(g->buckets);
  *g = (struct flightGroup){0};
}
