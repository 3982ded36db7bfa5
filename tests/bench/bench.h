/* bench.h: how a benchmark measures and says its one number.
 *
 * A benchmark is a program of its own: it runs its loop once to warm up, once
 * to measure, and prints the number alone on a line.  run.mjs repeats it.
 */
#ifndef GORO_BENCH_H
#define GORO_BENCH_H

#include <goro.h>
#include <stdio.h>
#include <stdlib.h>

/* Run f(n) and print what one of the n operations took, in ns. */
static inline void bench_ns(void (*f)(int n), int n) {
  f(n / 10 + 1);
  goro_time t = goro_now();
  f(n);
  printf("%.2f\n", (double)(goro_now() - t) / n);
}

/* Run f(n) and print what all of it took, in ms. */
static inline void bench_ms(void (*f)(int n), int n) {
  goro_time t = goro_now();
  f(n);
  printf("%.2f\n", (double)(goro_now() - t) / 1e6);
}

static inline void bench_check(bool ok, const char *what) {
  if (ok) return;
  fprintf(stderr, "bench: wrong result: %s\n", what);
  exit(1);
}

#endif
