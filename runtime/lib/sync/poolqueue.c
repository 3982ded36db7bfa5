/* poolqueue.c: the queues of pool.c.
 *
 * Go: sync/poolqueue.go.
 *
 * Invariants:
 *  1. The slots in [tail, head) are full, and belong to whoever moves tail or
 *     head past them.  A consumer that has moved tail owns its slot until it
 *     writes NULL there; then it is the producer's.
 *  2. head - tail <= size.
 *  3. Of a chain only the last poolDequeue is pushed to; one with a next that
 *     is empty stays empty.
 *
 * Lifetime: a consumer may still look at a poolDequeue that another one has
 * moved tail past.  So none is freed before the chain is: those behind tail
 * are, all together, smaller than the last one.
 *
 * Locks: none.
 *
 * Differs from Go: there a garbage collector frees what tail has passed.
 */
#include "lib/sync/poolqueue.h"

enum { pool_initSize = 8 };
/* Its bytes fit in 32 bits, and so do its indices. */
static const uint32_t dequeueLimit = UINT32_C(1) << 28;

static inline uint32_t unpack_head(uint64_t ptrs) {
  return (uint32_t)(ptrs >> 32);
}
static inline uint32_t unpack_tail(uint64_t ptrs) { return (uint32_t)ptrs; }
static inline uint64_t pack(uint32_t head, uint32_t tail) {
  return (uint64_t)head << 32 | tail;
}

static inline void **slot_of(struct poolDequeue *d, uint32_t i) {
  return &d->vals[i & (d->size - 1)];
}

/* ---- one ring ---- */

bool goro__poolDequeue_pushHead(struct poolDequeue *d, void *val) {
  uint64_t ptrs = Load(&d->headTail);
  uint32_t head = unpack_head(ptrs), tail = unpack_tail(ptrs);
  goro_assert(val && head - tail <= d->size);
  if (head - tail == d->size) return false;
  void **slot = slot_of(d, head);
  /* A consumer that has moved tail is about to empty it: as good as full. */
  if (Load(slot)) return false;
  StoreRelaxed(slot, val); /* published by Xadd; popTail's Cas sees it */
  Xadd(&d->headTail, UINT64_C(1) << 32);
  return true;
}

void *goro__poolDequeue_popHead(struct poolDequeue *d) {
  for (;;) {
    uint64_t ptrs = Load(&d->headTail);
    uint32_t head = unpack_head(ptrs), tail = unpack_tail(ptrs);
    if (head == tail) return NULL;
    if (!Cas(&d->headTail, ptrs, pack(head - 1, tail))) continue;
    void **slot = slot_of(d, head - 1);
    void *val = LoadRelaxed(slot); /* of this goroutine's P */
    StoreRelaxed(slot, NULL);      /* the same */
    return val;
  }
}

void *goro__poolDequeue_popTail(struct poolDequeue *d) {
  for (;;) {
    uint64_t ptrs = Load(&d->headTail);
    uint32_t head = unpack_head(ptrs), tail = unpack_tail(ptrs);
    if (head == tail) return NULL;
    if (!Cas(&d->headTail, ptrs, pack(head, tail + 1))) continue;
    void **slot = slot_of(d, tail);
    void *val = LoadRelaxed(slot); /* after pushHead's Xadd, by Cas */
    Store(slot, NULL);             /* the slot is the producer's again */
    return val;
  }
}

/* ---- the chain ---- */

static struct poolChainElt *poolChainElt_new(uint32_t size) {
  struct poolChainElt *e;
  e = goro__mallocz(sizeof *e + size * sizeof *e->d.vals);
  e->d.size = size;
  return e;
}

/* The last one is full. */
static GORO_NOINLINE void poolChain_grow(struct poolChain *c) {
  struct poolChainElt *d = c->head, *d2;
  if (!d) {
    c->head = c->first = poolChainElt_new(pool_initSize);
    Store(&c->tail, c->head);
    return;
  }
  d2 = poolChainElt_new(GORO_MIN(2 * d->d.size, dequeueLimit));
  StoreRelaxed(&d2->prev, d); /* published by the next line */
  Store(&d->next, d2);
  c->head = d2;
}

void goro__poolChain_pushHead(struct poolChain *c, void *val) {
  while (!c->head || !goro__poolDequeue_pushHead(&c->head->d, val))
    poolChain_grow(c);
}

void *goro__poolChain_popHead(struct poolChain *c) {
  for (struct poolChainElt *d = c->head; d; d = Load(&d->prev)) {
    void *val = goro__poolDequeue_popHead(&d->d);
    if (val) return val;
  }
  return NULL;
}

void *goro__poolChain_popTail(struct poolChain *c) {
  for (struct poolChainElt *d = Load(&c->tail), *d2; d; d = d2) {
    /* Before the pop: if that fails, invariant 3 says that d stays empty. */
    d2 = Load(&d->next);
    void *val = goro__poolDequeue_popTail(&d->d);
    if (val) return val;
    /* popHead shall not go back to it either. */
    if (d2 && Cas(&c->tail, d, d2)) Store(&d2->prev, NULL);
  }
  return NULL;
}

void goro__poolChain_free(struct poolChain *c) {
  for (struct poolChainElt *d = c->first, *d2; d; d = d2) {
    goro_assert(!goro__poolDequeue_popTail(&d->d));
    d2 = d->next;
    os_free(d);
  }
  *c = (struct poolChain){NULL, NULL, NULL};
}
