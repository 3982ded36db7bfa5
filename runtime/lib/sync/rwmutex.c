/* rwmutex.c: sync.RWMutex, any number of readers or one writer.
 *
 * Go: sync/rwmutex.go.
 *
 * A writer first takes w against other writers, then subtracts
 * rwmutexMaxReaders from readerCount: from now on readers see a negative
 * number and wait.  So a writer waits only for the readers that were there
 * before it, and cannot be starved; and a goroutine must not read-lock twice,
 * because a writer may come in between.
 *
 * Invariants:
 *  1. readerCount is the number of readers that hold or wait for the lock,
 *     less rwmutexMaxReaders from a writer's announcement to its Unlock.
 *  2. readerWait counts the readers that still hold the lock when the writer
 *     announced itself; the last of them wakes it.  It may be negative for a
 *     moment, when they leave before the writer has added them.
 *  3. w is held by the writer from before the announcement until after it has
 *     let the waiting readers in: they get their turn before the next writer.
 *
 * Locks: w, a Mutex of this package.
 */
#include "lib/sync/sync.h"

/* A writer holds the lock or waits for it. */
GORO_NOINLINE GORO_UNWINDS void goro__RWMutex_rLockSlow(struct RWMutex *rw) {
  goro__semacquire1(&rw->readerSem, false, waitReasonSyncRWMutexRLock);
}

bool goro__RWMutex_TryRLock(struct RWMutex *rw) {
  int32_t c = Load(&rw->readerCount);
  while (c >= 0) {
    if (Cas(&rw->readerCount, c, c + 1)) return true;
    c = Load(&rw->readerCount);
  }
  return false;
}

/* A writer waits, or the lock was not read-locked; r is the new count. */
GORO_NOINLINE void goro__RWMutex_rUnlockSlow(struct RWMutex *rw, int32_t r) {
  if (r + 1 == 0 || r + 1 == -rwmutexMaxReaders)
    goro__fatal("sync: RUnlock of unlocked RWMutex");
  /* The last reader that the writer waits for wakes it. */
  if (Xadd(&rw->readerWait, -1) == 0) goro__semrelease(&rw->writerSem);
}

GORO_UNWINDS void goro__RWMutex_Lock(struct RWMutex *rw) {
  goro__Mutex_Lock(&rw->w);
  int32_t readers =
      Xadd(&rw->readerCount, -rwmutexMaxReaders) + rwmutexMaxReaders;
  if (readers != 0 && Xadd(&rw->readerWait, readers) != 0)
    goro__semacquire1(&rw->writerSem, false, waitReasonSyncRWMutexLock);
}

GORO_UNWINDS bool goro__RWMutex_TryLock(struct RWMutex *rw) {
  if (!goro__Mutex_TryLock(&rw->w)) return false;
  if (Cas(&rw->readerCount, 0, -rwmutexMaxReaders)) return true;
  goro__Mutex_Unlock(&rw->w);
  return false;
}

GORO_UNWINDS void goro__RWMutex_Unlock(struct RWMutex *rw) {
  int32_t waiting = Xadd(&rw->readerCount, rwmutexMaxReaders);
  if (waiting >= rwmutexMaxReaders)
    goro__fatal("sync: Unlock of unlocked RWMutex");
  for (int32_t i = 0; i < waiting; i++) goro__semrelease(&rw->readerSem);
  goro__Mutex_Unlock(&rw->w);
}
