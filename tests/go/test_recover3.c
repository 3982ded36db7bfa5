/* Copyright 2010 The Go Authors. All rights reserved.
 * Use of this source code is governed by a BSD-style
 * license that can be found in the LICENSE-GO file.
 *
 * Translated from Go's test/recover3.go, without interfaces.
 *
 * Test recovering from runtime errors. */
#include <goro_scope.h>
#include <stdio.h>
#include <string.h>

static bool didbug;

static void bug(const char *name, const char *what) {
  if (!didbug) puts("BUG");
  didbug = true;
  fprintf(stderr, "%s %s\n", name, what);
}

struct checked {
  const char *name, *err;
  goro_func f;
};

GORO_DEFERRED(check_recovered, arg) {
  struct checked *c = arg;
  goro_panic_info v;
  if (!GORO_RECOVER_INFO(&v))
    bug(c->name, "did not panic");
  else if (!v.runtime_error)
    bug(c->name, "panicked but not with runtime.Error");
  else if (!strstr(v.msg, c->err))
    bug(c->name, v.msg);
}

static void check_frame(void *arg) {
  struct checked *c = arg;
  goro_defer(check_recovered, c);
  c->f(NULL);
}

static void check(const char *name, goro_func f, const char *err) {
  struct checked c = {name, err, f};
  goro_call(check_frame, &c);
}

static int zero, *nobody, array[10];

static void divide(void *unused) {
  (void)unused;
  array[0] = (int)goro_div(1, zero);
}

static void deref(void *unused) {
  (void)unused;
  array[0] = *(int *)goro_nonnil(nobody);
}

static void bounds(void *unused) {
  (void)unused;
  array[goro_index(99999, 10)] = 1;
}

int main(void) {
  check("int-div-zero", divide, "integer divide by zero");
  check("nil-deref", deref, "nil pointer dereference");
  check("array-bounds", bounds, "index out of range");
  if (didbug) goro_panic("recover3");
}
