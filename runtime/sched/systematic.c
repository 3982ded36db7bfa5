/* systematic.c: scheduling that follows a seed, to find and repeat races.
 *
 * Go: the randomizeScheduler of race builds (proc.go); the idea of a seed for
 * every decision is Pony's systematic_testing.c.
 *
 * With GORO_SEED=n every choice of the scheduler, and select's order, comes
 * from one generator seeded with n: whether a readied G runs next or waits its
 * turn, and which of the queued ones does.  On one M a run then repeats itself
 * exactly, as far as the program reads no clock.
 *
 * Invariant: without GORO_SEED nothing here is called.
 */
#include "base/rand.h"
#include "sched/runtime2.h"

bool goro__systematic_flip(void) { return goro__cheaprandn(2) == 0; }

uint32_t goro__systematic_pick(uint32_t n) { return goro__cheaprandn(n); }
