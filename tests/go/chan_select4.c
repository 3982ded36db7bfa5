/* Copyright 2010 The Go Authors. All rights reserved.
 * Use of this source code is governed by a BSD-style
 * license that can be found in the LICENSE-GO file.
 *
 * Translated from Go's test/chan/select4.go.
 *
 * Test that a select statement proceeds when a value is ready, and leaves the
 * other case alone. */
#include <goro.h>
#include <stdio.h>

int main(void) {
  struct {
    int a;
  } x;
  int untouched = 1, v = 42;
  goro_chan *c = goro_chan_make(sizeof(int), 1);
  goro_chan *c1 = goro_chan_make(sizeof(int), 0);
  goro_chan_send(c, &v);
  goro_case cases[] = {GORO_RECV(c1, &untouched), GORO_RECV(c, &x.a)};
  if (goro_select(cases, 2) != 1 || untouched != 1) {
    fputs("BUG: case of c1\n", stderr);
    return 1;
  }
  if (x.a != 42) {
    fprintf(stderr, "BUG: %d\n", x.a);
    return 1;
  }
  goro_chan_free(c);
  goro_chan_free(c1);
}
