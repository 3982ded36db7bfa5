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

/* The test has not waited for so long that nothing more is to be expected. */
static inline bool unit_patient(void) {
  static int64_t start; /* atomic; by the host's clock, as a seed moves ours */
  int64_t now = os_nanotime();
  if (LoadRelaxed(&start) == 0) StoreRelaxed(&start, now);
  return now - LoadRelaxed(&start) < INT64_C(45000000000);
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

/* A seed decides among several Ms at every point (base/baton.c). */
static inline bool unit_seeded_ms(void) {
  return sched.systematic && nallp > 1;
}

/* How much to do: n, or few of it where each of thousands of seeds has a run of
 * its own and every point costs. */
static inline int unit_much(int n, int few) {
  return unit_seeded_ms() ? few : n;
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

/* gp's state.  All that gp did up to there has happened for the caller, which
 * the runtime's own readgstatus does not promise. */
static inline uint32_t unit_status(struct g *gp) {
  return LoadAcq(&gp->atomicstatus) & ~(uint32_t)Gscan; /* with casgstatus */
}

/* gp is parked.  It may hold the lock that its park gives back still. */
static inline bool unit_parked(struct g *gp) {
  return unit_status(gp) == Gwaiting;
}

/* gp is parked, for this reason: on many Ms it may wait for a mutex first, and
 * have this reason still from an earlier life. */
static inline bool unit_waits(struct g *gp, enum waitReason why) {
  return unit_parked(gp) && LoadRelaxed(&gp->waitreason) == why &&
         unit_parked(gp);
}

/* ---- a log of what happened, one letter an event ---- */

static struct mutex unit_loglock;
static char unit_log[256]; /* under unit_loglock */
static uint32_t unit_nlog; /* the same; read without */

static inline void unit_note(int c) {
  lock(&unit_loglock);
  uint32_t n = unit_nlog;
  CHECK(n + 1 < sizeof unit_log);
  unit_log[n] = (char)c;
  Store(&unit_nlog, n + 1);
  unlock(&unit_loglock);
}

/* The log reads exactly so; it is empty afterwards. */
static inline bool unit_said(const char *want) {
  lock(&unit_loglock);
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
  unlock(&unit_loglock);
  return same;
}

/* ---- panics ---- */

struct unit_call {
  void (*f)(void *);
  void *arg;
  char text[128]; /* of the panic, "" if there was none */
};

static inline void unit_recover(void *call) {
  const struct _panic *p = goro__gorecover();
  struct unit_call *c = call;
  if (p != NULL && p->msg != NULL) strncpy(c->text, p->msg, sizeof c->text - 1);
}

static inline void unit_call_run(void *call) {
  struct unit_call *c = call;
  goro__deferproc(unit_recover, c);
  c->f(c->arg);
}

/* f(arg) panics with this text, or does not panic if it is "". */
static inline bool unit_panics(void (*f)(void *), void *arg, const char *want) {
  struct unit_call call = {f, arg, ""};
  goro__callframe(unit_call_run, &call);
  return strcmp(call.text, want) == 0;
}

/* ---- random numbers that repeat, whatever the runtime's seed ---- */

static uint32_t unit_seed = 1;

static inline uint32_t unit_rand(uint32_t n) {
  uint32_t x = LoadRelaxed(&unit_seed) * 1664525 + 1013904223;
  StoreRelaxed(&unit_seed, x); /* two goroutines may draw the same */
  return (uint32_t)(((uint64_t)x * n) >> 32);
}

#endif
