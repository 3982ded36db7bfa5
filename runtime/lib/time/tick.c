/* tick.c: Ticker and Tick.
 *
 * Go: time/tick.go.
 *
 * A ticker is a timer with a channel and a period (sleep.c, sched/time.c).
 *
 * Invariants:
 *  1. Ticks are due at start + n * period, however late the ones before were
 *     received or run: the period does not drift.
 *  2. At most one tick is in the channel.  Those that come meanwhile are
 *     dropped, so a slow receiver is never behind by more than one.
 *
 * Locks: none of its own.
 */
#include "lib/time/time.h"

struct timeTimer *goro__NewTicker(int64_t d) {
  if (d <= 0) {
    goro__plainpanic("non-positive interval for NewTicker");
    return NULL; /* while it unwinds */
  }
  return goro__newTimer(d, d, false);
}

void goro__Ticker_Stop(struct timeTimer *t) { goro__timer_stop(&t->timer); }

void goro__Ticker_Reset(struct timeTimer *t, int64_t d) {
  if (d <= 0)
    goro__plainpanic("non-positive interval for Ticker.Reset");
  else
    goro__timer_reset(&t->timer, goro__when(d), d);
}

struct hchan *goro__Tick(int64_t d) {
  return d <= 0 ? NULL : goro__newTimer(d, d, true)->c;
}
