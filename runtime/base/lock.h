/* lock.h: the runtime's own mutual exclusion lock.
 *
 * Go: runtime/runtime2.go (type mutex), lock_futex.go.
 *
 * It protects the scheduler's and channels' data for a few dozen instructions
 * at a time.  A goroutine never holds one while it parks: gopark's unlock
 * function runs on the M after the switch.  sync.Mutex is another thing.
 *
 * Invariants:
 *  1. key is 0 (free), 1 (held) or 2 (held, and an M may sleep on it).
 *  2. Whoever holds it does not switch stacks, call user code or panic.
 *  3. The zero value is a free lock.
 */
#ifndef GORO_LOCK_H
#define GORO_LOCK_H

#include "base/atomic.h"
#include "base/baton.h"
#include "base/base.h"
#include "base/lockrank.h"

struct mutex {
  uint32_t key; /* atomic; CasAcq in lock pairs with Xchg in unlock */
#if GORO_DEBUG
  enum lockrank rank; /* r/o after lockInit */
#endif
};

enum { mutex_unlocked = 0, mutex_locked = 1, mutex_sleeping = 2 };

void goro__lock_slow(struct mutex *l);
void goro__unlock_slow(struct mutex *l);

static inline void lockInit(struct mutex *l, enum lockrank r) {
  l->key = mutex_unlocked;
#if GORO_DEBUG
  l->rank = r;
#else
  (void)r;
#endif
}

/* lock for a mutex without lockInit, as in a zeroed struct of the program. */
static inline void lockWithRank(struct mutex *l, enum lockrank r) {
  goro__point();
#if GORO_DEBUG
  goro__lockrank_acquire(l, r);
#else
  (void)r;
#endif
  if (likely(CasAcq(&l->key, mutex_unlocked, mutex_locked))) return;
  goro__lock_slow(l);
}

static inline void lock(struct mutex *l) {
#if GORO_DEBUG
  lockWithRank(l, l->rank);
#else
  lockWithRank(l, lockRankNone);
#endif
}

static inline void unlock(struct mutex *l) {
#if GORO_DEBUG
  goro__lockrank_release(l);
#endif
  if (unlikely(Xchg(&l->key, mutex_unlocked) != mutex_locked))
    goro__unlock_slow(l);
  goro__point();
}

static inline void assertLockHeld(struct mutex *l) {
#if GORO_DEBUG
  goro_assert(goro__lockrank_held(l));
#else
  (void)l;
#endif
}

#endif
