/* Ten thousand goroutines sleep a millisecond, ten times each: ms.  It would be
 * 10 if nothing but the sleep took time. */
#include "bench.h"

enum { ROUNDS = 10 };

static void sleeper(void *wg) {
  for (int i = 0; i < ROUNDS; i++) goro_sleep(GORO_MILLISECOND);
  goro_waitgroup_done(wg);
}

static void sleepers(int n) {
  goro_waitgroup wg = {0};
  goro_waitgroup_add(&wg, n);
  for (int i = 0; i < n; i++) GORO_GO(sleeper, &wg);
  goro_waitgroup_wait(&wg);
}

int main(void) {
  sleepers(10000);
  bench_ms(sleepers, 10000);
}
