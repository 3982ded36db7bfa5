/* And a block of its stack whose size is known late.
 * test: hosts wasi node20 node26 chromium */
#include <stdio.h>
#include <string.h>

#include "parked.h"

static void runs(void *size) {
  until_parked();
  size_t n = *(size_t *)size;
  char array[n];
  memset(array, 1, n);
  printf("%d\n", array[n / 2]);
}

int main(void) {
  size_t size = 300000;
  GORO_GO(runs, &size);
  goro_chan_recv(NULL, NULL);
}
