/* Start goroutines that do nothing, a thousand at a time: ns each. */
#include "bench.h"

static void nothing(void *wg) { goro_waitgroup_done(wg); }

static void spawn(int n) {
  enum { BATCH = 1000 };
  goro_waitgroup wg = {0};
  for (; n > 0; n -= BATCH) {
    int k = n < BATCH ? n : BATCH;
    goro_waitgroup_add(&wg, k);
    for (int i = 0; i < k; i++) GORO_GO(nothing, &wg);
    goro_waitgroup_wait(&wg);
  }
}

int main(void) { bench_ns(spawn, 2000000); }
