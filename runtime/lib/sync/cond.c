/* cond.c: sync.Cond, a condition variable.
 *
 * Go: sync/cond.go.
 *
 * Wait takes its ticket while it still holds L.  So whoever changes the
 * condition under L and then signals, signals after the ticket was taken, and
 * reaches the waiter also if it does not sleep yet.  Wait returns only when
 * notified, but others may lock L first: ask for the condition in a loop.
 *
 * Invariants:
 *  1. Signals reach waiters in the order of their tickets.
 *  2. checker is 0 or the address of its own Cond; anything else is a copy.
 *
 * Locks: L is the program's; notify.lock is inside wait/sema.c.
 */
#include "lib/sync/sync.h"

/* ---- the three Lockers ---- */

static void locker_mutex_Lock(void *m) { goro__Mutex_Lock(m); }
static void locker_mutex_Unlock(void *m) { goro__Mutex_Unlock(m); }
static void locker_rw_Lock(void *rw) { goro__RWMutex_Lock(rw); }
static void locker_rw_Unlock(void *rw) { goro__RWMutex_Unlock(rw); }
static void locker_rw_RLock(void *rw) { goro__RWMutex_RLock(rw); }
static void locker_rw_RUnlock(void *rw) { goro__RWMutex_RUnlock(rw); }

static const struct lockerType locker_mutex = {locker_mutex_Lock,
                                               locker_mutex_Unlock};
static const struct lockerType locker_rw = {locker_rw_Lock, locker_rw_Unlock};
static const struct lockerType locker_rw_read = {locker_rw_RLock,
                                                 locker_rw_RUnlock};

struct Locker goro__Mutex_Locker(struct Mutex *m) {
  return (struct Locker){&locker_mutex, m};
}

struct Locker goro__RWMutex_Locker(struct RWMutex *rw) {
  return (struct Locker){&locker_rw, rw};
}

struct Locker goro__RWMutex_RLocker(struct RWMutex *rw) {
  return (struct Locker){&locker_rw_read, rw};
}

/* ---- Cond ---- */

/* Whether c lies elsewhere than at its first use.  The last look is for the
 * loser of two first uses at once. */
static bool cond_copied(struct Cond *c) {
  uintptr_t self = (uintptr_t)c;
  return LoadRelaxed(&c->checker) != self && !Cas(&c->checker, 0, self) &&
         LoadRelaxed(&c->checker) != self;
}

static GORO_NOINLINE GORO_UNWINDS void cond_panic(void) {
  goro__gopanic("sync.Cond is copied", NULL, false);
}

GORO_UNWINDS void goro__Cond_Wait(struct Cond *c) {
  if (unlikely(cond_copied(c))) {
    cond_panic();
    return;
  }
  uint32_t t = goro__notifyListAdd(&c->notify);
  c->L.type->Unlock(c->L.l);
  goro__notifyListWait(&c->notify, t);
  c->L.type->Lock(c->L.l);
}

GORO_UNWINDS void goro__Cond_Signal(struct Cond *c) {
  if (unlikely(cond_copied(c)))
    cond_panic();
  else
    goro__notifyListNotifyOne(&c->notify);
}

GORO_UNWINDS void goro__Cond_Broadcast(struct Cond *c) {
  if (unlikely(cond_copied(c)))
    cond_panic();
  else
    goro__notifyListNotifyAll(&c->notify);
}
