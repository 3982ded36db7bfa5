/* rand.c: one wyrand generator per M.
 *
 * Go: runtime/rand.go (cheaprand).
 * Invariant: state belongs to the running M (thread-local), no lock.
 */
#include "base/rand.h"

#include "base/base.h"
#include "os/os.h"

static _Thread_local uint64_t state;

void goro__randinit(uint64_t seed) {
  state = seed;
  if (seed == 0) os_random(&state, sizeof state);
}

/* wyrand: one multiplication and an add.  Go uses the same on 64-bit
 * machines, with the 128-bit product; wasm32 has only 64 x 64 -> 64, so the
 * halves of two products are mixed instead (as Go's 32-bit fallback). */
GORO_NOINLINE uint32_t goro__cheaprand(void) {
  state += 0xa0761d6478bd642fULL;
  uint64_t x = state ^ (state >> 32);
  x *= 0xe7037ed1a0b428dbULL;
  x ^= x >> 29;
  x *= 0x8ebc6af09c88c6e3ULL;
  return (uint32_t)(x >> 32);
}
