/* baton_test.c: with a seed one M at a time runs; the same seed gives the same
 * run, and another one another.
 *
 * The program runs itself, with a seed, and prints a hash of what ran where.
 * Without a seed, and on hosts where M0 does not block or there is one thread,
 * all of it is off.
 */
#include "unit.h"

#include "api/goro.h"
#include "lib/time/time.h"
#include "sched/schedule.h"
#include "wait/chan.h"

#ifndef __wasm__
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#endif

static void alone(void) { UNIT_UNTIL(goro__gcount() == 1); }

/* ---- off ---- */

static void test_off(void) {
  uint32_t word = 1;
  CHECK(goro__baton_new() == 0);
  goro__baton_leave();
  goro__baton_return();
  goro__point();
  goro__yield_m();
  goro__futexwakeup(&word, 1);
  if (os_canblock()) goro__futexsleep(&word, 0, -1); /* it is not 0 */
}

#ifndef __wasm__

/* ---- the clock ---- */

static const int64_t hour = INT64_C(3600) * 1000 * 1000 * 1000;

/* Nobody waits for an hour, but it has passed; and what is due comes in order,
 * however much the others do meanwhile. */
static void sleep_and_note(void *hours) {
  int h = (int)(intptr_t)hours;
  goro__timeSleep(h * hour);
  unit_note('0' + h);
}

static void test_clock(void) {
  int64_t start = nanotime(), host = os_nanotime();
  for (intptr_t h = 5; h > 0; h--) unit_go(sleep_and_note, (void *)h);
  goro__timeSleep(6 * hour);
  CHECK(unit_said("12345"));
  CHECK(nanotime() - start >= 6 * hour);
  CHECK(os_nanotime() - host < hour);
}

/* ---- one at a time ---- */

static int inside;         /* no atomic: nobody else runs between two points */
static uint64_t trace;     /* a hash of the steps; the same */
static uint32_t ms, steps; /* the Ms that took part, as bits; the same */

/* A step without a point. */
static void step(int what) {
  CHECK(inside++ == 0);
  for (volatile int i = 0; i < 200; i++) CHECK(inside == 1);
  uint32_t m = (uint32_t)getg()->m->id;
  trace = (trace ^ (m << 8 | (uint32_t)what)) * UINT64_C(1099511628211);
  ms |= UINT32_C(1) << m % 32;
  steps++;
  CHECK(--inside == 0);
}

enum { nactors = 7 };
static goro_chan *c[2];
static goro_mutex mu;

static void acts(void *arg) {
  int me = (int)(intptr_t)arg;
  for (int i = 0; i < 30; i++) {
    int v = me;
    step(me);
    switch ((me + i) % 5) {
    case 0:
      goro_gosched();
      break;
    case 1:
      goro_mutex_lock(&mu);
      step(me + 16);
      goro_mutex_unlock(&mu);
      break;
    case 2: {
      goro_case k[] = {GORO_SEND(c[0], &v), GORO_RECV(c[0], &v)};
      step(me + 32 + goro_select_default(k, 2));
      break;
    }
    case 3:
      if (goro_chan_try_recv(c[1], &v, NULL)) step(v + 64);
      break;
    default:
      goro_chan_try_send(c[1], &v);
    }
  }
}

static void test_one_at_a_time(void) {
  for (int i = 0; i < 2; i++) c[i] = goro_chan_make(sizeof(int), 1);
  for (int i = 0; i < nactors; i++) GORO_GO(acts, (void *)(intptr_t)i);
  alone();
  for (int i = 0; i < 2; i++) goro_chan_free(c[i]);
  CHECK(steps >= nactors * 30);
  if (nallp > 1) CHECK(ms & (ms - 1)); /* more than one M did */
}

/* Who sleeps on a futex does not play, and is woken by the word's own waker. */
static uint32_t word; /* atomic */

static void wakes(void *unused) {
  (void)unused;
  step(0);
  Store(&word, 1);
  goro__futexwakeup(&word, 1);
}

static void test_futex(void) {
  if (nallp < 2) return;
  for (int i = 0; i < 20; i++) {
    Store(&word, 0);
    unit_go(wakes, NULL);
    while (!Load(&word)) goro__futexsleep(&word, 0, -1);
    step(1);
    alone();
  }
  Store(&word, 0);
  goro__futexsleep(&word, 0, 1000); /* time is over: it comes back by itself */
  step(2);
}

/* Who is in the host does not play either. */
static void in_host(void *arg) {
  volatile uint32_t *over = arg;
  usleep(100);
  *over = 1;
}

static void calls(void *unused) {
  uint32_t over = 0;
  (void)unused;
  step(3);
  goro_syscall(in_host, &over);
  CHECK(over);
  step(4);
}

static void test_outside(void) {
  for (int i = 0; i < 20; i++) unit_go(calls, NULL);
  alone();
}

/* ---- the same again ---- */

/* What the program prints when it is run with this seed. */
static uint64_t trace_of(const char *self, int seed) {
  char command[512], line[64] = "";
  snprintf(command, sizeof command,
           "GORO_SEED=%d GORO_MAXPROCS=4 '%s' trace 2>&1", seed, self);
  FILE *f = popen(command, "r");
  CHECK(f != NULL);
  CHECK(fgets(line, sizeof line, f) && pclose(f) == 0);
  char *end;
  uint64_t t = strtoull(line, &end, 16);
  CHECK(end != line && *end == '\n');
  return t;
}

static void test_same_seed(const char *self) {
  enum { n = 6 };
  uint64_t first[n];
  int differ = 0;
  for (int i = 0; i < n; i++) {
    first[i] = trace_of(self, i + 1);
    CHECK(first[i] == trace_of(self, i + 1));
    if (i > 0) differ += first[i] != first[i - 1];
  }
  CHECK(differ >= n - 2);
}

int main(int argc, char **argv) {
  if (argc > 1) {
    CHECK(goro__baton_on);
    test_one_at_a_time();
    printf("%llx\n", (unsigned long long)(trace ^ goro__baton_trace(0)));
    return 0;
  }
  if (!goro__baton_on) {
    test_off();
    test_same_seed(argv[0]);
    return unit_pass();
  }
  test_clock();
  test_one_at_a_time();
  test_futex();
  test_outside();
  return unit_pass();
}

#else

int main(void) {
  alone();
  CHECK(!goro__baton_on || os_canblock());
  if (!goro__baton_on) test_off();
  return unit_pass();
}

#endif
