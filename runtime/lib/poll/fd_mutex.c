/* fd_mutex.c: a lock for reading, one for writing, and a count of references,
 * in one word.
 *
 * Go: internal/poll/fd_mutex.go.
 *
 * Invariants:
 *  1. Once mutexClosed is set no reference is added.
 *  2. Who waits for a lock has no reference.  Who wakes it takes it off the
 *     count of those that wait, and gives it one; it then tries again.
 *  3. Who drops the last reference after the close destroys.
 *
 * Differs from Go: too many references are fatal, and not a panic.  In Go who
 * was woken has no reference: there it may come late, as its FD is an object of
 * its own, while here the next descriptor of that number has the same record.
 */
#include "lib/poll/fd_mutex.h"

#include "wait/sema.h"

/* state: one bit closed, one for each lock, then counts of 20 bits each:
 * references, and those that wait to read and to write. */
#define FD_BIT(n) (UINT64_C(1) << (n))
#define FD_COUNT(n) (UINT64_C(0xfffff) << (n))
#define mutexClosed FD_BIT(0)
#define mutexRLock FD_BIT(1)
#define mutexWLock FD_BIT(2)
#define mutexRef FD_BIT(3)
#define mutexRefMask FD_COUNT(3)
#define mutexRWait FD_BIT(23)
#define mutexRMask FD_COUNT(23)
#define mutexWWait FD_BIT(43)
#define mutexWMask FD_COUNT(43)

/* What is different for reading and writing. */
static inline uint64_t mutexBit(bool read) {
  return read ? mutexRLock : mutexWLock;
}
static inline uint64_t mutexWait(bool read) {
  return read ? mutexRWait : mutexWWait;
}
static inline uint64_t mutexMask(bool read) {
  return read ? mutexRMask : mutexWMask;
}
static inline uint32_t *mutexSema(struct fdMutex *mu, bool read) {
  return read ? &mu->rsema : &mu->wsema;
}

static uint64_t waiting(uint64_t state, bool read) {
  return (state & mutexMask(read)) / mutexWait(read);
}

_Noreturn static void overflow(void) {
  goro__fatal("too many concurrent operations on a single file or socket "
              "(max 1048575)");
}

/* `count`, one added to the counter under mask: has that run over? */
static void check_overflow(uint64_t count, uint64_t mask) {
  if ((count & mask) == 0) overflow();
}

static bool over(uint64_t state) {
  return (state & (mutexClosed | mutexRefMask)) == mutexClosed;
}

bool goro__fdMutex_incref(struct fdMutex *mu) {
  for (;;) {
    uint64_t old = Load(&mu->state), next = old + mutexRef;
    if (old & mutexClosed) return false;
    check_overflow(next, mutexRefMask);
    if (Cas(&mu->state, old, next)) return true;
  }
}

bool goro__fdMutex_increfAndClose(struct fdMutex *mu) {
  for (;;) {
    uint64_t old = Load(&mu->state);
    if (old & mutexClosed) return false;
    uint64_t refs = (old & mutexRefMask) / mutexRef;
    refs += 1 + waiting(old, true) + waiting(old, false);
    if (refs > mutexRefMask / mutexRef) overflow();
    uint64_t locks = old & (mutexRLock | mutexWLock);
    if (!Cas(&mu->state, old, mutexClosed | locks | refs * mutexRef)) continue;
    /* They find it closed. */
    for (; old & mutexRMask; old -= mutexRWait) goro__semrelease(&mu->rsema);
    for (; old & mutexWMask; old -= mutexWWait) goro__semrelease(&mu->wsema);
    return true;
  }
}

bool goro__fdMutex_decref(struct fdMutex *mu) {
  for (;;) {
    uint64_t old = Load(&mu->state), next = old - mutexRef;
    if ((old & mutexRefMask) == 0) goro__throw("fd_mutex: inconsistent state");
    if (Cas(&mu->state, old, next)) return over(next);
  }
}

/* The state in which the lock is taken, or waited for; `mine`: the reference
 * that who asks has already, or 0. */
static uint64_t asked(uint64_t old, bool read, uint64_t mine) {
  bool isfree = (old & mutexBit(read)) == 0;
  uint64_t next = isfree ? (old | mutexBit(read)) + mutexRef - mine
                         : old + mutexWait(read) - mine;
  if (!isfree || !mine)
    check_overflow(next, isfree ? mutexRefMask : mutexMask(read));
  return next;
}

bool goro__fdMutex_rwlock(struct fdMutex *mu, bool read, bool *last) {
  uint64_t mine = 0; /* invariant 2 */
  *last = false;
  for (;;) {
    uint64_t old = Load(&mu->state);
    if (old & mutexClosed) {
      *last = mine && goro__fdMutex_decref(mu);
      return false;
    }
    if (!Cas(&mu->state, old, asked(old, read, mine))) continue;
    if ((old & mutexBit(read)) == 0) return true;
    goro__semacquire1(mutexSema(mu, read), false, waitReasonSemacquire);
    mine = mutexRef;
  }
}

bool goro__fdMutex_rwunlock(struct fdMutex *mu, bool read) {
  for (;;) {
    uint64_t old = Load(&mu->state), bit = mutexBit(read);
    if ((old & bit) == 0 || (old & mutexRefMask) == 0)
      goro__throw("fd_mutex: inconsistent state");
    bool waited = (old & mutexMask(read)) != 0;
    uint64_t next = old & ~bit; /* who waited gets the reference */
    next -= waited ? mutexWait(read) : mutexRef;
    if (!Cas(&mu->state, old, next)) continue;
    if (waited) goro__semrelease(mutexSema(mu, read));
    return over(next);
  }
}
