/* checkdead.c: the deadlock verdict.
 *
 * Go: runtime/proc.go (checkdead).
 *
 * It is asked for whenever an M has nothing to do.  While any M runs, or waits
 * for a timer or a descriptor (netpoll.c), or is in the host, it is not idle.
 *
 * Invariant: the verdict is never false.  It is given only when every M is
 * idle, no timer is set, nobody waits for a descriptor, and nobody waits for
 * what the host may still bring (hostevent.c); then nothing can ever happen
 * again.
 */
#include "sched/runtime2.h"

void goro__checkdead(void) {
  assertLockHeld(&sched.lock);
  int32_t run = sched.mcount - sched.nmidle - sched.nmidlelocked - sched.nmsys;
  if (run > 0) return;
  if (run < 0) goro__throw("checkdead: inconsistent counts of Ms");
  if (Load(&sched.hostwaiters) != 0 || goro__timeSleepUntil() != INT64_MAX)
    return;
  if (goro__netpollAnyWaiters()) return;
  unlock(&sched.lock); /* the report wants it */
  if (goro__gcount() == 0)
    goro__fatal("no goroutines (main called runtime.Goexit) - deadlock!");
  goro__fatal("all goroutines are asleep - deadlock!");
}
