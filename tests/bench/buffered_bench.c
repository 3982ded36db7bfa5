/* One goroutine sends, one receives, 128 buffered: ns a value. */
#include "bench.h"

struct flow {
  goro_chan *c;
  int n;
};

static void produce(void *arg) {
  struct flow *f = arg;
  for (int i = 0; i < f->n; i++) goro_chan_send(f->c, &i);
  goro_chan_close(f->c);
}

static void buffered(int n) {
  struct flow f = {goro_chan_make(sizeof(int), 128), n};
  GORO_GO(produce, &f);
  int v;
  int64_t sum = 0;
  while (goro_chan_recv(f.c, &v)) sum += v;
  bench_check(sum == (int64_t)n * (n - 1) / 2, "buffered");
  goro_chan_free(f.c);
}

int main(void) { bench_ns(buffered, 5000000); }
