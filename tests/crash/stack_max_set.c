/* A larger limit from the program. */
#include <stdio.h>
#include <string.h>

#include "parked.h"

static int down(int depth) {
  char array[500], *volatile p = array; /* so that the array stays */
  memset(p, depth, sizeof array);
  if (depth == 0) return p[7];
  return down(depth - 1) + p[depth % 500] - (char)depth;
}

static void runs(void *unused) {
  (void)unused;
  until_parked();
  printf("%d\n", down(700)); /* more than the default of 256 KiB */
  printf("%d\n", down(1000000));
}

int main(void) {
  goro_set_max_stack(600000);
  GORO_GO(runs, NULL);
  goro_chan_recv(NULL, NULL);
}
