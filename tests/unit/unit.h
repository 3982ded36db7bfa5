/* unit.h: what every unit test needs; one test is one program.
 *
 * main runs as the main goroutine.  A test prints PASS and returns 0, or
 * CHECK names the line that failed and exits with 1.  No sleeps: a test waits
 * for a state with UNIT_UNTIL, or with UNIT_SPIN for what another M does, and
 * fails if that state does not come.  What holds on one P only, it asks for
 * under unit_one_m(); what holds only if goroutines run in the order of the
 * queues, under unit_in_order(); what needs more than one thread, under
 * GORO_THREADS.
 *
 * Everything here writes through the runtime's own printing, so that it needs
 * little stack and works before the rest does.
 */
#ifndef GORO_UNIT_H
#define GORO_UNIT_H

#include <string.h>

#include "base/print.h"
#include "sched/runtime2.h"

#define CHECK(cond) ((cond) ? (void)0 : unit_fail(__FILE__, __LINE__, #cond))

/* Yield until cond holds.  A busy host may take its time to start a thread, so
 * it is not over after many tries alone. */
#define UNIT_UNTIL(cond)                                    \
  do {                                                      \
    for (int tries_ = 0; !(cond); tries_++) {               \
      CHECK((tries_ < 1000000 || unit_patient()) && #cond); \
      goro__Gosched();                                      \
    }                                                       \
  } while (0)

/* The same without a safe point: the goroutine keeps its M and P, and what is
 * waited for is done by another M. */
#define UNIT_SPIN(cond)               \
  do {                                \
    while (!(cond)) {                 \
      CHECK(unit_patient() && #cond); \
      goro__yield_m();                \
    }                                 \
  } while (0)

static _Noreturn GORO_NOINLINE GORO_UNUSED void unit_fail(const char *file,
                                                          int line,
                                                          const char *what) {
  goro__prints(file);
  goro__prints(":");
  goro__printint(line);
  goro__prints(": CHECK failed: ");
  goro__prints(what);
  goro__prints("\n");
  goro__printflush();
  os_exit(1);
}

/* The program has not run for so long that nothing more is to be expected. */
static inline bool unit_patient(void) {
  return nanotime() - sched.starttime < INT64_C(45000000000);
}

/* Last statement of main: return unit_pass(); */
static inline int unit_pass(void) {
  os_write(1, "PASS\n", 5);
  return 0;
}

static inline bool unit_one_m(void) { return nallp == 1; }

/* Also the queues are kept: a seeded run takes any runnable goroutine. */
static inline bool unit_in_order(void) {
  return unit_one_m() && !sched.systematic;
}

static inline struct g *unit_go(void (*f)(void *), void *arg) {
  return goro__newproc(f, arg, NULL);
}

static inline void unit_nothing(void *unused) { (void)unused; }

/* Go to an M that may block its thread: M0 of a page may not, and workers start
 * only while it does not spin either.  There must be two Ps, or threads that
 * never have such an M. */
static inline void unit_to_blocking_m(void) {
  if (!GORO_THREADS) return;
  for (; !os_canblock(); goro__Gosched()) {
    CHECK(unit_patient());
    unit_go(unit_nothing, NULL); /* work for another M, which then takes us */
  }
}

/* gp is parked. */
static inline bool unit_parked(struct g *gp) {
  return readgstatus(gp) == Gwaiting;
}

/* ---- a log of what happened, one letter an event ---- */

static char unit_log[256];
static uint32_t unit_nlog; /* atomic */

static inline void unit_note(int c) {
  uint32_t n = Xadd(&unit_nlog, 1);
  CHECK(n < sizeof unit_log);
  unit_log[n - 1] = (char)c;
}

/* The log reads exactly so; it is empty afterwards. */
static inline bool unit_said(const char *want) {
  bool same = strcmp(unit_log, want) == 0;
  if (!same) {
    goro__prints("log: ");
    goro__prints(unit_log);
    goro__prints("\nnot: ");
    goro__prints(want);
    goro__prints("\n");
    goro__printflush();
  }
  memset(unit_log, 0, sizeof unit_log);
  Store(&unit_nlog, 0);
  return same;
}

/* ---- panics ---- */

static char unit_panictext[128];

static inline void unit_recover(void *unused) {
  const struct _panic *p = goro__gorecover();
  (void)unused;
  if (p != NULL && p->msg != NULL)
    strncpy(unit_panictext, p->msg, sizeof unit_panictext - 1);
}

struct unit_call {
  void (*f)(void *);
  void *arg;
};

static inline void unit_call_run(void *call) {
  struct unit_call *c = call;
  goro__deferproc(unit_recover, NULL);
  c->f(c->arg);
}

/* Run f(arg) and return the text it panicked with, "" if it did not.  One
 * goroutine at a time. */
static inline const char *unit_panic_of(void (*f)(void *), void *arg) {
  struct unit_call call = {f, arg};
  memset(unit_panictext, 0, sizeof unit_panictext);
  goro__callframe(unit_call_run, &call);
  return unit_panictext;
}

static inline bool unit_panics(void (*f)(void *), void *arg, const char *want) {
  return strcmp(unit_panic_of(f, arg), want) == 0;
}

/* ---- random numbers that repeat, whatever the runtime's seed ---- */

static uint32_t unit_seed = 1;

static inline uint32_t unit_rand(uint32_t n) {
  unit_seed = unit_seed * 1664525 + 1013904223;
  return (uint32_t)(((uint64_t)unit_seed * n) >> 32);
}

#endif
