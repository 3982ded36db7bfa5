/* Copyright 2009 The Go Authors. All rights reserved.
 * Use of this source code is governed by a BSD-style
 * license that can be found in the LICENSE-GO file.
 *
 * Translated from Go's test/chan/doubleselect.go.
 *
 * Test the situation in which two cases of a select can both end up running.
 *
 * Too many operations for a seed that decides at each point:
 * test: swept no
 */
#include <goro.h>
#include <stdio.h>

enum { ITERATIONS = 100000, CHANNELS = 4 };

static goro_chan *c[CHANNELS], *cmux, *done;

/* Sends a counter to one of four different channels.  If two cases both end up
 * running in the same iteration, the same value will be sent to two different
 * channels. */
static void sender(void *unused) {
  (void)unused;
  for (int i = 0; i < ITERATIONS; i++) {
    goro_case cases[CHANNELS];
    for (int k = 0; k < CHANNELS; k++) cases[k] = GORO_SEND(c[k], &i);
    goro_select(cases, CHANNELS);
  }
  for (int k = 0; k < CHANNELS; k++) goro_chan_close(c[k]);
}

/* Receives the values from sender and forwards them onto another channel.  It
 * would be simpler to just have sender's four cases all be the same channel,
 * but this doesn't actually trigger the bug. */
static void mux(void *in) {
  int v;
  while (goro_chan_recv(in, &v)) goro_chan_send(cmux, &v);
  goro_chan_send(done, NULL);
}

static void closer(void *unused) {
  (void)unused;
  for (int k = 0; k < CHANNELS; k++) goro_chan_recv(done, NULL);
  goro_chan_close(cmux);
}

/* Gets a stream of values from the four muxes and checks for duplicates. */
static void receiver(void) {
  static bool seen[ITERATIONS];
  int v;
  while (goro_chan_recv(cmux, &v)) {
    if (seen[v]) {
      fprintf(stderr, "got duplicate value: %d\n", v);
      goro_panic("fail");
    }
    seen[v] = true;
  }
}

int main(void) {
  goro_gomaxprocs(2);
  cmux = goro_chan_make(sizeof(int), 0);
  done = goro_chan_make(0, 0);
  for (int k = 0; k < CHANNELS; k++) c[k] = goro_chan_make(sizeof(int), 0);
  GORO_GO(sender, NULL);
  for (int k = 0; k < CHANNELS; k++) GORO_GO(mux, c[k]);
  GORO_GO(closer, NULL);
  /* We keep the receiver because it might catch more bugs in the future.  The
   * result of the bug that this is about was a fatal error in the scheduler. */
  receiver();
}
