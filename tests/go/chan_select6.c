/* Copyright 2011 The Go Authors. All rights reserved.
 * Use of this source code is governed by a BSD-style
 * license that can be found in the LICENSE-GO file.
 *
 * Translated from Go's test/chan/select6.go.
 *
 * Test for select: Issue 2075
 * A bug in select corrupts channel queues of failed cases
 * if there are multiple waiters on those channels and the
 * select is the last in the queue. If further waits are made
 * on the channel without draining it first then those waiters
 * will never wake up. In the code below c1 is such a channel. */
#include <goro.h>

static goro_chan *c1, *c2, *c3;

static void receive(void *c) { goro_chan_recv(c, NULL); }

static void send(void *c) {
  bool yes = true;
  goro_chan_send(c, &yes);
}

static void select_last(void *unused) {
  goro_case cases[] = {GORO_RECV(c1, NULL), GORO_RECV(c2, NULL)};
  (void)unused;
  if (goro_select(cases, 2) == 0) goro_panic("dummy");
  send(c3);
  receive(c1);
}

int main(void) {
  c1 = goro_chan_make(sizeof(bool), 0);
  c2 = goro_chan_make(sizeof(bool), 0);
  c3 = goro_chan_make(sizeof(bool), 0);
  GORO_GO(receive, c1);
  GORO_GO(select_last, NULL);
  GORO_GO(send, c2);
  receive(c3);
  send(c1);
  send(c1);
}
