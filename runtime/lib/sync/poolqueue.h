/* poolqueue.h: the queues of pool.c.
 *
 * Go: sync/poolqueue.go.
 *
 * A poolDequeue is a ring of fixed size with one producer, which pushes and
 * pops at the head, and any number of consumers, which pop at the tail.  A
 * poolChain is a chain of them, each twice as large as the one before: the
 * producer pushes to the last one, consumers take from the first.
 *
 * Elements are pointers that are not NULL: NULL stands for an empty slot, and
 * for nothing to pop.  No function here unwinds or calls user code.
 */
#ifndef GORO_POOLQUEUE_H
#define GORO_POOLQUEUE_H

#include "sched/runtime2.h"

struct poolDequeue {
  /* head << 32 | tail, both modulo the size when they index vals.  tail is the
   * oldest element, head the next slot to fill: the addition that moves head
   * then wraps around without harm.  Atomic. */
  uint64_t headTail;
  uint32_t size; /* of vals, a power of 2; r/o */
  void *vals[];  /* atomic; owned as in poolqueue.c, invariant 1 */
};

struct poolChainElt {
  struct poolChainElt *next; /* atomic: once from NULL, by the producer */
  struct poolChainElt *prev; /* atomic: once to NULL, by a consumer */
  struct poolDequeue d;
};

/* The zero value is an empty chain. */
struct poolChain {
  struct poolChainElt *head;  /* where to push; the producer's */
  struct poolChainElt *tail;  /* atomic: where to popTail */
  struct poolChainElt *first; /* the oldest one; the producer's */
};

/* Producer only.  False: it is full. */
bool goro__poolDequeue_pushHead(struct poolDequeue *d, void *val);
/* Producer only. */
void *goro__poolDequeue_popHead(struct poolDequeue *d);
void *goro__poolDequeue_popTail(struct poolDequeue *d);

/* Producer only. */
void goro__poolChain_pushHead(struct poolChain *c, void *val);
/* Producer only. */
void *goro__poolChain_popHead(struct poolChain *c);
void *goro__poolChain_popTail(struct poolChain *c);
/* Give back its memory; nobody uses it any more, and it is empty. */
void goro__poolChain_free(struct poolChain *c);

#endif
