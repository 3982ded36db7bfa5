/* rand.h: cheap random numbers for scheduling decisions.
 *
 * Go: runtime/rand.go (cheaprand, cheaprandn).
 *
 * Not for secrets.  Each M has its own state; with GORO_SEED every state
 * follows from the seed, so a run on one M repeats itself exactly.
 */
#ifndef GORO_RAND_H
#define GORO_RAND_H

#include <stdint.h>

/* Seed this M's generator.  seed 0 asks the host for randomness. */
void goro__randinit(uint64_t seed);

uint32_t goro__cheaprand(void);

/* A number in [0, n), uniform up to 2^-32.  n > 0. */
static inline uint32_t goro__cheaprandn(uint32_t n) {
  return (uint32_t)(((uint64_t)goro__cheaprand() * n) >> 32);
}

#endif
