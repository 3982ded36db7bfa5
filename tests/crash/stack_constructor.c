/* A constructor runs on the host thread's own stack, which does not grow.
 * test: hosts wasi node20 node26 chromium */
#include <goro.h>
#include <stdio.h>
#include <string.h>

static volatile int zero;

static int down(int depth) {
  char array[1000];
  memset(array, depth, sizeof array);
  if (zero) return depth;
  return down(depth + 1) + array[depth % 1000];
}

__attribute__((constructor)) static void too_deep(void) {
  printf("%d\n", down(0));
}

int main(void) {}
