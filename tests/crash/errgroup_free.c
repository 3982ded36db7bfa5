#include "parked.h"

static goro_error *waits(void *unused) {
  (void)unused;
  goro_chan_recv(NULL, NULL);
  return NULL;
}

int main(void) {
  goro_errgroup g = {0};
  goro_errgroup_go(&g, waits, NULL);
  until_parked();
  goro_errgroup_free(&g);
}
