/* Recursion without end, without anything on the C stack. */
#include <stdio.h>

#include "parked.h"

static volatile int zero;

static int down(int depth) {
  if (zero) return depth;
  return down(depth + 1) * 3 + down(depth + 2);
}

static void runs(void *unused) {
  (void)unused;
  until_parked();
  printf("%d\n", down(0));
}

int main(void) {
  GORO_GO(runs, NULL);
  goro_chan_recv(NULL, NULL);
}
