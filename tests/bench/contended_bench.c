/* A hundred goroutines on one mutex, each of which gives way while it holds it:
 * ns a turn. */
#include "bench.h"

enum { GOROUTINES = 100 };

static goro_mutex mu;
static int count; /* under mu */
static int turns; /* of each goroutine */

static void take_turns(void *wg) {
  for (int i = 0; i < turns; i++) {
    goro_mutex_lock(&mu);
    count++;
    goro_gosched();
    goro_mutex_unlock(&mu);
  }
  goro_waitgroup_done(wg);
}

static void contended(int n) {
  goro_waitgroup wg = {0};
  goro_waitgroup_add(&wg, GOROUTINES);
  turns = n / GOROUTINES;
  count = 0;
  for (int i = 0; i < GOROUTINES; i++) GORO_GO(take_turns, &wg);
  goro_waitgroup_wait(&wg);
  bench_check(count == turns * GOROUTINES, "contended");
}

int main(void) { bench_ns(contended, 500000); }
