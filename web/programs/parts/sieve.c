#include <goro.h>
#include <goro_module.h>
#include <stdlib.h>

static void generate(void *out) {
  for (int i = 2;; i++) goro_chan_send(out, &i);
}

struct filter {
  int prime;
  goro_chan *in, *out;
};

static void filter(void *arg) {
  struct filter *f = arg;
  for (int n; goro_chan_recv(f->in, &n);)
    if (n % f->prime != 0) goro_chan_send(f->out, &n);
}

/* Send the first n primes on out. */
GORO_EXPORT void primes(goro_chan *out, int n) {
  goro_chan *c = goro_chan_make(sizeof(int), 0);
  GORO_GO(generate, c);
  for (int i = 0; i < n; i++) {
    int prime;
    goro_chan_recv(c, &prime);
    goro_chan_send(out, &prime);
    struct filter *f = malloc(sizeof *f);
    *f = (struct filter){prime, c, goro_chan_make(sizeof(int), 0)};
    GORO_GO(filter, f);
    c = f->out;
  }
  goro_chan_close(out);
}
