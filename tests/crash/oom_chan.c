/* A channel of a size that is in range, and that the host has not.  (Natively
 * AddressSanitizer has its own words about that.)
 * test: hosts wasi node20 node26 chromium */
#include <stdio.h>

#include "parked.h"

static void makes(void *unused) {
  (void)unused;
  until_parked();
  goro_chan_make(1, INT32_MAX - 4096);
}

int main(void) {
  printf("before\n");
  GORO_GO(makes, NULL);
  goro_chan_recv(NULL, NULL);
}
