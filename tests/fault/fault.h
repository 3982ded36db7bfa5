/* fault.h: a program whose FAIL_AT-th allocation fails, from the start of the
 * process on.  tests/fault.test.mjs runs it with 1, 2, 3 ... until it gets
 * through, which it says with the word "through". */
#ifndef GORO_FAULT_H
#define GORO_FAULT_H

#include <goro.h>
#include <stdio.h>
#include <stdlib.h>

#include "os/os.h"

__attribute__((constructor)) static void fail_at(void) {
  const char *n = getenv("FAIL_AT");
  if (n) os_fail_alloc_at = (uint32_t)strtoul(n, NULL, 10);
}

/* No more failures: what is left to do belongs to the test. */
static inline int got_through(void) {
  os_fail_alloc_at = 0;
  puts("through");
  return 0;
}

#endif
