/* time_test.c: the heap of timers, against a model and with a clock of its
 * own.
 *
 * Only this file's calls of goro__timers_check run the timers, with a time of
 * its own choice: the other Ms are stopped, and this one does not schedule.
 * Channel timers have a flag for a channel.  The invariants of time.c are
 * checked after every operation.
 */
#include <stdlib.h>

#include "unit.h"

enum { HEAPED = 1, MODIFIED = 2, ZOMBIE = 4 }; /* as in time.c */

static struct timers *ts; /* this P's */
static int64_t base;      /* an hour from now */

/* ---- calls of f, as they came ---- */

struct fired {
  void *arg;
  uintptr_t seq;
  int64_t delay;
};

static struct fired fired[20000];
static uint32_t nfired;

static void record(void *arg, uintptr_t seq, int64_t delay) {
  CHECK(nfired < sizeof fired / sizeof *fired);
  fired[nfired++] = (struct fired){arg, seq, delay};
}

/* ---- operations, each followed by a look at the invariants ---- */

static bool reset(struct timer *t, int64_t when, int64_t period) {
  bool pending = goro__timer_reset(t, when, period);
  goro__timers_check_invariants(ts);
  return pending;
}

static bool stop(struct timer *t) {
  bool pending = goro__timer_stop(t);
  goro__timers_check_invariants(ts);
  return pending;
}

/* Run what is due at now; returns the time of the next timer or 0. */
static int64_t check_at(int64_t now) {
  for (;;) {
    bool ran = false;
    uint32_t before = nfired;
    int64_t next = goro__timers_check(ts, now, &ran);
    goro__timers_check_invariants(ts);
    CHECK(ran == (nfired > before));
    if (next == 0 || next > now) return next;
  }
}

static void expect_empty(void) {
  CHECK(ts->nheap == 0);
  CHECK(Load(&ts->len) == 0);
  CHECK(Load(&ts->zombies) == 0);
  CHECK(goro__timers_wakeTime(ts) == 0);
  CHECK(goro__timeSleepUntil() == INT64_MAX);
}

/* ---- order ---- */

enum { MANY = 3000 };

static int64_t when_of(uint32_t i) {
  return ((struct timer *)fired[i].arg)->arg == fired[i].arg
             ? (int64_t)fired[i].seq + base
             : -1;
}

static void test_order(void) {
  struct timer *t = calloc(MANY, sizeof *t);
  for (uint32_t i = 0; i < MANY; i++) {
    uint32_t when = unit_rand(MANY / 2); /* many at the same time */
    goro__timer_init(&t[i], NULL, NULL);
    goro__timer_modify(&t[i], base + when, 0, record, &t[i], when);
    if (i % 50 == 0) goro__timers_check_invariants(ts);
  }
  CHECK(ts->nheap == MANY);
  nfired = 0;
  CHECK(check_at(base - 1) >= base);
  CHECK(nfired == 0);
  int64_t next = check_at(base + MANY / 4);
  CHECK(next > base + MANY / 4 && next < base + MANY);
  CHECK(when_of(nfired - 1) <= base + MANY / 4);
  CHECK(check_at(base + MANY) == 0);
  CHECK(nfired == MANY);
  for (uint32_t i = 1; i < MANY; i++) CHECK(when_of(i - 1) <= when_of(i));
  expect_empty();
  free(t);
}

/* One check runs a part of what is due, and says that there is more. */
static void test_batch(void) {
  static struct timer t[MANY];
  for (uint32_t i = 0; i < MANY; i++) {
    goro__timer_init(&t[i], record, NULL);
    goro__timer_reset(&t[i], base + i, 0);
  }
  nfired = 0;
  bool ran = false;
  int64_t next = goro__timers_check(ts, base + MANY, &ran);
  CHECK(ran && nfired > 0 && nfired < MANY);
  CHECK(next == base + nfired);
  CHECK(check_at(base + MANY) == 0 && nfired == MANY);
  expect_empty();
}

/* ---- random operations against a model ---- */

enum { MODEL = 80, STEPS = 40000 };

struct model {
  struct timer t;
  int64_t when; /* what the timer's should be; 0: not running */
};

static struct model model[MODEL];

static int64_t model_first(void) {
  int64_t first = 0;
  for (int i = 0; i < MODEL; i++)
    if (model[i].when && (!first || model[i].when < first))
      first = model[i].when;
  return first;
}

