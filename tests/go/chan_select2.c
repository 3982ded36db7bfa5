/* Copyright 2010 The Go Authors. All rights reserved.
 * Use of this source code is governed by a BSD-style
 * license that can be found in the LICENSE-GO file.
 *
 * Translated from Go's test/chan/select2.go.
 *
 * Test that selects do not consume undue memory.
 *
 * Go asks its garbage collector; here the end of the heap tells, which moves
 * when malloc needs more from the host. A thread that starts meanwhile brings
 * its stack and buffers.
 *
 * Too many operations for a seed that decides at each point:
 * test: swept no
 */
#include <goro.h>
#include <stdio.h>
#include <unistd.h>

enum { N = 100000, MAX_GROWTH = 110000, THREAD = 160000 /* bytes */ };

static goro_chan *c, *dummy;

static void sender(void *unused) {
  int one = 1;
  (void)unused;
  for (int i = 0; i < N; i++) goro_chan_send(c, &one);
}

static void receive(void) {
  for (int i = 0; i < N; i++) {
    goro_case cases[] = {GORO_RECV(c, NULL), GORO_RECV(dummy, NULL)};
    if (goro_select(cases, 2) == 1) goro_panic("dummy");
  }
}

int main(void) {
  c = goro_chan_make(sizeof(int), 0);
  dummy = goro_chan_make(sizeof(int), 0);

  /* warm up */
  GORO_GO(sender, NULL);
  receive();
  char *before = sbrk(0);

  /* second time shouldn't increase footprint by much */
  GORO_GO(sender, NULL);
  receive();
  char *after = sbrk(0);

  if (after - before > MAX_GROWTH + (goro_gomaxprocs(0) - 1) * THREAD) {
    fprintf(stderr, "BUG: too much memory for 100,000 selects: %zd\n",
            after - before);
    goro_panic("fail");
  }
}
