/* Copyright 2010 The Go Authors. All rights reserved.
 * Use of this source code is governed by a BSD-style
 * license that can be found in the LICENSE-GO file.
 *
 * Translated from Go's test/recover1.go.
 *
 * Test of recover during recursive panics.  Here be dragons. */
#include <goro_scope.h>
#include <stdio.h>
#include <stdlib.h>

#define VALUE(n) ((void *)(intptr_t)(n))

static void panic(int n) { goro_panic_value("a value", VALUE(n)); }

static void check(const char *what, bool ok) {
  if (ok) return;
  fprintf(stderr, "%s\n", what);
  abort();
}

GORO_DEFERRED(must_not_recover, unused) { check("spurious", !GORO_RECOVER()); }

GORO_DEFERRED(must_recover, x) {
  goro_panic_info info = {NULL, NULL, false};
  must_not_recover(NULL); /* because it's not a defer call */
  check("missing recover", GORO_RECOVER_INFO(&info));
  check("wrong value", info.value == x);
  check("recover didn't recover", !GORO_RECOVER());
}

GORO_DEFERRED(recover, unused) { GORO_RECOVER(); }

/* Go's defer recover(): recover is called by the runtime, for the function that
 * defers it, so it recovers what runs that function.  C has no such call. */

static void panic2_inside(void *unused) {
  (void)unused;
  goro_defer(must_recover, VALUE(2));
  panic(2);
}

static void test1(void *unused) {
  /* Easy nested recursive panic. */
  goro_defer(must_recover, VALUE(1));
  goro_defer(panic2_inside, unused);
  panic(1);
}

GORO_DEFERRED(recover2_panic3, unused) {
  goro_panic_info info = {NULL, NULL, false};
  GORO_RECOVER_INFO(&info);
  check("wrong value", info.value == VALUE(2));
  goro_defer(must_recover, VALUE(3));
  panic(3);
}

static void test2(void *unused) {
  /* Sequential panic. */
  goro_defer(must_not_recover, unused);
  goro_defer(recover2_panic3, unused);
  panic(2);
}

GORO_DEFERRED(recover_panic3, unused) {
  GORO_RECOVER();
  goro_defer(must_recover, VALUE(3));
  panic(3);
}

static void test3(void *unused) {
  /* Sequential panic - like test2 but less picky. */
  goro_defer(must_not_recover, unused);
  goro_defer(recover_panic3, unused);
  panic(2);
}

static void test4(void *unused) {
  /* Single panic. */
  goro_defer(must_not_recover, unused);
  goro_defer(recover, unused);
  panic(4);
}

/* In place of test7: what a deferred call defers cannot see the panic that
 * runs this one. */
static void recovers_nothing_inside(void *unused) {
  goro_defer(recover, unused);
  goro_defer(must_not_recover, unused);
}

static void test7(void *unused) {
  goro_defer(must_recover, VALUE(2));
  goro_defer(recovers_nothing_inside, unused);
  panic(2);
}

int main(void) {
  static const goro_func tests[] = {test1, test2, test3, test4, test7};
  for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
    goro_call(tests[i], NULL);
}