/* Everything due, and nothing else, must fire, once. */
static void model_check(int64_t now) {
  nfired = 0;
  int64_t next = check_at(now);
  uint32_t due = 0;
  for (int i = 0; i < MODEL; i++)
    if (model[i].when && model[i].when <= now) due++;
  CHECK(nfired == due);
  for (uint32_t i = 0; i < nfired; i++) {
    struct model *m = fired[i].arg;
    CHECK(m->when && m->when <= now);
    CHECK(fired[i].delay == now - m->when);
    m->when = 0;
  }
  int64_t first = model_first();
  /* A lower bound: a stopped timer may still count. */
  CHECK(first == 0 || (next != 0 && next <= first));
}

static void test_model(void) {
  for (int i = 0; i < MODEL; i++)
    goro__timer_init(&model[i].t, record, &model[i]);
  int64_t now = base;
  int steps = unit_much(STEPS, 1000);
  for (int step = 0; step < steps; step++) {
    struct model *m = &model[unit_rand(MODEL)];
    uint32_t op = unit_rand(8);
    if (op < 4) {
      int64_t when = now + 1 + unit_rand(1000);
      CHECK(reset(&m->t, when, 0) == (m->when != 0));
      m->when = when;
    } else if (op < 7) {
      CHECK(stop(&m->t) == (m->when != 0));
      m->when = 0;
    } else {
      model_check(now += unit_rand(100));
    }
    int64_t wake = goro__timers_wakeTime(ts);
    int64_t first = model_first();
    CHECK(first == 0 || (wake != 0 && wake <= first));
  }
  model_check(now + 2000);
  expect_empty();
}

/* ---- one thing at a time ---- */

static void test_results(void) {
  struct timer t;
  goro__timer_init(&t, record, &t);
  CHECK(!stop(&t));
  CHECK(!reset(&t, base, 0));
  CHECK(reset(&t, base + 1, 0));
  CHECK(stop(&t));
  CHECK(!stop(&t));
  CHECK(!reset(&t, base + 2, 0));
  nfired = 0;
  CHECK(check_at(base + 2) == 0);
  CHECK(nfired == 1 && fired[0].delay == 0);
  CHECK(!stop(&t));
  CHECK(!reset(&t, base + 3, 0));
  CHECK(stop(&t));
  check_at(base);
  expect_empty();
}

static void test_modify(void) {
  struct timer t, other;
  goro__timer_init(&t, record, &t);
  goro__timer_init(&other, record, &other);
  reset(&other, base + 15, 0);
  reset(&t, base + 10, 0);
  nfired = 0;
  reset(&t, base + 5, 0); /* earlier */
  CHECK(t.state == (HEAPED | MODIFIED));
  CHECK(goro__timers_wakeTime(ts) == base + 5);
  CHECK(goro__timeSleepUntil() == base + 5);
  CHECK(check_at(base + 4) == base + 5 && nfired == 0);
  reset(&t, base + 20, 0); /* later */
  CHECK(check_at(base + 14) == base + 15 && nfired == 0);
  CHECK(check_at(base + 15) == base + 20 && nfired == 1);
  CHECK(fired[0].arg == &other);
  CHECK(check_at(base + 21) == 0 && nfired == 2);
  CHECK(fired[1].arg == &t && fired[1].delay == 1);
  expect_empty();
}

static void test_lazy(void) {
  static struct timer t[1000];
  for (uint32_t i = 0; i < 1000; i++) {
    goro__timer_init(&t[i], record, &t[i]);
    reset(&t[i], base + i, 0);
  }
  for (uint32_t i = 0; i < 200; i++) CHECK(stop(&t[i * 5]));
  CHECK(ts->nheap == 1000 && Load(&ts->zombies) == 200);
  CHECK(t[0].state == (HEAPED | MODIFIED | ZOMBIE));
  nfired = 0;
  CHECK(check_at(base - 1) == base); /* a fifth: they may stay */
  CHECK(ts->nheap == 1000);
  CHECK(!reset(&t[0], base + 1, 0)); /* one of them lives again */
  CHECK(t[0].state == (HEAPED | MODIFIED) && Load(&ts->zombies) == 199);
  for (uint32_t i = 0; i < 200; i++) stop(&t[i * 5 + 1]);
  check_at(base - 1); /* two fifths: too many */
  CHECK(ts->nheap == 601 && Load(&ts->zombies) == 0);
  CHECK(t[1].ts == NULL && t[1].state == 0);
  CHECK(check_at(base + 1000) == 0 && nfired == 601);
  expect_empty();
}

