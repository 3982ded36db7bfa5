/* Timers that were stopped, or whose channels nobody looks at, do not keep the
 * program alive. */
#include <goro.h>

static void never(void *unused) { (void)unused; }

int main(void) {
  goro_timer *t[10];
  for (int i = 0; i < 10; i++) t[i] = goro_after_func(GORO_HOUR, never, NULL);
  for (int i = 0; i < 10; i++) goro_timer_stop(t[i]);
  goro_timer_new(GORO_MILLISECOND);
  goro_ticker_new(GORO_MILLISECOND);
  goro_chan_recv(NULL, NULL);
}
