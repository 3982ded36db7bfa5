/* sync.h: Mutex, RWMutex, WaitGroup, Once, OnceFunc, Cond and atomic.Value.
 *
 * Go: sync, internal/sync, sync/atomic.
 *
 * The zero value of each is ready for use; none may be copied after that.
 * They all keep a few words in the struct and wait on semaphores or tickets
 * of wait/sema.h.  A lock belongs to no goroutine: one may lock it and
 * another unlock it.
 *
 * Uncontended Lock, Unlock, RLock, RUnlock, Add, Done and Once_Do are inline
 * here: one atomic operation and a branch or two.  What may park is noinline,
 * so that only it is big.
 *
 * Differs from Go: there is no garbage collector, so the program must not
 * free one of these while a call on it is under way, a last Unlock included:
 * it may look at the lock again after another goroutine already has it.  What
 * a WaitGroup's last Wait returns from is over: that one may be freed then.
 *
 * Locks: none of the runtime's own.  Every field is atomic and says by whom
 * it is changed.
 */
#ifndef GORO_SYNC_H
#define GORO_SYNC_H

#include "sched/runtime2.h"
#include "wait/sema.h"

/* ---- Mutex: mutex.c ---- */

struct Mutex {
  int32_t state; /* atomic: the bits below and the number of waiters */
  uint32_t sema; /* semaphore of the waiters */
};

enum {
  mutexLocked = 1,   /* somebody holds it */
  mutexWoken = 2,    /* a waiter is awake and tries: Unlock wakes no other */
  mutexStarving = 4, /* Unlock hands over to the first waiter */
  mutexWaiterShift = 3,
};

GORO_UNWINDS void goro__Mutex_lockSlow(struct Mutex *m);
GORO_UNWINDS void goro__Mutex_unlockSlow(struct Mutex *m, int32_t state);

static inline void goro__Mutex_Lock(struct Mutex *m) {
  if (likely(Cas(&m->state, 0, mutexLocked))) return;
  goro__Mutex_lockSlow(m);
}

/* Fatal "sync: unlock of unlocked mutex". */
static inline void goro__Mutex_Unlock(struct Mutex *m) {
  int32_t state = Xadd(&m->state, -mutexLocked);
  if (unlikely(state != 0)) goro__Mutex_unlockSlow(m, state);
}

bool goro__Mutex_TryLock(struct Mutex *m);

/* ---- RWMutex: rwmutex.c ---- */

struct RWMutex {
  struct Mutex w;      /* held by the writer, also while it waits */
  uint32_t writerSem;  /* semaphore: the writer waits for readers */
  uint32_t readerSem;  /* semaphore: readers wait for the writer */
  int32_t readerCount; /* atomic: readers, holding or waiting; less
                          rwmutexMaxReaders while there is a writer */
  int32_t readerWait;  /* atomic: readers the writer still waits for */
};

enum { rwmutexMaxReaders = 1 << 30 };

GORO_UNWINDS void goro__RWMutex_rLockSlow(struct RWMutex *rw);
void goro__RWMutex_rUnlockSlow(struct RWMutex *rw, int32_t r);

static inline void goro__RWMutex_RLock(struct RWMutex *rw) {
  if (unlikely(Xadd(&rw->readerCount, 1) < 0)) goro__RWMutex_rLockSlow(rw);
}

/* Fatal "sync: RUnlock of unlocked RWMutex".  Never unwinds. */
static inline void goro__RWMutex_RUnlock(struct RWMutex *rw) {
  int32_t r = Xadd(&rw->readerCount, -1);
  if (unlikely(r < 0)) goro__RWMutex_rUnlockSlow(rw, r);
}

GORO_UNWINDS void goro__RWMutex_Lock(struct RWMutex *rw);
/* Fatal "sync: Unlock of unlocked RWMutex". */
GORO_UNWINDS void goro__RWMutex_Unlock(struct RWMutex *rw);
bool goro__RWMutex_TryRLock(struct RWMutex *rw);
GORO_UNWINDS bool goro__RWMutex_TryLock(struct RWMutex *rw);

/* ---- WaitGroup: waitgroup.c ---- */

struct WaitGroup {
  uint64_t state; /* atomic: counter in the upper half, waiters below */
  uint32_t sema;  /* semaphore of the waiters */
};

GORO_UNWINDS void goro__WaitGroup_addSlow(struct WaitGroup *wg, uint64_t state,
                                          int32_t delta);

