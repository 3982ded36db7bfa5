/* hostflight.c: which calls of a single flight are under way, on any agent.
 *
 * Go: golang.org/x/sync/singleflight/singleflight.go; lib/xsync/singleflight.c
 * is that for C, where the call is run here, too.
 *
 * An agent that joins a call for a key either is the first, and runs it; or it
 * waits on the call's channel, where the first sends the result once for each
 * that has joined.  What keys and results are made of the package knows alone
 * (bindings/src/flight.ts).
 *
 * Who has begun a call has a number that nobody else gets: an agent's memory is
 * used again.
 *
 * Invariants:
 *  1. A call is in its bucket from when it is begun until all have been sent
 *     their results: so long its owner is missed if it is lost.  Of those that
 *     are not closed there is one for each key.
 *  2. Nobody joins a call that is closed, by its result or as it is forgotten.
 *     With its result its number of waiters is final.
 *
 * Lifetime: a call is freed when it leaves its bucket.  Its channel lives as
 * long as somebody has it, and so is a name for the call that nobody mistakes.
 *
 * Locks: f->lock, of the rank of channels' as it is never taken with another.
 */
#include "wait/hostflight.h"

#include <string.h>

/* Room for as many results: for more the first waits until some are taken. */
enum { RESULTS_CAP = 8 };

struct hostflight *goro__hostflight(void) {
  struct hostflight *f = goro__mallocz(sizeof *f);
  lockInit(&f->lock, lockRankHchan);
  f->refs = 1;
  return f;
}

/* ---- the table; the lock is held ---- */

static struct flightcall **key_bucket(struct hostflight *f,
                                      const struct flightkey *key) {
  uint32_t h = 2166136261u; /* FNV-1a */
  for (uint32_t i = 0; i < key->size; i++) h = (h ^ key->bytes[i]) * 16777619u;
  return &f->buckets[h % FLIGHT_BUCKETS];
}

static bool same_key(const struct flightkey *a, const struct flightkey *b) {
  return a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

/* The call that a caller with this key joins. */
static struct flightcall *joinable(struct flightcall *c,
                                   const struct flightkey *key) {
  while (c && (c->closed || !same_key(c->key, key))) c = c->next;
  return c;
}

/* ---- a call's life ---- */

static struct flightcall *newcall(struct flightkey *key, uint32_t owner) {
  struct flightcall *c = goro__mallocz(sizeof *c);
  c->key = key;
  c->results = goro__makechan(8, RESULTS_CAP);
  c->results->refs = 1;
  c->owner = owner;
  return c;
}

static void freecall(struct flightcall *c) {
  os_free(c->key);
  os_free(c);
}

struct hchan *goro__hostflight_join(struct hostflight *f, struct flightkey *key,
                                    uint32_t owner, bool *first) {
  lock(&f->lock);
  struct flightcall **bucket = key_bucket(f, key);
  struct flightcall *c = joinable(*bucket, key);
  *first = !c;
  if (c) {
    c->waiters++;
    Xadd(&c->results->refs, 1);
    os_free(key);
  } else {
    c = newcall(key, owner);
    c->next = *bucket;
    *bucket = c;
  }
  struct hchan *results = c->results;
  unlock(&f->lock);
  return results;
}

struct hchan *goro__hostflight_find(struct hostflight *f,
                                    const struct flightkey *key) {
  lock(&f->lock);
  struct flightcall *c = joinable(*key_bucket(f, key), key);
  struct hchan *results = c ? c->results : NULL;
  unlock(&f->lock);
  return results;
}

void goro__hostflight_forget(struct hostflight *f,
                             const struct flightkey *key) {
  lock(&f->lock);
  struct flightcall *c = joinable(*key_bucket(f, key), key);
  if (c) c->closed = true;
  unlock(&f->lock);
}

/* Where the call with this channel hangs. */
static struct flightcall **call_of(struct hostflight *f,
                                   const struct flightkey *key,
                                   const struct hchan *results) {
  struct flightcall **at = key_bucket(f, key);
  while ((*at)->results != results) at = &(*at)->next;
  return at;
}

uint32_t goro__hostflight_end(struct hostflight *f, const struct flightkey *key,
                              const struct hchan *results) {
  lock(&f->lock);
  struct flightcall *c = *call_of(f, key, results);
  c->closed = true;
  uint32_t waiters = c->waiters;
  unlock(&f->lock);
  return waiters;
}

static struct flightcall *unchain(struct flightcall **at) {
  struct flightcall *c = *at;
  if (c) *at = c->next;
  return c;
}

void goro__hostflight_over(struct hostflight *f, const struct flightkey *key,
                           const struct hchan *results) {
  lock(&f->lock);
  struct flightcall *c = unchain(call_of(f, key, results));
  unlock(&f->lock);
  freecall(c);
}

static struct flightcall *unchain_of(struct flightcall **at, uint32_t owner) {
  while (*at && (*at)->owner != owner) at = &(*at)->next;
  return unchain(at);
}

struct hchan *goro__hostflight_orphan(struct hostflight *f, uint32_t owner) {
  struct flightcall *c = NULL;
  lock(&f->lock);
  for (uint32_t i = 0; i < FLIGHT_BUCKETS && !c; i++)
    c = unchain_of(&f->buckets[i], owner);
  unlock(&f->lock);
  if (!c) return NULL;
  struct hchan *results = c->results;
  freecall(c);
  return results;
}

/* Calls that are there all the same are of agents that were lost. */
void goro__hostflight_free(struct hostflight *f) {
  for (uint32_t i = 0; i < FLIGHT_BUCKETS; i++)
    for (struct flightcall *c = f->buckets[i], *next; c; c = next) {
      next = c->next;
      freecall(c);
    }
  os_free(f);
}
