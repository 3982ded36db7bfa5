/* sleep_test.c: Sleep, Timer, After, AfterFunc: what comes, in which order,
 * and what must not come.  No test depends on something being quick.
 */
#include "unit.h"

#include "lib/time/time.h"

static const int64_t ms = 1000000;
static const int64_t hour = 3600 * INT64_C(1000000000);

/* True if a value is in c. */
static bool try_recv(struct hchan *c, int64_t *v) {
  bool received;
  return goro__selectnbrecv(c, v, &received);
}

static bool nothing_in(struct hchan *c) {
  int64_t v;
  return !try_recv(c, &v);
}

/* Let the clock go on by ns without yielding. */
static void spin(int64_t ns) {
  int64_t end = nanotime() + ns;
  while (nanotime() < end) {
  }
}

static struct timers *my_timers(void) { return &getg()->m->p->timers; }

/* ---- Sleep ---- */

static void say(void *letter) { unit_note(*(char *)letter); }

/* A goroutine that is ready runs during a sleep, but not if there is none. */
static void test_sleep(void) {
  unit_go(say, "b");
  goro__timeSleep(0);
  goro__timeSleep(-1);
  goro__timeSleep(INT64_MIN);
  CHECK(getg()->timer == NULL);
  if (unit_one_m()) unit_note('a');
  int64_t start = nanotime();
  goro__timeSleep(3 * ms);
  CHECK(nanotime() - start >= 3 * ms);
  /* On a slow machine the sleep can be over before the other has its turn. */
  UNIT_UNTIL(goro__gcount() == 1);
  if (unit_one_m()) CHECK(unit_said("ab"));
  struct timer *t = getg()->timer;
  CHECK(t != NULL && t->ts == NULL && t->state == 0);
  goro__timeSleep(1);
  CHECK(getg()->timer == t);
}

static uint32_t awake; /* atomic */

static void sleeper(void *ns) {
  int64_t d = *(int64_t *)ns;
  int64_t start = nanotime();
  goro__timeSleep(d);
  CHECK(nanotime() - start >= d);
  goro__timeSleep(d / 2);
  Xadd(&awake, 1);
}

enum { SLEEPERS = 2000 };

/* Many at once; nobody wakes early, nobody is forgotten. */
static void test_sleepers(void) {
  static int64_t d[SLEEPERS];
  Store(&awake, 0);
  uint32_t n = (uint32_t)unit_much(SLEEPERS, 40);
  for (uint32_t i = 0; i < n; i++) {
    d[i] = unit_rand(20) * ms / 2;
    unit_go(sleeper, &d[i]);
  }
  while (Load(&awake) < n) goro__timeSleep(ms);
  goro__timers_check_invariants(my_timers());
}

static int64_t when_of(struct timer *t) {
  lock(&t->mu);
  int64_t when = t->when;
  unlock(&t->mu);
  return when;
}

/* Goroutines wait for t, and it is in a heap. */
static bool is_awaited(struct timer *t) {
  lock(&t->mu);
  bool is = t->blocked > 0 && t->ts != NULL;
  unlock(&t->mu);
  return is;
}

static void sleep_long(void *unused) {
  (void)unused;
  goro__timeSleep(INT64_MAX);
}

/* Overflows to the end of time, and disturbs nobody. */
static void test_sleep_forever(void) {
  struct g *gp = unit_go(sleep_long, NULL);
  UNIT_UNTIL(unit_parked(gp));
  CHECK(gp->waitreason == waitReasonSleep);
  /* The timer is set when the switch is complete. */
  UNIT_UNTIL(when_of(gp->timer) == INT64_MAX);
  goro__timeSleep(ms);
  CHECK(unit_parked(gp));
}

/* ---- Timer ---- */

static void test_timer(void) {
  int64_t start = nanotime();
  struct timeTimer *t = goro__NewTimer(20 * ms); /* not due at once */
  CHECK(goro__chanlen(t->c) == 0 && goro__chancap(t->c) == 0);
  int64_t v;
  bool early = try_recv(t->c, &v); /* not if this takes 20 ms already */
  CHECK(!early || nanotime() >= start + 20 * ms);
  CHECK(early || goro__chanrecv2(t->c, &v));
  CHECK(v >= start + 20 * ms && v <= nanotime());
  CHECK(nothing_in(t->c));
  CHECK(!goro__Timer_Stop(t));
  CHECK(!goro__Timer_Reset(t, ms));
  CHECK(goro__chanrecv2(t->c, &v));
  CHECK(v >= start + 3 * ms);
  CHECK(!goro__Timer_Reset(t, hour));
  CHECK(goro__Timer_Stop(t));
  CHECK(!goro__Timer_Stop(t));
  goro__Timer_free(t);
}

/* A value that nobody has received is as if it had not been sent; when it is
 * received, it says when it was due, not when it was looked at. */
