/* Copyright 2009 The Go Authors. All rights reserved.
 * Use of this source code is governed by a BSD-style
 * license that can be found in the LICENSE-GO file.
 *
 * Translated from Go's test/chan/sieve1.go.
 *
 * Test concurrency primitives: classical inefficient concurrent prime sieve.
 *
 * Generate primes up to 100 using channels, checking the results.
 * This sieve consists of a linear chain of divisibility filters,
 * equivalent to trial-dividing each n by all primes p <= n. */
#include <goro.h>
#include <stdio.h>
#include <stdlib.h>

/* Send the sequence 2, 3, 4, ... to channel ch. */
static void generate(void *ch) {
  for (int i = 2;; i++) goro_chan_send(ch, &i);
}

struct filter {
  goro_chan *in, *out;
  int prime;
};

/* Copy the values from channel in to channel out, removing those divisible by
 * prime. */
static void filter(void *arg) {
  struct filter f = *(struct filter *)arg;
  int i;
  free(arg);
  while (goro_chan_recv(f.in, &i))
    if (i % f.prime != 0) goro_chan_send(f.out, &i);
}

/* The prime sieve: daisy-chain filter goroutines together. */
static void sieve(void *primes) {
  goro_chan *ch = goro_chan_make(sizeof(int), 0);
  GORO_GO(generate, ch);
  for (;;) {
    struct filter *f = malloc(sizeof *f);
    f->in = ch;
    f->out = goro_chan_make(sizeof(int), 0);
    goro_chan_recv(ch, &f->prime);
    goro_chan_send(primes, &f->prime);
    ch = f->out;
    GORO_GO(filter, f);
  }
}

int main(void) {
  static const int a[] = {2,  3,  5,  7,  11, 13, 17, 19, 23, 29, 31, 37, 41,
                          43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97};
  goro_chan *primes = goro_chan_make(sizeof(int), 0);
  GORO_GO(sieve, primes);
  for (size_t i = 0; i < sizeof a / sizeof *a; i++) {
    int x;
    goro_chan_recv(primes, &x);
    if (x != a[i]) {
      fprintf(stderr, "%d != %d\n", x, a[i]);
      goro_panic("fail");
    }
  }
}
