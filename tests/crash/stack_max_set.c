/* A larger limit from the program. */
#include <goro.h>
#include <stdio.h>
#include <string.h>

static int down(int depth) {
  char array[500];
  memset(array, depth, sizeof array);
  if (depth == 0) return array[7];
  return down(depth - 1) + array[depth % 500] - (char)depth;
}

static void runs(void *unused) {
  (void)unused;
  printf("%d\n", down(700)); /* more than the default of 256 KiB */
  printf("%d\n", down(1000000));
}

int main(void) {
  goro_set_max_stack(600000);
  GORO_GO(runs, NULL);
  goro_chan_recv(NULL, NULL);
}
