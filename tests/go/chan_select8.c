/* Copyright 2019 The Go Authors. All rights reserved.
 * Use of this source code is governed by a BSD-style
 * license that can be found in the LICENSE-GO file.
 *
 * Translated from Go's test/chan/select8.go.
 *
 * Test break statements in a select.
 * Gccgo had a bug in handling this.
 * Test 1,2,3-case selects, so it covers both the general
 * code path and the specialized optimizations for one-
 * and two-case selects.
 *
 * In C the select is a switch, and break is its own. */
#include <goro.h>

static goro_chan *ch;

static void sender(void *unused) {
  int five = 5;
  (void)unused;
  for (;;) goro_chan_send(ch, &five);
}

static void unreachable(void) { goro_panic("unreachable"); }

int main(void) {
  int ten = 10;
  ch = goro_chan_make(sizeof(int), 0);
  GORO_GO(sender, NULL);

  goro_case one[] = {GORO_RECV(ch, NULL)};
  switch (goro_select(one, 1)) {
  case 0:
    break;
  default:
    unreachable();
  }

  switch (goro_select_default(NULL, 0)) {
  default:
    break;
  case 0:
    unreachable();
  }

  switch (goro_select_default(one, 1)) {
  case 0:
    break;
  default:
    break;
  }

  goro_case two[] = {GORO_RECV(ch, NULL), GORO_SEND(ch, &ten)};
  switch (goro_select_default(two, 2)) {
  case 0:
    break;
  case 1:
    unreachable();
    break;
  default:
    break;
  }
}
