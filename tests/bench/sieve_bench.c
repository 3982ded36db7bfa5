/* The first 1500 primes through a chain of filters: ms. */
#include "bench.h"

static void generate(void *ch) {
  for (int i = 2;; i++) goro_chan_send(ch, &i);
}

struct filter {
  goro_chan *in, *out;
  int prime;
};

static void filter(void *arg) {
  struct filter f = *(struct filter *)arg;
  free(arg);
  int i;
  while (goro_chan_recv(f.in, &i))
    if (i % f.prime != 0) goro_chan_send(f.out, &i);
}

static void sieve(int n) {
  goro_chan *ch = goro_chan_make(sizeof(int), 0);
  GORO_GO(generate, ch);
  int prime = 0;
  for (int i = 0; i < n; i++) {
    goro_chan_recv(ch, &prime);
    struct filter *f = malloc(sizeof *f);
    *f = (struct filter){ch, goro_chan_make(sizeof(int), 0), prime};
    GORO_GO(filter, f);
    ch = f->out;
  }
  bench_check(prime == 12553, "sieve");
}

int main(void) { bench_ms(sieve, 1500); }
