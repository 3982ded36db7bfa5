/* sieve.c: prime numbers, for JavaScript; the module of sieve.mjs.
 *
 *     goro cc sieve.c --package -o sieve.wasm && node sieve.mjs
 *
 * A goroutine for each prime takes its multiples out of a channel.  JavaScript
 * receives what is left, and may look on: C asks it before each new filter, and
 * waits for the answer.
 */
#include <goro.h>
#include <goro_module.h>
#include <stdlib.h>

/* Whether to go on after this prime; may take its time. */
GORO_IMPORT(app, found) bool found(int prime);

struct filter {
  int prime;
  goro_chan *in, *out;
};

static void filter(void *arg) {
  struct filter f = *(struct filter *)arg;
  free(arg);
  int n;
  while (goro_chan_recv(f.in, &n))
    if (n % f.prime != 0) goro_chan_send(f.out, &n);
  goro_chan_close(f.out);
  goro_chan_free(f.in);
}

static goro_chan *filtered(goro_chan *in, int prime) {
  struct filter *f = malloc(sizeof *f);
  *f = (struct filter){prime, in, goro_chan_make(sizeof(int), 0)};
  goro_chan *out = f->out;
  GORO_GO(filter, f);
  return out;
}

struct numbers {
  goro_chan *out;
  int upto;
};

static void count(void *arg) {
  struct numbers *n = arg;
  for (int i = 2; i <= n->upto; i++) goro_chan_send(n->out, &i);
  goro_chan_close(n->out);
}

/* Send the primes up to n on out, and close it.  Returns how many. */
GORO_EXPORT int sieve(goro_chan *out, int upto) {
  struct numbers numbers = {goro_chan_make(sizeof(int), 0), upto};
  goro_chan *c = numbers.out;
  GORO_GO(count, &numbers);
  int prime, n = 0;
  bool more = true;
  while (goro_chan_recv(c, &prime)) {
    if (!more) continue; /* the filters have to come to their ends */
    goro_chan_send(out, &prime);
    n++;
    more = found(prime);
    if (more) c = filtered(c, prime);
  }
  goro_chan_close(out);
  goro_chan_free(c);
  return n;
}
