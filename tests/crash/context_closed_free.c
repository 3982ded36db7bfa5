/* The channel of who was canceled before anybody asked for it. */
#include <goro.h>

int main(void) {
  goro_context *ctx = goro_context_with_cancel(goro_context_background());
  goro_context_cancel(ctx);
  goro_chan_free(goro_context_done(ctx));
}
