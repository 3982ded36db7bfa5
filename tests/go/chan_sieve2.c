/* Copyright 2009 The Go Authors. All rights reserved.
 * Use of this source code is governed by a BSD-style
 * license that can be found in the LICENSE-GO file.
 *
 * Translated from Go's test/chan/sieve2.go.
 *
 * Test concurrency primitives: prime sieve of Eratosthenes.
 *
 * Generate primes up to 100 using channels, checking the results.
 * This sieve is Eratosthenesque and only considers odd candidates.
 * See discussion at <http://blog.onideas.ws/eratosthenes.go>. */
#include <goro.h>
#include <stdio.h>
#include <stdlib.h>

static int recv_int(goro_chan *c) {
  int v;
  goro_chan_recv(c, &v);
  return v;
}

/* ---- numbers ---- */

struct sequence {
  goro_chan *out;
  int first, step;
};

static void generate(void *arg) {
  struct sequence s = *(struct sequence *)arg;
  free(arg);
  for (int n = s.first;; n += s.step) goro_chan_send(s.out, &n);
}

/* Return a channel of first, first + step, ... */
static goro_chan *sequence(int first, int step, size_t cap) {
  struct sequence *s = malloc(sizeof *s);
  goro_chan *out = goro_chan_make(sizeof(int), cap);
  *s = (struct sequence){out, first, step};
  GORO_GO(generate, s);
  return out;
}

/* Return a channel of odd numbers, starting from 5. */
static goro_chan *odds(void) { return sequence(5, 2, 50); }

/* Return a channel of odd multiples of the prime number p, starting from
 * p*p. */
static goro_chan *multiples(int p) { return sequence(p * p, 2 * p, 10); }

/* ---- a heap of channels, sorted by head values ---- */

struct peek_ch {
  int head;
  goro_chan *ch;
};

enum { MAX_HEAP = 100 };

struct heap {
  struct peek_ch a[MAX_HEAP];
  int n;
};

static void swap(struct peek_ch *x, struct peek_ch *y) {
  struct peek_ch t = *x;
  *x = *y;
  *y = t;
}

static void heap_push(struct heap *h, struct peek_ch p) {
  int j = h->n++;
  h->a[j] = p;
  for (; j > 0 && h->a[j].head < h->a[(j - 1) / 2].head; j = (j - 1) / 2)
    swap(&h->a[j], &h->a[(j - 1) / 2]);
}

static struct peek_ch heap_pop(struct heap *h) {
  struct peek_ch top = h->a[0];
  h->a[0] = h->a[--h->n];
  for (int j = 0, k; (k = 2 * j + 1) < h->n; j = k) {
    if (k + 1 < h->n && h->a[k + 1].head < h->a[k].head) k++;
    if (h->a[j].head <= h->a[k].head) break;
    swap(&h->a[j], &h->a[k]);
  }
  return top;
}

/* Return the smallest head and let its channel go on. */
static int heap_next(struct heap *h) {
  struct peek_ch min = heap_pop(h);
  int head = min.head;
  min.head = recv_int(min.ch);
  heap_push(h, min);
  return head;
}

/* ---- the proxy ---- */

struct proxy {
  goro_chan *in, *out;
};

/* Receive values and store them in an expanding circular queue, so that
 * sending never blocks. */
static void run_proxy(void *arg) {
  struct proxy p = *(struct proxy *)arg;
  int size = 16, first = 0, n = 0, e;
  int *queue = malloc((size_t)size * sizeof *queue);
  free(arg);
  for (;;) {
    /* buffer empty: disable output */
    goro_chan *out = n > 0 ? p.out : NULL;
    goro_case cases[] = {GORO_RECV(p.in, &e), GORO_SEND(out, &queue[first])};
    if (goro_select(cases, 2) == 1) {
      first = (first + 1) % size;
      n--;
      continue;
    }
    queue[(first + n++) % size] = e;
    if (n == size) { /* buffer full: expand it */
      int *bigger = malloc(2 * (size_t)size * sizeof *queue);
      for (int i = 0; i < n; i++) bigger[i] = queue[(first + i) % size];
      free(queue);
      queue = bigger;
      first = 0;
      size *= 2;
    }
  }
}

/* Return a channel to serve as a sending proxy to out. */
static goro_chan *sendproxy(goro_chan *out) {
  struct proxy *p = malloc(sizeof *p);
  goro_chan *in = goro_chan_make(sizeof(int), 10);
  *p = (struct proxy){in, out};
  GORO_GO(run_proxy, p);
  return in;
}

/* ---- the sieve ---- */

static goro_chan *out;        /* the primes found */
static goro_chan *composites; /* to be eliminated, in increasing order */
static goro_chan *primes;     /* the feedback loop */

/* Merge channels of multiples of primes into composites. */
static void merge(void *unused) {
  static struct heap h;
  int min = 15;
  (void)unused;
  for (;;) {
    goro_chan *m = multiples(recv_int(primes));
    int head = recv_int(m);
    while (min < head) {
      goro_chan_send(composites, &min);
      min = heap_next(&h);
    }
    while (min == head) min = heap_next(&h);
    goro_chan_send(composites, &head);
    heap_push(&h, (struct peek_ch){recv_int(m), m});
  }
}

/* Sieve out composites from candidates.
 *
 * In order to generate the nth prime we only need multiples of primes <=
 * sqrt(nth prime).  Thus, the merging goroutine will receive from primes much
 * slower than this goroutine will send to it, making the buffer accumulate and
 * block this goroutine from sending, causing a deadlock.  The solution is to
 * use a proxy goroutine to do automatic buffering. */
static void eliminate(void *unused) {
  goro_chan *proxy = sendproxy(primes);
  goro_chan *candidates = odds();
  int p = recv_int(candidates);
  (void)unused;
  for (;;) {
    int c = recv_int(composites);
    while (p < c) {
      goro_chan_send(proxy, &p);
      goro_chan_send(out, &p);
      p = recv_int(candidates);
    }
    if (p == c) p = recv_int(candidates);
  }
}

static void sieve(void) {
  static const int two = 2, three = 3;
  out = goro_chan_make(sizeof(int), 10);
  goro_chan_send(out, &two);
  goro_chan_send(out, &three);
  composites = goro_chan_make(sizeof(int), 50);
  primes = goro_chan_make(sizeof(int), 10);
  goro_chan_send(primes, &three);
  GORO_GO(merge, NULL);
  GORO_GO(eliminate, NULL);
}

int main(void) {
  static const int a[] = {2,  3,  5,  7,  11, 13, 17, 19, 23, 29, 31, 37, 41,
                          43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97};
  sieve();
  for (size_t i = 0; i < sizeof a / sizeof *a; i++) {
    int x = recv_int(out);
    if (x != a[i]) {
      fprintf(stderr, "%d != %d\n", x, a[i]);
      goro_panic("fail");
    }
  }
}
