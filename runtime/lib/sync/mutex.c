/* mutex.c: the contended paths of sync.Mutex.
 *
 * Go: internal/sync/mutex.go.
 *
 * Two modes.  In normal mode waiters queue first come, first served, but one
 * that is woken does not own the mutex: it competes with newcomers, which run
 * already and mostly win.  That is fast: a goroutine can take the mutex many
 * times in a row.  Who loses after a wakeup queues at the front.  A waiter
 * that has not got the mutex for more than 1 ms switches to starvation mode:
 * Unlock hands over to the first waiter and lets it run at once; newcomers do
 * not try, they queue at the end.  A new owner that was the last waiter, or
 * waited for less than 1 ms, switches back.
 *
 * Invariants of state:
 *  1. mutexStarving implies waiters > 0: whoever sets it queues, and holds
 *     the mutex locked meanwhile.
 *  2. In starvation mode without mutexLocked the mutex belongs to the waiter
 *     that Unlock has woken or is about to wake; nobody else changes it but to
 *     add waiters.
 *  3. mutexWoken means that one goroutine, awake, will clear it at its next
 *     successful Cas.
 *
 * Locks: none; state is changed by Cas and Xadd only.
 *
 * Differs from Go: spinning is a function of its own, and after a Cas that
 * failed it may spin its full count again.
 */
#include "lib/sync/sync.h"

enum {
  starvationThresholdNs = 1000000,
  mutex_active_spin = 4,
  mutex_active_spin_cnt = 30
};

/* Whether to spin for the i-th time instead of queueing: only if another P
 * works, which may unlock meanwhile, and nothing waits for this one.  So
 * never with one P.  Go: runtime_canSpin. */
static bool mutex_canSpin(int i) {
  if (i >= mutex_active_spin) return false;
  if (sched.ncpu <= 1 && !goro__baton_on) return false;
  if (nallp <= Load(&sched.npidle) + 1) return false;
  return goro__runqempty(getg()->m->p);
}

/* A while of nothing, without a word on the C stack. */
static void mutex_doSpin(void) {
  for (int i = 0; i < mutex_active_spin_cnt; i++) __asm__ volatile("");
  goro__point();
}

/* Spin while that makes sense.  Sets mutexWoken meanwhile, if there are
 * waiters, so that Unlock does not wake one of them; returns whether the
 * caller now is the one that is awake. */
static GORO_NOINLINE bool mutex_spin(struct Mutex *m, bool awoke) {
  for (int i = 0; mutex_canSpin(i); i++) {
    int32_t old = Load(&m->state);
    if ((old & (mutexLocked | mutexStarving)) != mutexLocked) break;
    if (!awoke && (old & mutexWoken) == 0 && old >> mutexWaiterShift != 0)
      awoke = Cas(&m->state, old, old | mutexWoken);
    mutex_doSpin();
  }
  return awoke;
}

/* The state that lock wants to follow old: the mutex locked by the caller, or
 * the caller counted as a waiter. */
static int32_t mutex_next(int32_t old, bool starving, bool awoke) {
  int32_t next = old;
  /* A starving mutex is promised to a waiter, also while it is unlocked. */
  if ((old & mutexStarving) == 0) next |= mutexLocked;
  if ((old & (mutexLocked | mutexStarving)) != 0) next += 1 << mutexWaiterShift;
  /* Not if it is unlocked: invariant 1. */
  if (starving && (old & mutexLocked) != 0) next |= mutexStarving;
  if (awoke) {
    if ((next & mutexWoken) == 0) goro__throw("sync: inconsistent mutex state");
    next &= ~mutexWoken;
  }
  return next;
}

/* The caller was woken as the owner of a starving mutex, which does not show
 * it yet: set mutexLocked, and stop counting the caller as a waiter. */
static void mutex_takeover(struct Mutex *m, int32_t old, bool starving) {
  int32_t delta = mutexLocked - (1 << mutexWaiterShift);
  if ((old & (mutexLocked | mutexWoken)) != 0 || old >> mutexWaiterShift == 0)
    goro__throw("sync: inconsistent mutex state");
  /* Here and nowhere else starvation mode ends.  It is so slow that two
   * goroutines would go on in lock step for ever. */
  if (!starving || old >> mutexWaiterShift == 1) delta -= mutexStarving;
  Xadd(&m->state, delta);
}

GORO_NOINLINE GORO_UNWINDS void goro__Mutex_lockSlow(struct Mutex *m) {
  int64_t waitStartTime = 0; /* when it queued first; 0: not yet */
  bool starving = false;     /* it waited for more than the threshold */
  bool awoke = false;        /* it is the goroutine of mutexWoken */
  for (;;) {
    awoke = mutex_spin(m, awoke);
    int32_t old = Load(&m->state);
    if (!Cas(&m->state, old, mutex_next(old, starving, awoke))) continue;
    if ((old & (mutexLocked | mutexStarving)) == 0) return;
    bool queueLifo = waitStartTime != 0; /* it has waited its turn before */
    if (!queueLifo) waitStartTime = nanotime();
    goro__semacquire1(&m->sema, queueLifo, waitReasonSyncMutexLock);
    starving = starving || nanotime() - waitStartTime > starvationThresholdNs;
    old = Load(&m->state);
    if ((old & mutexStarving) != 0) {
      mutex_takeover(m, old, starving);
      return;
    }
    awoke = true;
  }
}

/* There may be a waiter, but the caller runs now and can try before that one
 * wakes up. */
bool goro__Mutex_TryLock(struct Mutex *m) {
  int32_t old = Load(&m->state);
  if ((old & (mutexLocked | mutexStarving)) != 0) return false;
  return Cas(&m->state, old, old | mutexLocked);
}

/* Wake a waiter, if there is one and nobody is awake to take the mutex. */
static void mutex_wake(struct Mutex *m, int32_t old) {
  /* A state that shows mutexStarving here was not the one that this Unlock
   * saw: somebody has locked meanwhile, and will hand over. */
  while (old >> mutexWaiterShift != 0 &&
         (old & (mutexLocked | mutexWoken | mutexStarving)) == 0) {
    /* Cas grants the right to wake one. */
    int32_t next = (old - (1 << mutexWaiterShift)) | mutexWoken;
    if (Cas(&m->state, old, next)) {
      goro__semrelease(&m->sema);
      return;
    }
    old = Load(&m->state);
  }
}

/* state is what Unlock left behind. */
GORO_NOINLINE GORO_UNWINDS void goro__Mutex_unlockSlow(struct Mutex *m,
                                                       int32_t state) {
  if (((state + mutexLocked) & mutexLocked) == 0)
    goro__fatal("sync: unlock of unlocked mutex");
  if ((state & mutexStarving) == 0)
    mutex_wake(m, state);
  else
    goro__semhandoff(&m->sema);
}
