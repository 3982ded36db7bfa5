/* The stack overflows in a deferred call of a panic. */
#include <stdio.h>
#include <string.h>

#include "parked.h"

static volatile int zero;

static int down(int depth) {
  char array[1000];
  memset(array, depth, sizeof array);
  if (zero) return depth;
  return down(depth + 1) + array[depth % 1000];
}

static void too_deep(void *unused) {
  (void)unused;
  printf("%d\n", down(0));
}

static void panics(void *unused) {
  until_parked();
  goro_defer(too_deep, unused);
  goro_panic("not reported: the overflow is worse");
}

int main(void) {
  GORO_GO(panics, NULL);
  goro_chan_recv(NULL, NULL);
}
