/* Two goroutines yield to each other: ns a yield. */
#include "bench.h"

struct work {
  goro_waitgroup wg;
  int n;
};

static void spin(void *arg) {
  struct work *w = arg;
  for (int i = 0; i < w->n; i++) goro_gosched();
  goro_waitgroup_done(&w->wg);
}

static void yield(int n) {
  struct work w = {.n = n / 2};
  goro_waitgroup_add(&w.wg, 2);
  GORO_GO(spin, &w);
  GORO_GO(spin, &w);
  goro_waitgroup_wait(&w.wg);
}

int main(void) { bench_ns(yield, 5000000); }
