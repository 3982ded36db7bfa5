/* Copyright 2011 The Go Authors. All rights reserved.
 * Use of this source code is governed by a BSD-style
 * license that can be found in the LICENSE-GO file.
 *
 * Translated from Go's test/chan/zerosize.go.
 *
 * Test making channels of a zero-sized type. */
#include <goro.h>

int main(void) {
  goro_chan_free(goro_chan_make(0, 0));
  goro_chan *c = goro_chan_make(0, 1);
  goro_chan_send(c, NULL);
  if (goro_chan_len(c) != 1 || goro_chan_cap(c) != 1) goro_panic("len, cap");
  if (!goro_chan_recv(c, NULL)) goro_panic("receive");
  goro_chan_free(c);
}
