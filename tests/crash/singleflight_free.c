#include "parked.h"

static goro_error *waits(void *unused, void **val) {
  (void)unused;
  (void)val;
  goro_chan_recv(NULL, NULL);
  return NULL;
}

/* A call that is forgotten is under way still. */
int main(void) {
  goro_singleflight g = {0};
  goro_singleflight_do_chan(&g, "key", waits, NULL);
  goro_singleflight_forget(&g, "key");
  until_parked();
  goro_singleflight_free(&g);
}
