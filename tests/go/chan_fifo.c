/* Copyright 2009 The Go Authors. All rights reserved.
 * Use of this source code is governed by a BSD-style
 * license that can be found in the LICENSE-GO file.
 *
 * Translated from Go's test/chan/fifo.go.
 *
 * Test that channels act as pure fifos. */
#include <goro.h>
#include <stdio.h>
#include <stdlib.h>

enum { N = 10 };

static void async_fifo(void) {
  goro_chan *ch = goro_chan_make(sizeof(int), N);
  for (int i = 0; i < N; i++) goro_chan_send(ch, &i);
  for (int i = 0, v; i < N; i++) {
    goro_chan_recv(ch, &v);
    if (v != i) {
      fputs("bad receive\n", stderr);
      exit(1);
    }
  }
  goro_chan_free(ch);
}

struct link {
  goro_chan *ch, *in, *out;
  int val;
};

static void chain(void *arg) {
  struct link *l = arg;
  int v, one = 1;
  goro_chan_recv(l->in, NULL);
  goro_chan_recv(l->ch, &v);
  if (v != l->val) goro_panic("bad value");
  goro_chan_send(l->out, &one);
}

/* Thread together a daisy chain to read the elements in sequence. */
static void sync_fifo(void) {
  struct link links[N];
  goro_chan *ch = goro_chan_make(sizeof(int), 0);
  goro_chan *start = goro_chan_make(sizeof(int), 0), *in = start;
  int zero = 0;
  for (int i = 0; i < N; i++) {
    goro_chan *out = goro_chan_make(sizeof(int), 0);
    links[i] = (struct link){ch, in, out, i};
    GORO_GO(chain, &links[i]);
    in = out;
  }
  goro_chan_send(start, &zero);
  for (int i = 0; i < N; i++) goro_chan_send(ch, &i);
  goro_chan_recv(in, NULL);
  while (goro_num_goroutine() > 1) goro_gosched();
  for (int i = 0; i < N; i++) goro_chan_free(links[i].out);
  goro_chan_free(start);
  goro_chan_free(ch);
}

int main(void) {
  async_fifo();
  sync_fifo();
}
