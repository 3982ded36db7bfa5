/* main has called Goexit, and another one waits for ever. */
#include <goro.h>

static void other(void *unused) {
  (void)unused;
  goro_chan_recv(NULL, NULL);
}

int main(void) {
  GORO_GO(other, NULL);
  goro_goexit();
}
