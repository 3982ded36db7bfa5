/* tick_test.c: Ticker and Tick: rhythm, dropped ticks, Stop and Reset, misuse.
 * No test depends on something being quick.
 */
#include "unit.h"

#include "lib/time/time.h"

static const int64_t ms = 1000000;
static const int64_t hour = 3600 * INT64_C(1000000000);

static int64_t recv(struct hchan *c) {
  int64_t v;
  CHECK(goro__chanrecv2(c, &v));
  return v;
}

static bool nothing_in(struct hchan *c) {
  int64_t v;
  bool received;
  return !goro__selectnbrecv(c, &v, &received);
}

static void spin(int64_t ns) {
  int64_t end = nanotime() + ns;
  while (nanotime() < end) {
  }
}

/* Tick n is due at start + n periods or, where some were dropped, later; and it
 * may be sent late, even later than the next one says of itself.  Another M may
 * send the next one before it. */
static void test_rhythm(void) {
  int64_t start = nanotime();
  struct timeTimer *t = goro__NewTicker(2 * ms);
  CHECK(goro__chanlen(t->c) == 0 && goro__chancap(t->c) == 0);
  int64_t first = t->timer.when;
  for (int n = 1; n <= 10; n++) {
    int64_t v = recv(t->c);
    CHECK(v >= start + (unit_one_m() ? n : 1) * 2 * ms && v <= nanotime());
  }
  CHECK((t->timer.when - first) % (2 * ms) == 0); /* no drift */
  goro__Ticker_Stop(t);
  goro__Timer_free(t);
}

/* Who comes late gets one tick, the first that was missed; the next one is due
 * after that.  Another M may send it meanwhile, late itself. */
static void test_drop(void) {
  struct timeTimer *t = goro__NewTicker(2 * ms);
  int64_t first = t->timer.when;
  spin(9 * ms);
  int64_t late = nanotime();
  int64_t v = recv(t->c);
  CHECK(v <= nanotime() - (late - first));
  CHECK(!unit_one_m() || t->timer.when > late);
  CHECK(recv(t->c) > (unit_one_m() ? late : first - 1));
  goro__Ticker_Stop(t);
  goro__Timer_free(t);
}

static void test_stop(void) {
  struct timeTimer *t = goro__NewTicker(ms);
  recv(t->c);
  spin(2 * ms); /* a tick is due */
  goro__Ticker_Stop(t);
  CHECK(nothing_in(t->c));
  goro__timeSleep(3 * ms);
  CHECK(nothing_in(t->c));
  goro__Ticker_Stop(t);
  goro__Ticker_Reset(t, ms); /* starts it again */
  recv(t->c);
  goro__Timer_free(t); /* while it runs */
}

static void test_reset(void) {
  struct timeTimer *t = goro__NewTicker(ms);
  spin(2 * ms); /* a tick is due that must not come */
  int64_t start = nanotime();
  goro__Ticker_Reset(t, 4 * ms);
  CHECK(nothing_in(t->c) || nanotime() >= start + 4 * ms);
  for (int n = 1; n <= 3; n++)
    CHECK(recv(t->c) >= start + (unit_one_m() ? n : 1) * 4 * ms);
  goro__Ticker_Reset(t, hour);
  CHECK(nothing_in(t->c));
  goro__Timer_free(t);
}

/* ---- two goroutines at one ticker ---- */

static struct {
  struct hchan *c;
  uint32_t got; /* atomic */
} pair;

static void pair_recv(void *unused) {
  (void)unused;
  for (int i = 0; i < 5; i++) {
    recv(pair.c);
    Xadd(&pair.got, 1);
  }
}

static void test_pair(void) {
  pair.c = goro__Tick(ms);
  unit_go(pair_recv, NULL);
  unit_go(pair_recv, NULL);
  while (Load(&pair.got) < 10) goro__timeSleep(ms);
  goro__timers_check_invariants(&getg()->m->p->timers);
  goro__chanfree(pair.c); /* stops and frees the ticker */
}

/* ---- misuse ---- */

static void new_ticker(void *d) { goro__NewTicker(*(int64_t *)d); }

static struct timeTimer *ticker;

static void reset_ticker(void *d) { goro__Ticker_Reset(ticker, *(int64_t *)d); }

static void test_misuse(void) {
  int64_t bad[] = {0, -1, INT64_MIN};
  ticker = goro__NewTicker(hour);
  for (int i = 0; i < 3; i++) {
    CHECK(unit_panics(new_ticker, &bad[i],
                      "non-positive interval for NewTicker"));
    CHECK(unit_panics(reset_ticker, &bad[i],
                      "non-positive interval for Ticker.Reset"));
    CHECK(goro__Tick(bad[i]) == NULL);
  }
  CHECK(ticker->timer.when > 0 && ticker->timer.period == hour);
  goro__Timer_free(ticker);
}

int main(void) {
  test_rhythm();
  test_drop();
  test_stop();
  test_reset();
  test_pair();
  test_misuse();
  return unit_pass();
}
