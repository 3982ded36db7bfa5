/* systematic.c: scheduling that follows a seed, to find and repeat races.
 *
 * Go: the randomizeScheduler of race builds (proc.go); the idea of a seed for
 * every decision is Pony's systematic_testing.c.
 *
 * With GORO_SEED=n every choice of the scheduler, and select's order, comes
 * from generators seeded with n: whether a readied G runs next or waits its
 * turn, which of the queued ones does, and which are preempted.  On one M a run
 * then repeats itself, as far as the program reads no clock; and with the debug
 * runtime on many, of which one at a time runs (base/baton.c), with a clock of
 * their own.  Many Ms of a release runtime run as they like.
 *
 * Invariant: without GORO_SEED nothing here is called.
 */
#include "base/rand.h"
#include "sched/runtime2.h"

bool goro__systematic_flip(void) { return goro__cheaprandn(2) == 0; }

uint32_t goro__systematic_pick(uint32_t n) { return goro__cheaprandn(n); }

/* Shall the G that is about to run yield at its next safe point? */
bool goro__systematic_preempt(void) { return goro__cheaprandn(16) == 0; }
