/* A million goroutines blocked in a receive, two frames deep: bytes of linear
 * memory each. */
#include "bench.h"

static int parked;

static __attribute__((noinline)) int wait_for(goro_chan *c) {
  int v = 0;
  goro_chan_recv(c, &v);
  return v;
}

static void waiter(void *c) {
  parked++;
  parked -= wait_for(c);
}

int main(void) {
  enum { N = 1000000 };
  goro_chan *c = goro_chan_make(sizeof(int), 0);
  size_t before = __builtin_wasm_memory_size(0);
  for (int i = 0; i < N; i++) {
    GORO_GO(waiter, c);
    if (i % 1000 == 999) goro_gosched();
  }
  while (parked < N) goro_gosched();
  size_t after = __builtin_wasm_memory_size(0);
  printf("%.1f\n", (double)(after - before) * 65536 / N);
  for (int i = 0, one = 1; i < N; i++) goro_chan_send(c, &one);
  while (goro_num_goroutine() > 1) goro_gosched();
  bench_check(parked == 0, "parked");
}
