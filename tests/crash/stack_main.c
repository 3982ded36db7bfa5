/* On the main goroutine, through goroutine switches. */
#include <goro.h>
#include <stdio.h>

static volatile int zero;

static int down(int depth) {
  volatile char array[100];
  array[depth % 100] = 1;
  if (zero) return depth;
  if (depth % 16 == 0) goro_gosched();
  return down(depth + 1) + array[depth % 100];
}

int main(void) { printf("%d\n", down(0)); }
