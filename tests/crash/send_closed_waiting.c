/* A sender that waits when the channel is closed. */
#include <goro.h>

static void sends(void *c) { goro_chan_send(c, &(int){1}); }

int main(void) {
  goro_chan *c = goro_chan_make(sizeof(int), 0);
  GORO_GO(sends, c);
  for (int i = 0; i < 5; i++) goro_gosched();
  goro_chan_close(c);
  goro_chan_recv(NULL, NULL);
}
