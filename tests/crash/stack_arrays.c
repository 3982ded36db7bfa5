/* Recursion without end, with an array in each frame. */
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

static void runs(void *unused) {
  (void)unused;
  until_parked();
  printf("%d\n", down(0));
}

int main(void) {
  printf("before\n");
  GORO_GO(runs, NULL);
  goro_chan_recv(NULL, NULL);
}
