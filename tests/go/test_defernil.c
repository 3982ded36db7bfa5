/* Copyright 2019 The Go Authors. All rights reserved.
 * Use of this source code is governed by a BSD-style
 * license that can be found in the LICENSE-GO file.
 *
 * Translated from Go's test/defernil.go.
 *
 * Check that deferring a nil function causes a proper panic when the deferred
 * function is invoked (not when the function is deferred). */
#include <goro_scope.h>

static int x;

GORO_DEFERRED(check, unused) {
  if (!GORO_RECOVER()) goro_panic("did not panic");
  if (x != 1) goro_panic("FAIL");
}

static void f(void *unused) {
  goro_func nilf = NULL;
  goro_defer(nilf, unused);
  x = 1;
}

static void g(void *unused) {
  goro_func nilf = NULL;
  GORO_DEFER(nilf, unused);
  x = 1;
}

static void recovers(void *fn) {
  GORO_DEFER(check, NULL);
  goro_call(*(goro_func *)fn, NULL);
  x = 0; /* never here */
}

int main(void) {
  static goro_func fns[] = {f, g};
  for (int i = 0; i < 2; i++) {
    x = 0;
    goro_call(recovers, &fns[i]);
    if (x != 1) goro_panic("FAIL");
  }
}
