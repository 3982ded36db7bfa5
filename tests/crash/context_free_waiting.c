#include "parked.h"

static void waits(void *c) { goro_chan_recv(c, NULL); }

int main(void) {
  goro_context *ctx = goro_context_with_cancel(goro_context_background());
  GORO_GO(waits, goro_context_done(ctx));
  until_parked();
  goro_context_release(ctx);
}
