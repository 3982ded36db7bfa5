/* stress.h: what the stress programs share: a seed, dice, and a verdict.
 *
 * argv[1] is the seed (1 without it), argv[2] how much to do in percent.
 * Everything random follows from the seed, so a failure repeats itself.
 */
#ifndef GORO_STRESS_H
#define GORO_STRESS_H

#include <goro.h>
#include <stdio.h>
#include <stdlib.h>

#define REQUIRE(cond)                                                        \
  do {                                                                       \
    if (cond) break;                                                         \
    fprintf(stderr, "%s:%d: seed %u: %s\n", __FILE__, __LINE__, stress_seed, \
            #cond);                                                          \
    exit(1);                                                                 \
  } while (0)

static unsigned stress_seed = 1;
static unsigned stress_percent = 100;

static inline void stress_init(int argc, char **argv) {
  if (argc > 1) stress_seed = (unsigned)atoi(argv[1]);
  if (argc > 2) stress_percent = (unsigned)atoi(argv[2]);
}

static inline int stress_much(int n) {
  return (int)((long long)n * stress_percent / 100) + 1;
}

/* A generator for each goroutine: what one draws does not depend on when the
 * others run. */
typedef struct dice {
  uint32_t state;
} dice;

static inline dice dice_new(uint32_t which) {
  dice d = {stress_seed * 2654435761u + which * 40503u + 1};
  return d;
}

/* A number in [0, n). */
static inline uint32_t dice_roll(dice *d, uint32_t n) {
  d->state ^= d->state << 13;
  d->state ^= d->state >> 17;
  d->state ^= d->state << 5;
  return d->state % n;
}

#endif