/* A program that makes and stops timers must not fill the heap with them. */
static void test_churn(void) {
  static struct timer t[2000];
  for (uint32_t i = 0; i < 2000; i++) {
    goro__timer_init(&t[i], record, &t[i]);
    reset(&t[i], base + unit_rand(100000), 0);
    CHECK(stop(&t[i]));
    CHECK(ts->nheap <= 1);
  }
  check_at(base);
  expect_empty();
}

static void test_period(void) {
  struct timer t;
  goro__timer_init(&t, record, &t);
  nfired = 0;
  reset(&t, base, 10);
  CHECK(check_at(base) == base + 10 && nfired == 1);
  CHECK(check_at(base + 9) == base + 10 && nfired == 1);
  CHECK(check_at(base + 10) == base + 20 && nfired == 2);
  CHECK(check_at(base + 55) == base + 60 && nfired == 3); /* 4 in one */
  CHECK(fired[2].delay == 35);
  CHECK(check_at(base + 60) == base + 70 && nfired == 4);
  CHECK(reset(&t, base + 65, 3)); /* another period */
  CHECK(check_at(base + 65) == base + 68 && nfired == 5);
  CHECK(reset(&t, base + 66, 0)); /* no period */
  CHECK(check_at(base + 66) == 0 && nfired == 6);
  CHECK(!stop(&t));
  expect_empty();
}

static void test_overflow(void) {
  struct timer t;
  goro__timer_init(&t, record, &t);
  reset(&t, base, INT64_MAX);
  CHECK(check_at(base) == INT64_MAX);
  CHECK(check_at(INT64_MAX - 1) == INT64_MAX);
  CHECK(check_at(base) == INT64_MAX && t.when == INT64_MAX);
  reset(&t, 1, INT64_MAX - 1);
  CHECK(check_at(1) == INT64_MAX);
  reset(&t, 1, INT64_MAX / 2);
  CHECK(check_at(INT64_MAX - 1) == INT64_MAX);
  CHECK(stop(&t));
  check_at(base);
  expect_empty();
  int64_t now = nanotime();
  CHECK(goro__when(INT64_MAX) == INT64_MAX);
  CHECK(goro__when(INT64_MIN) >= now);
  CHECK(goro__when(0) >= now && goro__when(0) <= nanotime());
  CHECK(goro__when(1000) >= now + 1000);
}

/* ---- deleting; the leak checker of the native build counts along ---- */

static struct timer *new_timer(int64_t when) {
  struct timer *t = os_alloc(sizeof *t);
  goro__timer_init(t, record, t);
  if (when) reset(t, when, 0);
  return t;
}

static void del(struct timer *t) {
  goro__timer_delete(t);
  goro__timers_check_invariants(ts);
}

/* What goro__timer_delete does of its own accord must also hold when f itself
 * gives the timer up. */
static void delete_self(void *t, uintptr_t seq, int64_t delay) {
  record(NULL, seq, delay);
  goro__timer_delete(t);
}

static void test_delete(void) {
  del(new_timer(0));
  struct timer *a = new_timer(base);
  struct timer *b = new_timer(base + 1);
  struct timer *c = new_timer(base + 2);
  stop(b);
  del(b);
  del(a);
  nfired = 0;
  CHECK(check_at(base + 1) == base + 2 && nfired == 0);
  CHECK(ts->nheap == 1);
  CHECK(check_at(base + 2) == 0 && nfired == 1);
  del(c);
  struct timer *d = new_timer(0);
  goro__timer_modify(d, base, 0, delete_self, d, 0);
  CHECK(check_at(base) == 0 && nfired == 2);
  for (int i = 0; i < 100; i++) new_timer(base + i)->period = 1 + i;
  while (ts->nheap) {
    uint32_t i = unit_rand(ts->nheap);
    if (!(ts->heap[i].timer->state & ZOMBIE)) del(ts->heap[i].timer);
    if (unit_rand(10) == 0) check_at(base - 1);
  }
  expect_empty();
}

/* ---- timers with a channel ---- */

static bool full; /* the channel: one value */

static void chan_send(void *arg, uintptr_t seq, int64_t delay) {
  record(arg, seq, delay);
  full = true;
}

static bool chan_drain(void *arg) {
  (void)arg;
  bool was = full;
  full = false;
  return was;
}

static void chan_timer(struct timer *t) {
  goro__timer_init(t, chan_send, t);
  t->isChan = true;
  t->drain = chan_drain;
  full = false;
  nfired = 0;
}

