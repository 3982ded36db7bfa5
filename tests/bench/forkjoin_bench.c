/* The 20th Fibonacci number, each call by a goroutine of its own that its
 * caller waits for, ten times: ms. */
#include "bench.h"

struct call {
  int n, result;
  goro_waitgroup *wg; /* the caller's */
};

static int fib(int n);

static void fork_fib(void *arg) {
  struct call *c = arg;
  c->result = fib(c->n);
  goro_waitgroup_done(c->wg);
}

static int fib(int n) {
  if (n < 2) return n;
  goro_waitgroup wg = {0};
  struct call a = {n - 1, 0, &wg}, b = {n - 2, 0, &wg};
  goro_waitgroup_add(&wg, 2);
  GORO_GO(fork_fib, &a);
  GORO_GO(fork_fib, &b);
  goro_waitgroup_wait(&wg);
  return a.result + b.result;
}

static void forkjoin(int times) {
  for (int i = 0; i < times; i++) bench_check(fib(20) == 6765, "forkjoin");
}

int main(void) {
  forkjoin(1);
  bench_ms(forkjoin, 10);
}
