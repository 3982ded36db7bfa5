/* A smaller limit from the environment.
 * test: env GORO_STACK_MAX=16384 */
#include <goro.h>
#include <stdio.h>
#include <string.h>

static volatile int zero;

static int down(int depth) {
  char array[500];
  memset(array, depth, sizeof array);
  if (zero) return depth;
  return down(depth + 1) + array[depth % 500];
}

int main(void) { printf("%d\n", down(0)); }
