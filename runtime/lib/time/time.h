/* time.h: Sleep, timers and tickers.
 *
 * Go: package time, sleep.go and tick.go.
 *
 * Durations d are signed nanoseconds; nothing here goes off before d is over.
 * The channel of a timer or ticker has elements of int64_t: the nanotime at
 * which the value was due, or the moment after, at which it was sent.  It holds
 * one value, but len and cap say 0, and after Stop or Reset no value of before
 * is in it (sched/time.c).
 *
 * Lifetime.  There is no garbage collector, so each timer has one owner:
 *  - NewTimer, AfterFunc and NewTicker return a timer, to be given back with
 *    goro__Timer_free; its channel goes with it.  A goroutine of AfterFunc may
 *    free the timer that started it.
 *  - After and Tick return a channel that owns its timer (c.onfree):
 *    goro__chanfree gives back both.
 *  - Sleep uses a timer that belongs to the G record for ever.
 * Freeing stops the timer.  To free one while a goroutine waits for it, and to
 * free the channel of a timer that has a handle, is fatal.
 */
#ifndef GORO_LIB_TIME_H
#define GORO_LIB_TIME_H

#include "sched/runtime2.h"
#include "wait/chan.h"

/* A Timer or Ticker.  The timer comes first: goro__timer_delete frees the
 * whole block by it.  All else is r/o after its creation. */
struct timeTimer {
  struct timer timer;
  struct hchan *c;           /* where it sends, or NULL: AfterFunc */
  void (*fn)(void *);        /* AfterFunc: what to run */
  void *arg;                 /* AfterFunc: its argument */
  const struct gosite *site; /* AfterFunc: where it was asked for */
};

/* ---- sleep.c ---- */

/* Park the goroutine for at least ns nanoseconds; ns <= 0: not at all. */
GORO_UNWINDS void goro__timeSleep(int64_t ns);

/* Wake gp, which is parked already, in ns nanoseconds by its own timer. */
void goro__sleep_set(struct g *gp, int64_t ns);

/* A timer with a channel, first due after d, then every period if that is not
 * 0.  chanOwned: freed by its channel. */
struct timeTimer *goro__newTimer(int64_t d, int64_t period, bool chanOwned);

struct timeTimer *goro__NewTimer(int64_t d);
struct hchan *goro__After(int64_t d);
/* After d, start fn(arg) as a goroutine. */
struct timeTimer *goro__AfterFunc(int64_t d, void (*fn)(void *), void *arg,
                                  const struct gosite *site);
/* True if the call kept the timer from going off, or its value from being
 * received. */
bool goro__Timer_Stop(struct timeTimer *t);
bool goro__Timer_Reset(struct timeTimer *t, int64_t d);
/* Stop a Timer or Ticker and give back it and its channel. */
void goro__Timer_free(struct timeTimer *t);

/* ---- tick.c ---- */

/* Panics if d <= 0. */
GORO_UNWINDS struct timeTimer *goro__NewTicker(int64_t d);
void goro__Ticker_Stop(struct timeTimer *t);
GORO_UNWINDS void goro__Ticker_Reset(struct timeTimer *t, int64_t d);
/* NULL if d <= 0: a channel on which nothing ever comes. */
struct hchan *goro__Tick(int64_t d);

#endif
