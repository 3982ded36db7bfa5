/* Copyright 2011 The Go Authors. All rights reserved.
 * Use of this source code is governed by a BSD-style
 * license that can be found in the LICENSE-GO file.
 *
 * Translated from Go's test/chan/select7.go.
 *
 * Test select when discarding a value. */
#include <goro.h>

static void recv1(void *c) { goro_chan_recv(c, NULL); }

static void recv2(void *c) {
  goro_case cases[] = {GORO_RECV(c, NULL)};
  goro_select(cases, 1);
}

static void recv3(void *c) {
  goro_chan *c2 = goro_chan_make(sizeof(int), 0);
  goro_case cases[] = {GORO_RECV(c, NULL), GORO_RECV(c2, NULL)};
  goro_select(cases, 2);
  goro_chan_free(c2);
}

static const int one = 1;

static void send1(goro_chan *c) { goro_chan_send(c, &one); }

static void send2(goro_chan *c) {
  goro_case cases[] = {GORO_SEND(c, &one)};
  goro_select(cases, 1);
}

static void send3(goro_chan *c) {
  goro_chan *c2 = goro_chan_make(sizeof(int), 0);
  goro_case cases[] = {GORO_SEND(c, &one), GORO_SEND(c2, &one)};
  goro_select(cases, 2);
  goro_chan_free(c2);
}

int main(void) {
  static const goro_func receivers[] = {recv1, recv2, recv3};
  static void (*const senders[])(goro_chan *) = {send1, send2, send3};
  for (int r = 0; r < 3; r++) {
    for (int s = 0; s < 3; s++) {
      goro_chan *c = goro_chan_make(sizeof(int), 0);
      GORO_GO(receivers[r], c);
      goro_gosched();
      senders[s](c);
      while (goro_num_goroutine() > 1) goro_gosched();
      goro_chan_free(c);
    }
  }
}