static void test_stale(void) {
  struct timeTimer *t = goro__NewTimer(ms);
  spin(2 * ms);
  CHECK(goro__chanlen(t->c) == 0);
  CHECK(goro__Timer_Stop(t));
  CHECK(nothing_in(t->c));

  CHECK(!goro__Timer_Reset(t, ms));
  spin(2 * ms);
  int64_t start = nanotime();
  CHECK(goro__Timer_Reset(t, 2 * ms));
  int64_t v;
  CHECK(goro__chanrecv2(t->c, &v));
  CHECK(v >= start + 2 * ms);

  start = nanotime();
  goro__Timer_Reset(t, 0);
  spin(5 * ms);
  CHECK(try_recv(t->c, &v));
  CHECK(v >= start && v <= nanotime() - 5 * ms);
  goro__Timer_free(t);
}

/* Sent by the scheduler, because a goroutine waits, and taken back. */
struct waiter {
  struct timeTimer *t;
  int64_t v;
  uint32_t done; /* atomic */
};

static void wait_for(void *wv) {
  struct waiter *w = wv;
  CHECK(goro__chanrecv2(w->t->c, &w->v));
  Store(&w->done, 1);
}

static void test_blocked(void) {
  struct waiter w = {.t = goro__NewTimer(hour)};
  struct g *gp = unit_go(wait_for, &w);
  UNIT_UNTIL(unit_parked(gp));
  CHECK(is_awaited(&w.t->timer));
  CHECK(goro__Timer_Stop(w.t));
  goro__timeSleep(ms);
  CHECK(unit_parked(gp));
  int64_t start = nanotime();
  CHECK(!goro__Timer_Reset(w.t, ms));
  while (!Load(&w.done)) goro__timeSleep(ms);
  CHECK(w.v >= start + ms);
  CHECK(!is_awaited(&w.t->timer));
  goro__Timer_free(w.t);
}

/* ---- After ---- */

static void test_after(void) {
  int64_t start = nanotime();
  struct hchan *later = goro__After(4 * ms);
  struct hchan *soon = goro__After(2 * ms);
  struct hchan *now = goro__After(-1);
  struct hchan *never = goro__After(INT64_MAX);
  int64_t a, b, c;
  CHECK(try_recv(now, &c));
  CHECK(goro__chanrecv2(later, &a));
  CHECK(goro__chanrecv2(soon, &b)); /* long due; says so */
  CHECK(c >= start && b >= start + 2 * ms && a >= start + 4 * ms);
  CHECK(nothing_in(never));
  goro__chanfree(later);
  goro__chanfree(soon);
  goro__chanfree(now);
  goro__chanfree(never); /* and its timer, which runs */
}

/* ---- AfterFunc ---- */

static struct {
  struct timeTimer *t; /* atomic where the function itself frees it */
  uint64_t goid;
  uint32_t ran; /* atomic */
} af;

static void af_run(void *arg) {
  CHECK(arg == &af);
  CHECK(getg() != getg()->m->g0);
  af.goid = getg()->goid;
  goro__Gosched(); /* a goroutine like any other: it may park */
  Xadd(&af.ran, 1);
}

static void af_wait(uint32_t ran) {
  while (Load(&af.ran) < ran) goro__timeSleep(ms);
}

static const struct gosite af_site = {.fn = "af_run", .file = __FILE__};

static void test_afterfunc(void) {
  af.t = goro__AfterFunc(ms, af_run, &af, &af_site);
  CHECK(af.t->c == NULL);
  af_wait(1);
  CHECK(af.goid > 1 && af.goid != getg()->goid);
  CHECK(!goro__Timer_Stop(af.t));
  CHECK(!goro__Timer_Reset(af.t, hour));
  CHECK(goro__Timer_Reset(af.t, 0));
  af_wait(2);
  CHECK(!goro__Timer_Reset(af.t, hour));
  CHECK(goro__Timer_Stop(af.t));
  CHECK(!goro__Timer_Stop(af.t));
  goro__timeSleep(ms);
  CHECK(Load(&af.ran) == 2);
  goro__Timer_free(af.t);
}

static void af_free_self(void *unused) {
  (void)unused;
  UNIT_UNTIL(Load(&af.t) != NULL); /* it may run before AfterFunc returns */
  goro__Timer_free(af.t);
  Xadd(&af.ran, 1);
}

static void test_afterfunc_free(void) {
  Store(&af.ran, 0);
  Store(&af.t, NULL);
  Store(&af.t, goro__AfterFunc(0, af_free_self, NULL, &af_site));
  af_wait(1);
}

/* Timers that are stopped or freed in time leave nothing behind. */
static void test_many(void) {
  int n = unit_much(100000, 100);
  for (int i = 0; i < n; i++) {
    struct timeTimer *t = goro__AfterFunc(hour, af_run, &af, &af_site);
    CHECK(goro__Timer_Stop(t));
    goro__Timer_free(t);
    t = goro__AfterFunc(hour, af_run, &af, &af_site);
    goro__Timer_free(t);
    t = goro__NewTimer(hour);
    goro__Timer_free(t);
  }
  CHECK(Load(&my_timers()->len) < 100);
  goro__timers_check_invariants(my_timers());
}

int main(void) {
  test_sleep();
  test_sleepers();
  test_sleep_forever();
  test_timer();
  test_stale();
  test_blocked();
  test_after();
  test_afterfunc();
  test_afterfunc_free();
  test_many();
  return unit_pass();
}
