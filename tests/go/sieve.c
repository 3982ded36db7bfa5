/* The prime sieve: a chain of filters, each a goroutine that takes out the
 * multiples of one prime. */
#include <goro.h>
#include <stdio.h>

enum { PRIMES = 100 };

static void generate(void *out) {
  for (int i = 2;; i++) goro_chan_send(out, &i);
}

struct filter {
  goro_chan *in, *out;
  int prime;
};

static void filter(void *arg) {
  struct filter *f = arg;
  int i;
  while (goro_chan_recv(f->in, &i))
    if (i % f->prime != 0) goro_chan_send(f->out, &i);
}

int main(void) {
  static struct filter filters[PRIMES];
  goro_chan *ch = goro_chan_make(sizeof(int), 0);
  GORO_GO(generate, ch);
  for (int n = 0; n < PRIMES; n++) {
    struct filter *f = &filters[n];
    f->in = ch;
    f->out = goro_chan_make(sizeof(int), 0);
    goro_chan_recv(ch, &f->prime);
    printf("%d\n", f->prime);
    GORO_GO(filter, f);
    ch = f->out;
  }
}
