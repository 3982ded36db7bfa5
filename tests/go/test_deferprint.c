/* Copyright 2010 The Go Authors. All rights reserved.
 * Use of this source code is governed by a BSD-style
 * license that can be found in the LICENSE-GO file.
 *
 * Translated from Go's test/deferprint.go.  There is no print in C that knows
 * the types of its arguments: the texts are formatted before.
 *
 * Test that we can defer print. */
#include <goro.h>
#include <stdio.h>

static void print(void *text) { fputs(text, stderr); }

int main(void) {
  static char line1[128], line2[64];
  snprintf(line1, sizeof line1,
           "%d %s %s %s %.1f %s 0x%x [%d/%d]0x0 0x0 0x0 %d\n", 42, "true",
           "false", "true", 1.5, "world", 0, 0, 0, 255);
  int n = 0;
  for (int i = 1; i <= 20; i++)
    n += snprintf(line2 + n, sizeof line2 - (size_t)n, "%d%c", i,
                  i < 20 ? ' ' : '\n');
  goro_defer(print, line1);
  goro_defer(print, line2);
  goro_defer(print, "printing: ");
}
