/* timer_chan_test.c: the channels of timers and tickers, and many goroutines
 * at one of them.
 *
 * After TestChan, TestStopResult, TestResetResult, TestMultiWakeupTicker and
 * TestMultiWakeupTimer of Go's src/time/{tick,sleep}_test.go, without their
 * older kinds of channels; Go's notice is in tests/go/LICENSE-GO. */
#include "unit.h"

#include "api/goro.h"

static const goro_duration ms = GORO_MILLISECOND;
static const goro_duration far = 10000 * GORO_SECOND;

/* ---- Go: TestChan ---- */

/* A timer, or a ticker with the timer's functions. */
static struct {
  goro_timer *timer;
  goro_ticker *ticker;
  goro_chan *c;
} tim;

static void stop(void) {
  if (tim.ticker)
    goro_ticker_stop(tim.ticker);
  else
    goro_timer_stop(tim.timer);
}

static void reset(goro_duration d) {
  if (tim.ticker)
    goro_ticker_reset(tim.ticker, d);
  else
    goro_timer_reset(tim.timer, d);
}

#define NO_TICK() CHECK(!goro_chan_try_recv(tim.c, NULL, NULL))

static void must_tick(void) {
  while (!goro_chan_try_recv(tim.c, NULL, NULL)) goro_sleep(ms);
}

static uint32_t done;   /* atomic: receives that got a tick */
static uint32_t over;   /* atomic: goroutines that are through */
static goro_chan *quit; /* closed: the selects give up */

static void receive(void *unused) {
  (void)unused;
  goro_chan_recv(tim.c, NULL);
  Xadd(&done, 1);
}

static void receive_or_quit(void *unused) {
  goro_case cases[] = {GORO_RECV(tim.c, NULL), GORO_RECV(quit, NULL)};
  (void)unused;
  if (goro_select(cases, 2) == 0) Xadd(&done, 1);
  Xadd(&over, 1);
}

static void wait_done(uint32_t n) {
  while (Load(&done) < n) goro_sleep(ms);
}

/* Nobody waits: what is due is in the channel, and Reset and Stop take it
 * back. */
static void test_idle(void) {
  stop();
  NO_TICK();
  reset(far);
  NO_TICK();
  reset(1);
  goro_sleep(ms);
  CHECK(goro_chan_len(tim.c) == 0 && goro_chan_cap(tim.c) == 0);
  must_tick();
  goro_sleep(ms); /* for another one, of a ticker */
  reset(far);
  NO_TICK();
}

static void test_receiver(void) {
  Store(&done, 0);
  struct g *gp = unit_go(receive, NULL);
  UNIT_UNTIL(unit_waits(gp, waitReasonChanReceive));
  reset(2 * far);
  goro_sleep(ms);
  CHECK(!Load(&done));
  reset(1);
  wait_done(1);
  if (tim.ticker)
    must_tick();
  else
    NO_TICK();
  stop();
  NO_TICK();
}

static void test_selects(void) {
  Store(&done, 0);
  Store(&over, 0);
  quit = goro_chan_make(0, 0);
  reset(far);
  struct g *a = unit_go(receive_or_quit, NULL);
  struct g *b = unit_go(receive_or_quit, NULL);
  UNIT_UNTIL(unit_waits(a, waitReasonSelect));
  UNIT_UNTIL(unit_waits(b, waitReasonSelect));
  reset(2 * far);
  goro_sleep(ms);
  CHECK(!Load(&done));
  reset(1);
  wait_done(tim.ticker ? 2 : 1);
  stop();
  goro_chan_close(quit);
  UNIT_UNTIL(Load(&over) == 2 && goro__gcount() == 1);
  CHECK(done == (tim.ticker ? 2 : 1));
  NO_TICK();
  goro_chan_free(quit);
}

/* A second goroutine at the channel goes away; the first one stays. */
static void test_leaves(void) {
  Store(&done, 0);
  Store(&over, 0);
  quit = goro_chan_make(0, 0);
  reset(far);
  struct g *a = unit_go(receive, NULL);
  UNIT_UNTIL(unit_waits(a, waitReasonChanReceive));
  struct g *b = unit_go(receive_or_quit, NULL);
  UNIT_UNTIL(unit_waits(b, waitReasonSelect));
  goro_chan_close(quit);
  UNIT_UNTIL(Load(&over) == 1);
  goro_sleep(ms);
  CHECK(!Load(&done));
  reset(1);
  wait_done(1);
  stop();
  NO_TICK();
  UNIT_UNTIL(goro__gcount() == 1);
  goro_chan_free(quit);
}

static void test_chan(void) {
  test_idle();
  test_receiver();
  test_selects();
  test_leaves();
}

/* ---- Go: TestStopResult, TestResetResult ---- */

static int rounds;

/* If it could not be stopped, its value is there. */
static void stop_or_receive(goro_timer *t, bool by_reset) {
  bool was = by_reset ? goro_timer_reset(t, GORO_HOUR) : goro_timer_stop(t);
  if (!was) goro_chan_recv(goro_timer_chan(t), NULL);
}

/* Two timers for the same moment; whichever is received first, what Stop or
 * Reset say about the other one is true. */
static void race_two(void *by_reset) {
  for (int i = 0; i < rounds; i++) {
    goro_timer *a = goro_timer_new(ms / 10), *b = goro_timer_new(ms / 10);
    goro_case cases[] = {GORO_RECV(goro_timer_chan(a), NULL),
                         GORO_RECV(goro_timer_chan(b), NULL)};
    stop_or_receive(goro_select(cases, 2) == 0 ? b : a, by_reset != NULL);
    goro_timer_free(a);
    goro_timer_free(b);
  }
}

static void test_results(void) {
  rounds = unit_much(20, 1);
  for (int i = unit_much(20, 3); i > 0; i--) unit_go(race_two, NULL);
  UNIT_UNTIL(goro__gcount() == 1);
}

/* ---- Go: TestMultiWakeupTicker, TestMultiWakeupTimer ---- */

static void share_ticker(void *unused) {
  (void)unused;
  for (int i = 0; i < rounds; i++) {
    goro_chan *after = goro_after(ms);
    goro_case cases[] = {GORO_RECV(tim.c, NULL), GORO_RECV(after, NULL)};
    goro_select(cases, 2);
    goro_chan_free(after);
  }
}

static void share_timer(void *unused) {
  (void)unused;
  for (int i = 0; i < rounds; i++) {
    goro_chan_try_recv(tim.c, NULL, NULL);
    goro_timer_reset(tim.timer, 1);
  }
}

static void test_wakeups(void (*f)(void *), int n) {
  rounds = n;
  for (int i = 0; i < 4; i++) unit_go(f, NULL);
  UNIT_UNTIL(goro__gcount() == 1);
}

int main(void) {
  tim.timer = goro_timer_new(far);
  tim.c = goro_timer_chan(tim.timer);
  test_chan();
  test_wakeups(share_timer, unit_much(5000, 20));
  goro_timer_free(tim.timer);
  tim.ticker = goro_ticker_new(far);
  tim.c = goro_ticker_chan(tim.ticker);
  test_chan();
  goro_ticker_reset(tim.ticker, GORO_MICROSECOND);
  test_wakeups(share_ticker, unit_much(500, 5));
  goro_ticker_free(tim.ticker);
  test_results();
  return unit_pass();
}
