/* One frame larger than a stack may get.  (A native one may jump over the guard
 * page.)
 * test: hosts wasi node20 node26 chromium */
#include <stdio.h>
#include <string.h>

#include "parked.h"

static GORO_NOINLINE int large(const int *size) {
  char array[10 << 20];
  memset(array, 1, sizeof array);
  return array[*size];
}

static void runs(void *size) {
  until_parked();
  printf("%d\n", large(size));
}

int main(void) {
  int size = 7;
  GORO_GO(runs, &size);
  goro_chan_recv(NULL, NULL);
}
