/* sema.h: sleep and wake for locks, and tickets for condition variables.
 *
 * Go: runtime/sema.go.
 *
 * A semaphore is any uint32_t in the program: there is nothing to make and
 * nothing to free.  Goroutines that wait on it are found by its address.
 * Think of it as a way to pair every sleep with one wakeup, also when the
 * wakeup comes first; package sync builds its locks on that.
 *
 * Which of these unwind: goro__semacquire1, goro__semhandoff and
 * goro__notifyListWait.  The others do not, and asyncify leaves callers that
 * need only them alone.
 *
 * Lifetimes: a release touches *addr once, when it adds one; later it uses
 * the address only to look waiters up.  So a goroutine that got through the
 * semaphore may free its memory at once.  goro__semhandoff reads *addr again
 * while the goroutine it is about to wake still waits.
 *
 * Invariants and locks: see sema.c.
 */
#ifndef GORO_SEMA_H
#define GORO_SEMA_H

#include "sched/runtime2.h"

/* The goroutines that wait on addresses which hash to one place. */
struct semaRoot {
  struct mutex lock;
  struct sudog *treap; /* unique addresses; under lock */
  uint32_t nwait;      /* atomic: waiters; raised under lock before the last
                          look at *addr, read without it by a release */
};

/* Wait until *addr > 0, then take one from it.  lifo: wait as the first
 * instead of the last.  Throws outside a goroutine if it would wait. */
GORO_UNWINDS void goro__semacquire1(uint32_t *addr, bool lifo,
                                    enum waitReason reason);

/* Add one to *addr and wake the first goroutine that waits on it. */
void goro__semrelease(uint32_t *addr);

/* The same, but the woken one gets the count without competition, and runs at
 * once, on what is left of the caller's slice.  Go: semrelease1(addr, true).
 * Differs from Go: a function of its own, so that the one above never
 * unwinds. */
GORO_UNWINDS void goro__semhandoff(uint32_t *addr);

/* The parts of it, for sema.c and its test; under root->lock. */
struct semaRoot *goro__rootFor(uint32_t *addr);
void goro__semaRoot_queue(struct semaRoot *root, uint32_t *addr,
                          struct sudog *s, bool lifo);
struct sudog *goro__semaRoot_dequeue(struct semaRoot *root, uint32_t *addr);
bool goro__semaRoot_check(struct semaRoot *root);

/* A list of waiters that are woken in the order of their tickets; the zero
 * value is empty.  Go: notifyList, of sync.Cond.
 *
 * Tickets wrap around; that works as long as fewer than 2^31 goroutines wait
 * on one list. */
struct notifyList {
  uint32_t wait;   /* atomic: ticket of the next waiter; without the lock */
  uint32_t notify; /* atomic: ticket to be notified next; written under lock */
  struct mutex lock;
  struct sudog *head; /* parked waiters, linked by next; under lock */
  struct sudog *tail; /* under lock */
};

/* Take a ticket: what is notified from now on reaches the caller. */
static inline uint32_t goro__notifyListAdd(struct notifyList *l) {
  return Xadd(&l->wait, 1) - 1;
}

/* Wait until ticket t is notified; at once if it was already. */
GORO_UNWINDS void goro__notifyListWait(struct notifyList *l, uint32_t t);
void goro__notifyListNotifyAll(struct notifyList *l);
void goro__notifyListNotifyOne(struct notifyList *l);

#endif
