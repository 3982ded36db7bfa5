/* checkdead.c: the deadlock verdict.
 *
 * Go: runtime/proc.go (checkdead).
 *
 * Invariant: the verdict is never false.  It is given only when no G is
 * runnable, no timer is set, and the host has nothing that may still call
 * (os_pending); then nothing can ever happen again.
 */
#include "sched/runtime2.h"

void goro__checkdead(void) {
  if (os_pending()) return;
  if (goro__timeSleepUntil() != INT64_MAX) return;
  if (goro__gcount() == 0)
    goro__fatal("no goroutines (main called runtime.Goexit) - deadlock!");
  goro__fatal("all goroutines are asleep - deadlock!");
}
