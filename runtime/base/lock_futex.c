/* lock_futex.c: the contended path of the runtime's lock.
 *
 * Go: runtime/lock_futex.go.
 *
 * Invariants: see lock.h.  A sleeper always leaves key at mutex_sleeping, so
 * that the release which lets it go on also wakes the next one.
 *
 * Differs from Go: an M that may not block its host thread (a page's main
 * thread) spins instead of sleeping; the holders' sections are short.
 */
#include "base/lock.h"
#include "os/os.h"

enum { active_spin = 4, active_spin_cnt = 30 };

static void spin_a_while(void) {
  for (volatile int i = 0; i < active_spin_cnt; i++) {
  }
}

/* One try at taking l; the state left behind is `want`. */
static bool try_lock(struct mutex *l, uint32_t want) {
  for (int i = 0; i < active_spin; i++) {
    while (LoadRelaxed(&l->key) == mutex_unlocked)
      if (CasAcq(&l->key, mutex_unlocked, want)) return true;
    spin_a_while();
  }
  return false;
}

GORO_NOINLINE void goro__lock_slow(struct mutex *l) {
  uint32_t want = mutex_locked;
  bool canblock = os_canblock();
  for (;;) {
    if (try_lock(l, want)) return;
    if (!canblock) {
      os_procyield(); /* the holder may be gone for good: see os_js_mt.c */
      continue;
    }
    if (Xchg(&l->key, mutex_sleeping) == mutex_unlocked) return;
    want = mutex_sleeping;
    goro__futexsleep(&l->key, mutex_sleeping, -1);
  }
}

/* unlock found a state other than mutex_locked and has freed the lock. */
GORO_NOINLINE void goro__unlock_slow(struct mutex *l) {
  /* mutex_unlocked would mean that nobody held it: the sleeping state cannot
   * be told from it here any more, so debug builds check in lockrank. */
  goro__futexwakeup(&l->key, 1);
}
