/* timers.c: sleepers, timers of each kind, the heap that grows. */
#include "fault.h"

static goro_waitgroup wg;

static void sleeps(void *unused) {
  (void)unused;
  goro_sleep(10 * GORO_MICROSECOND);
  goro_waitgroup_done(&wg);
}

static void fires(void *unused) {
  (void)unused;
  goro_waitgroup_done(&wg);
}

int main(void) {
  goro_timer *t[40], *f[5];
  goro_waitgroup_add(&wg, 15);
  for (int i = 0; i < 10; i++) goro_go(sleeps, NULL);
  for (int i = 0; i < 5; i++) f[i] = goro_after_func(i * 1000, fires, NULL);
  for (int i = 0; i < 40; i++) t[i] = goro_after_func(GORO_HOUR, fires, NULL);
  goro_ticker *ticker = goro_ticker_new(10 * GORO_MICROSECOND);
  goro_chan *after = goro_after(0);
  goro_chan_recv(after, NULL);
  goro_chan_recv(goro_ticker_chan(ticker), NULL);
  goro_waitgroup_wait(&wg);
  for (int i = 0; i < 40; i++) goro_timer_free(t[i]);
  for (int i = 0; i < 5; i++) goro_timer_free(f[i]);
  goro_ticker_free(ticker);
  goro_chan_free(after);
  return got_through();
}
