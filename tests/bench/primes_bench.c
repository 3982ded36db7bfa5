/* Work that needs no other goroutine: how many primes there are below a limit,
 * counted in 64 pieces: ms.  More Ms, less time. */
#include "bench.h"

enum { PIECES = 64 };

struct piece {
  int first, limit;
  int found;
  goro_waitgroup *wg;
};

static bool is_prime(int n) {
  if (n < 4) return n > 1;
  if (n % 2 == 0) return false;
  for (int d = 3; d <= n / d; d += 2)
    if (n % d == 0) return false;
  return true;
}

/* Every 64th odd number, so that no piece has more to do than another. */
static void count(void *arg) {
  struct piece *p = arg;
  int found = 0;
  for (int n = p->first; n < p->limit; n += 2 * PIECES) found += is_prime(n);
  p->found = found;
  goro_waitgroup_done(p->wg);
}

static void primes(int limit) {
  static struct piece pieces[PIECES];
  goro_waitgroup wg = {0};
  goro_waitgroup_add(&wg, PIECES);
  for (int i = 0; i < PIECES; i++) {
    pieces[i] = (struct piece){2 * i + 1, limit, 0, &wg};
    GORO_GO(count, &pieces[i]);
  }
  goro_waitgroup_wait(&wg);
  int found = 1; /* 2 */
  for (int i = 0; i < PIECES; i++) found += pieces[i].found;
  bench_check(found == 348513 || limit != 5000000, "primes");
}

/* Stays on an M of its own until every other one has one too. */
static void hold_m(void *arg) {
  goro_waitgroup *all = arg;
  goro_lock_os_thread();
  goro_waitgroup_done(all);
  goro_waitgroup_wait(all);
}

/* Workers start while the program runs, and engines optimise what has run for
 * a while: neither is what is measured here. */
static void warm_up(void) {
  goro_waitgroup all = {0}, ended = {0};
  int n = goro_gomaxprocs(0);
  goro_waitgroup_add(&all, n);
  for (int i = 0; i < n; i++) goro_waitgroup_go(&ended, hold_m, &all);
  goro_waitgroup_wait(&ended);
  primes(500000);
}

int main(void) {
  warm_up();
  bench_ms(primes, 5000000);
}
