#include "parked.h"

static void receives(void *c) { goro_chan_recv(c, NULL); }

int main(void) {
  goro_timer *t = goro_timer_new(GORO_HOUR);
  GORO_GO(receives, goro_timer_chan(t));
  until_parked();
  goro_timer_free(t);
}
