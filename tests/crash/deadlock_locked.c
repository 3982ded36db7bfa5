/* Goroutines that are locked to their threads, main among them, and asleep. */
#include <goro.h>

static goro_chan *c;

static void receives(void *ready) {
  goro_lock_os_thread();
  goro_chan_send(ready, NULL);
  goro_chan_recv(c, NULL);
}

int main(void) {
  goro_chan *ready = goro_chan_make(0, 0);
  c = goro_chan_make(0, 0);
  goro_lock_os_thread();
  for (int i = 0; i < 2; i++) {
    GORO_GO(receives, ready);
    goro_chan_recv(ready, NULL);
  }
  goro_chan_send(ready, NULL);
}
