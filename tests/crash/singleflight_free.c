#include "parked.h"

static goro_error *waits(void *unused, void **val) {
  (void)unused;
  (void)val;
  goro_chan_recv(NULL, NULL);
  return NULL;
}

int main(void) {
  goro_singleflight g = {0};
  goro_singleflight_do_chan(&g, "key", waits, NULL);
  until_parked();
  goro_singleflight_free(&g);
}
