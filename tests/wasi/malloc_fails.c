/* What is not there is NULL, also where it is half of the address space. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static void
    *volatile p; /* compilers take an unused malloc for one that works */

static int fails(uintptr_t size) {
  p = malloc(size);
  if (p) return 0;
  p = calloc(4, size / 4);
  return !p;
}

int main(void) {
  for (uintptr_t size = 128 << 20; size; size *= 2) {
    if (!fails(size - 4096) || !fails(size)) puts("found");
  }
  p = malloc(1 << 20);
  puts(p ? "a megabyte" : "nothing at all");
}
