/* What a trace adds to a ping-pong, in percent: the median of pairs, with a
 * trace on and without, which come first in turns. */
#include "pingpong.h"

enum { PAIRS = 401, TRIPS = 10000 };

static double timed(bool traced) {
  if (traced) goro_trace_start(0, false);
  goro_time t = goro_now();
  pingpong(TRIPS);
  double ns = (double)(goro_now() - t);
  if (traced) goro_trace_stop();
  return ns;
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(void) {
  static double more[PAIRS];
  timed(false), timed(true);
  for (int i = 0; i < PAIRS; i++) {
    double first = timed(i % 2), second = timed(!(i % 2));
    more[i] = i % 2 ? first / second : second / first;
  }
  qsort(more, PAIRS, sizeof *more, by_size);
  printf("%.2f\n", (more[PAIRS / 2] - 1) * 100);
}
