/* Copyright 2010 The Go Authors. All rights reserved.
 * Use of this source code is governed by a BSD-style
 * license that can be found in the LICENSE-GO file.
 *
 * Translated from Go's test/recover2.go, without interfaces and maps.
 *
 * Test of recover for run-time errors. */
#include <goro_scope.h>
#include <string.h>

static int x[10];

GORO_DEFERRED(must_recover, s) {
  const char *v = GORO_RECOVER();
  if (!v) goro_panic("expected panic");
  if (!strstr(v, s)) goro_panic(v);
}

static void test1(void *unused) {
  (void)unused;
  goro_defer(must_recover, "index");
  x[goro_index(123, 10)] = 1;
}

static void test2(void *unused) {
  (void)unused;
  goro_defer(must_recover, "slice");
  goro_slice(5, 15, 10);
}

static void test3(void *unused) {
  (void)unused;
  goro_defer(must_recover, "slice");
  goro_slice(11, 9, 10);
}

static void test7(void *unused) {
  (void)unused;
  goro_defer(must_recover, "divide by zero");
  x[0] = (int)goro_div(0, x[1]);
}

int main(void) {
  static const goro_func tests[] = {test1, test2, test3, test7};
  for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
    if (goro_call(tests[i], NULL)) goro_panic("no panic");
}
