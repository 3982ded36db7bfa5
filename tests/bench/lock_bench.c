/* Lock and unlock a mutex that nobody else wants: ns a pair. */
#include "bench.h"

static void lock(int n) {
  static goro_mutex mu;
  static int count; /* under mu */
  count = 0;
  for (int i = 0; i < n; i++) {
    goro_mutex_lock(&mu);
    count++;
    goro_mutex_unlock(&mu);
  }
  bench_check(count == n, "lock");
}

int main(void) { bench_ns(lock, 20000000); }
