/* One frame larger than a stack may get.  (A native one may jump over the guard
 * page.)
 * test: hosts wasi node20 node26 chromium */
#include <goro.h>
#include <stdio.h>
#include <string.h>

static void runs(void *size) {
  char array[10 << 20];
  memset(array, 1, sizeof array);
  printf("%d\n", array[*(int *)size]);
}

int main(void) {
  int size = 7;
  GORO_GO(runs, &size);
  goro_chan_recv(NULL, NULL);
}
