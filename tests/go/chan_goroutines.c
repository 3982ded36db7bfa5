/* Copyright 2009 The Go Authors. All rights reserved.
 * Use of this source code is governed by a BSD-style
 * license that can be found in the LICENSE-GO file.
 *
 * Translated from Go's test/chan/goroutines.go.
 *
 * Torture test for goroutines.
 * Make a lot of goroutines, threaded together, and tear them down cleanly.
 *
 * ThreadSanitizer follows at most 8,128 stacks.
 * test: tsan -DN=1000 */
#include <goro.h>
#include <stdio.h>
#include <stdlib.h>

#ifndef N
#define N 10000
#endif

struct pair {
  goro_chan *left, *right;
};

static void f(void *arg) {
  struct pair *p = arg;
  int v;
  goro_chan_recv(p->right, &v);
  goro_chan_send(p->left, &v);
}

static void begin(void *right) {
  int one = 1;
  goro_chan_send(right, &one);
}

int main(int argc, char **argv) {
  int n = argc > 1 ? atoi(argv[1]) : N;
  goro_chan *leftmost = goro_chan_make(sizeof(int), 0);
  goro_chan *left = leftmost, *right = leftmost;
  struct pair *pairs = calloc((size_t)n, sizeof *pairs);
  if (n < 1 || pairs == NULL) {
    fputs("bad arg\n", stderr);
    return 1;
  }
  for (int i = 0; i < n; i++) {
    right = goro_chan_make(sizeof(int), 0);
    pairs[i] = (struct pair){left, right};
    GORO_GO(f, &pairs[i]);
    left = right;
  }
  GORO_GO(begin, right);
  goro_chan_recv(leftmost, NULL);
}