/* Nobody waits: it is in no heap, and goes off when somebody looks. */
static void test_chan_lazy(void) {
  struct timer t;
  chan_timer(&t);
  CHECK(!reset(&t, base, 0));
  expect_empty();
  goro__timer_maybeRunChan(&t);
  CHECK(!full);
  CHECK(reset(&t, 1, 0)); /* due long ago */
  goro__timer_maybeRunChan(&t);
  CHECK(full && nfired == 1);
  CHECK(fired[0].delay > 0 && fired[0].delay < nanotime());
  goro__timer_maybeRunChan(&t); /* once */
  CHECK(nfired == 1);
  CHECK(stop(&t) && !full); /* not received: stopped in time */
  CHECK(!stop(&t));
  CHECK(!reset(&t, 1, 0));
  goro__timer_maybeRunChan(&t);
  CHECK(full);
  CHECK(reset(&t, base, 0) && !full);
  CHECK(stop(&t));
  expect_empty();
}

/* In a heap while somebody waits. */
static void test_chan_blocked(void) {
  struct timer t;
  chan_timer(&t);
  reset(&t, base, 0);
  goro__blockTimerChan(&t);
  goro__timers_check_invariants(ts);
  CHECK(t.state == HEAPED && ts->nheap == 1);
  goro__blockTimerChan(&t);
  goro__unblockTimerChan(&t);
  CHECK(t.state == HEAPED && t.blocked == 1);
  goro__unblockTimerChan(&t);
  CHECK(t.state == (HEAPED | ZOMBIE) && t.when == base);
  goro__blockTimerChan(&t); /* again, before it was taken out */
  CHECK(t.state == HEAPED && Load(&ts->zombies) == 0);
  CHECK(check_at(base) == 0 && full && nfired == 1);
  goro__unblockTimerChan(&t);
  CHECK(stop(&t) && !full);
  goro__blockTimerChan(&t); /* of a stopped one: for ever */
  expect_empty();
  CHECK(!reset(&t, base, 0)); /* ... until somebody resets it */
  CHECK(ts->nheap == 1);
  CHECK(stop(&t));
  goro__unblockTimerChan(&t);
  check_at(base);
  expect_empty();
}

/* A ticker that nobody waits for keeps its rhythm without a heap. */
static void test_chan_ticker(void) {
  struct timer t;
  chan_timer(&t);
  const int64_t hour = 3600 * INT64_C(1000000000);
  int64_t start = nanotime() - 1;
  reset(&t, start, hour);
  goro__timer_maybeRunChan(&t);
  CHECK(nfired == 1 && t.when == start + hour);
  expect_empty();
  goro__blockTimerChan(&t);
  CHECK(check_at(start + hour) == start + 2 * hour && nfired == 2);
  goro__unblockTimerChan(&t);
  check_at(base); /* takes it out, although it runs */
  expect_empty();
  CHECK(t.when == start + 2 * hour);
  CHECK(stop(&t));
}

static void test_take(void) {
  static struct timers dst;
  static struct timer t[100];
  lockInit(&dst.mu, lockRankTimers);
  for (uint32_t i = 0; i < 100; i++) {
    goro__timer_init(&t[i], record, &t[i]);
    reset(&t[i], base + unit_rand(1000), 0);
  }
  del(new_timer(base));
  for (uint32_t i = 0; i < 20; i++) stop(&t[i]);
  for (uint32_t i = 20; i < 40; i++) reset(&t[i], base + unit_rand(1000), 0);
  goro__timers_take(&dst, ts);
  expect_empty();
  goro__timers_check_invariants(&dst);
  CHECK(dst.nheap == 80 && Load(&dst.zombies) == 0);
  goro__timers_take(ts, &dst);
  goro__timers_check_invariants(&dst);
  nfired = 0;
  CHECK(check_at(base + 1000) == 0 && nfired == 80);
  expect_empty();
}

int main(void) {
  goro__stopTheWorld();
  ts = &getg()->m->p->timers;
  base = nanotime() + 3600 * INT64_C(1000000000);
  test_order();
  test_batch();
  test_model();
  test_results();
  test_modify();
  test_lazy();
  test_churn();
  test_period();
  test_overflow();
  test_delete();
  test_chan_lazy();
  test_chan_blocked();
  test_chan_ticker();
  test_take();
  goro__startTheWorld();
  return unit_pass();
}
