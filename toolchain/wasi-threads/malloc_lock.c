/* The lock of malloc: U. Drepper, "Futexes Are Tricky", mutex 2.
 *
 * Invariants:
 *  1. state is FREE, TAKEN, or WAITED: taken, and somebody may sleep on it.
 *  2. Who sleeps has set it to WAITED before, so an unlock that finds TAKEN
 *     need not wake anybody. */
#include <stdint.h>
#include "malloc_lock.h"

int __wt_futex_wait(volatile void *addr, int val, int64_t ns);

enum { FREE, TAKEN, WAITED };

/* What malloc does under its lock takes less time than going to sleep. */
enum { SPINS = 100 };

static int state; /* atomic */

static int try_lock(void) {
  int was = FREE;
  return __atomic_compare_exchange_n(&state, &was, TAKEN, 0, __ATOMIC_ACQUIRE,
                                     __ATOMIC_RELAXED);
}

void __wt_malloc_lock(void) {
  for (int i = 0; i < SPINS; i++) {
    if (try_lock()) return;
  }
  while (__atomic_exchange_n(&state, WAITED, __ATOMIC_ACQUIRE) != FREE) {
    __wt_futex_wait(&state, WAITED, -1);
  }
}

void __wt_malloc_unlock(void) {
  if (__atomic_exchange_n(&state, FREE, __ATOMIC_RELEASE) == WAITED) {
    __builtin_wasm_memory_atomic_notify(&state, 1);
  }
}