static inline int32_t waitgroup_counter(uint64_t state) {
  return (int32_t)(uint32_t)(state >> 32);
}
static inline uint32_t waitgroup_waiters(uint64_t state) {
  return (uint32_t)state;
}

/* Panics "sync: negative WaitGroup counter",
 * "sync: WaitGroup misuse: Add called concurrently with Wait". */
static inline void goro__WaitGroup_Add(struct WaitGroup *wg, int32_t delta) {
  uint64_t state = Xadd(&wg->state, (uint64_t)(int64_t)delta << 32);
  int32_t v = waitgroup_counter(state);
  if (likely(v >= 0 && waitgroup_waiters(state) == 0)) return;
  if (likely(v > 0 && delta < 0)) return; /* not the last Done */
  goro__WaitGroup_addSlow(wg, state, delta);
}

static inline void goro__WaitGroup_Done(struct WaitGroup *wg) {
  goro__WaitGroup_Add(wg, -1);
}

/* Panics "sync: WaitGroup is reused before previous Wait has returned". */
GORO_UNWINDS void goro__WaitGroup_Wait(struct WaitGroup *wg);
/* Start f(arg) and count it until it returns or exits; f must not panic. */
GORO_UNWINDS void goro__WaitGroup_Go(struct WaitGroup *wg, void (*f)(void *),
                                     void *arg, const struct gosite *site);

/* ---- Once: once.c ---- */

struct Once {
  uint32_t done;  /* atomic: 1 when the call is over; written under m */
  struct Mutex m; /* held during the call */
};

GORO_UNWINDS void goro__Once_doSlow(struct Once *o, void (*f)(void *),
                                    void *arg);

/* Call f(arg) if this is the first Do on o; return when that call is over.  A
 * panic or Goexit of f counts as done. */
static inline void goro__Once_Do(struct Once *o, void (*f)(void *), void *arg) {
  if (likely(Load(&o->done))) return;
  goro__Once_doSlow(o, f, arg);
}

/* ---- OnceFunc: oncefunc.c ---- */

struct OnceFunc {
  struct Once once;
  void (*call)(struct OnceFunc *o); /* calls f with its type; r/o */
  void (*f)(void);                  /* r/o */
  void *arg;                        /* r/o */

  /* Written by the one call, under once; r/o when that is done. */
  bool valid; /* f has returned */
  bool runtime_error;
  char *msg; /* of f's panic; owned */
  void *value;
  _Alignas(max_align_t) char result[];
};

/* One with room for a result of size bytes; call, f and arg are to be set. */
struct OnceFunc *goro__OnceFunc_new(size_t size);
void goro__OnceFunc_free(struct OnceFunc *o);
/* Call f if this is the first call on o, or panic as f did. */
GORO_UNWINDS void goro__OnceFunc_call(struct OnceFunc *o);

/* ---- Cond: cond.c ---- */

/* What a Cond unlocks while it waits.  Go: the interface Locker; as there, a
 * table of the type's functions and the value. */
struct lockerType {
  void (*Lock)(void *l);
  void (*Unlock)(void *l);
};
struct Locker {
  const struct lockerType *type;
  void *l;
};

struct Locker goro__Mutex_Locker(struct Mutex *m);
struct Locker goro__RWMutex_Locker(struct RWMutex *rw);  /* for writing */
struct Locker goro__RWMutex_RLocker(struct RWMutex *rw); /* for reading */

struct Cond {
  struct Locker L;          /* r/o; set before first use */
  struct notifyList notify; /* see wait/sema.h */
  uintptr_t checker;        /* atomic: its own address, once used */
};

/* All three panic "sync.Cond is copied". */
GORO_UNWINDS void goro__Cond_Wait(struct Cond *c);
GORO_UNWINDS void goro__Cond_Signal(struct Cond *c);
GORO_UNWINDS void goro__Cond_Broadcast(struct Cond *c);

/* ---- atomic.Value: value.c ---- */

/* A value with its type, NULL for Go's nil. */
struct eface {
  const void *type;
  void *data;
};

struct Value {
  const void *typ; /* atomic: value.c, invariant 1 */
  void *data;      /* atomic */
};

struct eface goro__Value_Load(struct Value *v);
GORO_UNWINDS void goro__Value_Store(struct Value *v, struct eface x);
GORO_UNWINDS struct eface goro__Value_Swap(struct Value *v, struct eface x);
GORO_UNWINDS bool goro__Value_CompareAndSwap(struct Value *v, struct eface old,
                                             struct eface x);

#endif
