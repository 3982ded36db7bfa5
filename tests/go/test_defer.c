/* Copyright 2009 The Go Authors. All rights reserved.
 * Use of this source code is governed by a BSD-style
 * license that can be found in the LICENSE-GO file.
 *
 * Translated from Go's test/defer.go.
 *
 * Test defer. */
#include <goro_scope.h>
#include <stdio.h>
#include <string.h>

static char result[32];

static void add_int(void *i) {
  size_t n = strlen(result);
  snprintf(result + n, sizeof result - n, "%d", (int)(intptr_t)i);
}

static void helper(void *unused) {
  (void)unused;
  for (intptr_t i = 0; i < 10; i++) goro_defer(add_int, (void *)i);
}

static void check(const char *test) {
  if (strcmp(result, "9876543210") != 0) {
    printf("%s: bad defer result (should be 9876543210): %s\n", test, result);
    goro_panic("defer");
  }
  result[0] = 0;
}

int main(void) {
  goro_call(helper, NULL);
  check("test1");
  GORO_SCOPE { helper(NULL); } /* in place of test2: variadic functions */
  check("test2");
}
