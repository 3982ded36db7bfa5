/* sleep.c: Sleep, Timer, After, AfterFunc.
 *
 * Go: time/sleep.go; timeSleep and newTimer of runtime/time.go.
 *
 * Terms: the functions called f in sched/time.c are here goroutineReady (a
 * sleeper), sendTime (a channel) and goFunc (AfterFunc).  They run on the
 * stack of whoever runs the timer, and do not unwind.
 *
 * Invariants:
 *  1. A goroutine that sleeps is reachable from its timer, gp.timer.arg, and
 *     that timer is set only when the goroutine is parked: on the M, after the
 *     switch.  Set earlier, it could go off before the park.
 *  2. gp.timer is in no heap unless gp sleeps, so it may stay with the G
 *     record when the goroutine ends.
 *  3. timer.isChan, drain and the channel's timer field are set before the
 *     timer is, and never change.
 *
 * Locks: none of its own; see sched/time.c.
 */
#include "lib/time/time.h"

/* ---- Sleep ---- */

static void goroutineReady(void *gp, uintptr_t seq, int64_t delay) {
  (void)seq;
  (void)delay;
  goro__goready(gp);
}

/* gp's timer, made at its first sleep. */
static struct timer *sleep_timer(struct g *gp) {
  if (!gp->timer) {
    gp->timer = goro__mallocz(sizeof *gp->timer);
    goro__timer_init(gp->timer, goroutineReady, gp);
  }
  return gp->timer;
}

void goro__sleep_set(struct g *gp, int64_t ns) {
  goro__timer_reset(sleep_timer(gp), goro__when(ns), 0);
}

/* gopark's unlock function: gp is parked, its timer may go off now. */
static int64_t resetForSleep(void *gpv, void *unused) {
  struct g *gp = gpv;
  (void)unused;
  goro__timer_reset(gp->timer, gp->sleepWhen, 0);
  return true;
}

void goro__timeSleep(int64_t ns) {
  if (ns <= 0) return;
  struct g *gp = goro__needg("goro_sleep");
  sleep_timer(gp);
  gp->sleepWhen = goro__when(ns);
  goro__gopark(resetForSleep, NULL, waitReasonSleep);
}

/* ---- timers with a channel ---- */

/* Send the time at which the timer was due.  It may be run much later, when
 * somebody looks at the channel: delay makes up for that.  If a value is still
 * there, this one is dropped. */
static void sendTime(void *c, uintptr_t seq, int64_t delay) {
  (void)seq;
  int64_t due = nanotime() - delay;
  goro__chansend_nb(c, &due);
}

static bool sleep_drain(void *c) { return goro__timerchandrain(c); }

/* goro__chanfree of the channel of After and Tick, which owns its timer. */
static void free_timer(struct hchan *c) { goro__timer_delete(c->timer); }

/* goro__chanfree of the channel of a timer that has a handle. */
static void not_chanOwned(struct hchan *c) {
  (void)c;
  goro__fatal("free of a timer's channel; free the timer");
}

struct timeTimer *goro__newTimer(int64_t d, int64_t period, bool chanOwned) {
  struct hchan *c = goro__makechan(sizeof(int64_t), 1);
  struct timeTimer *t = goro__mallocz(sizeof *t);
  goro__timer_init(&t->timer, sendTime, c);
  t->timer.isChan = true;
  t->timer.drain = sleep_drain;
  t->c = c;
  c->timer = &t->timer;
  c->onfree = chanOwned ? free_timer : not_chanOwned;
  goro__timer_reset(&t->timer, goro__when(d), period);
  return t;
}

struct timeTimer *goro__NewTimer(int64_t d) {
  return goro__newTimer(d, 0, false);
}

struct hchan *goro__After(int64_t d) { return goro__newTimer(d, 0, true)->c; }

/* ---- AfterFunc ---- */

static void goFunc(void *tv, uintptr_t seq, int64_t delay) {
  (void)seq;
  (void)delay;
  struct timeTimer *t = tv;
  goro__newproc(t->fn, t->arg, t->site);
}

struct timeTimer *goro__AfterFunc(int64_t d, void (*fn)(void *), void *arg,
                                  const struct gosite *site) {
  struct timeTimer *t = goro__mallocz(sizeof *t);
  goro__timer_init(&t->timer, goFunc, t);
  t->fn = fn;
  t->arg = arg;
  t->site = site;
  goro__timer_reset(&t->timer, goro__when(d), 0);
  return t;
}

/* ---- all of them ---- */

bool goro__Timer_Stop(struct timeTimer *t) {
  return goro__timer_stop(&t->timer);
}

bool goro__Timer_Reset(struct timeTimer *t, int64_t d) {
  return goro__timer_reset(&t->timer, goro__when(d), 0);
}

void goro__Timer_free(struct timeTimer *t) {
  struct hchan *c = t->c;
  goro__timer_delete(&t->timer); /* nothing is sent from here on */
  if (!c) return;
  c->timer = NULL;
  c->onfree = NULL;
  goro__chanfree(c);
}
