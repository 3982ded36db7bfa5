#include "parked.h"

static void receives(void *c) { goro_chan_recv(c, NULL); }

int main(void) {
  goro_chan *c = goro_chan_make(sizeof(int), 0);
  GORO_GO(receives, c);
  until_parked();
  goro_chan_free(c);
}
