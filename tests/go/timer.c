/* Timers and tickers: stopped, set again, going off. */
#include <goro.h>
#include <stdio.h>

static void say(const char *what, bool yes) {
  printf("%s: %s\n", what, yes ? "true" : "false");
}

static void test_timer(void) {
  goro_timer *t = goro_timer_new(GORO_HOUR);
  say("stopped", goro_timer_stop(t));
  say("stopped again", goro_timer_stop(t));
  say("was running", goro_timer_reset(t, GORO_MILLISECOND));
  goro_chan_recv(goro_timer_chan(t), NULL);
  puts("went off");
  say("stopped", goro_timer_stop(t));
  goro_timer_free(t);
}

static void run(void *ran) { goro_chan_close(ran); }

static void test_after_func(void) {
  goro_chan *ran = goro_chan_make(0, 0);
  goro_timer *f = goro_after_func(GORO_HOUR, run, ran);
  say("was running", goro_timer_reset(f, 0));
  goro_chan_recv(ran, NULL);
  puts("AfterFunc ran");
  say("stopped", goro_timer_stop(f));
  goro_timer_free(f);
  goro_chan_free(ran);
}

static void test_ticker(void) {
  const goro_duration period = 2 * GORO_MILLISECOND;
  enum { TICKS = 3 };
  goro_time start = goro_now();
  goro_ticker *ticker = goro_ticker_new(period);
  for (int i = 0; i < TICKS; i++)
    goro_chan_recv(goro_ticker_chan(ticker), NULL);
  goro_ticker_free(ticker);
  say("ticks came early", goro_now() - start < TICKS * period);
}

int main(void) {
  test_timer();
  test_after_func();
  test_ticker();
}
