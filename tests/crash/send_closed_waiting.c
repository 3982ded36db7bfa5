/* A sender that waits when the channel is closed. */
#include "parked.h"

static void sends(void *c) { goro_chan_send(c, &(int){1}); }

int main(void) {
  goro_chan *c = goro_chan_make(sizeof(int), 0);
  GORO_GO(sends, c);
  until_parked();
  goro_chan_close(c);
  goro_chan_recv(NULL, NULL);
}
