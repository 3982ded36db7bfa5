/* A panic in a deferred call that Goexit runs. */
#include <goro.h>

static void panics(void *unused) {
  (void)unused;
  goro_panic("while exiting");
}

static void exits(void *unused) {
  goro_defer(panics, unused);
  goro_goexit();
}

int main(void) {
  GORO_GO(exits, NULL);
  goro_chan_recv(NULL, NULL);
}
