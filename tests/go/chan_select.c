/* Copyright 2009 The Go Authors. All rights reserved.
 * Use of this source code is governed by a BSD-style
 * license that can be found in the LICENSE-GO file.
 *
 * Translated from Go's test/chan/select.go.
 *
 * Test simple select. */
#include <goro.h>
#include <stdio.h>

static unsigned counter, shift;

static unsigned get_value(void) {
  counter++;
  return 1u << shift;
}

static int send_all(goro_chan *a, goro_chan *b) {
  for (int i = 0;; i++, shift++) {
    unsigned to_a = get_value(), to_b = get_value();
    goro_case cases[] = {GORO_SEND(a, &to_a), GORO_SEND(b, &to_b)};
    switch (goro_select_default(cases, 2)) {
    case 0:
      a = NULL;
      break;
    case 1:
      b = NULL;
      break;
    default:
      return i;
    }
  }
}

static void check(const char *what, unsigned got, unsigned want) {
  if (got == want) return;
  fprintf(stderr, "%s: %u != %u\n", what, got, want);
  goro_panic("fail");
}

int main(void) {
  goro_chan *a = goro_chan_make(sizeof(unsigned), 1);
  goro_chan *b = goro_chan_make(sizeof(unsigned), 1);
  unsigned av, bv;
  check("sent", (unsigned)send_all(a, b), 2);
  goro_chan_recv(a, &av);
  goro_chan_recv(b, &bv);
  check("values", av | bv, 3);
  check("sent to a", (unsigned)send_all(a, NULL), 1);
  check("counter", counter, 10);
  goro_chan_free(a);
  goro_chan_free(b);
}
