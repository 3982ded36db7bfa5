/* A million timers, for moments in no order, are added and then stopped: ns
 * each. */
#include "bench.h"

static void goes_off(void *unused) {
  (void)unused;
  bench_check(false, "timers: one went off");
}

static void timers(int n) {
  goro_timer **t = malloc((size_t)n * sizeof *t);
  for (int i = 0; i < n; i++) {
    int64_t us = (int64_t)i * 7919 % n;
    t[i] = goro_after_func(GORO_HOUR + us * GORO_MICROSECOND, goes_off, NULL);
  }
  for (int i = 0; i < n; i++)
    bench_check(goro_timer_stop(t[i]), "timers: one was not running");
  for (int i = 0; i < n; i++) goro_timer_free(t[i]);
  free(t);
}

int main(void) { bench_ns(timers, 1000000); }
