/* Who waits on a channel cannot panic: nobody can recover what it waits for in
 * vain. */
#include <goro.h>
#include <stdio.h>

static goro_singleflight g;
static goro_chan *started, *unblock;

static goro_error *panics(void *unused, void **val) {
  (void)unused;
  (void)val;
  goro_chan_close(started);
  goro_chan_recv(unblock, NULL);
  goro_panic("Panicking in Do");
  return NULL;
}

static void recovers(void *unused) {
  (void)unused;
  goro_recover();
}

static void first(void *unused) {
  goro_defer(recovers, unused);
  goro_singleflight_do(&g, "", panics, unused);
}

int main(void) {
  started = goro_chan_make(0, 0);
  unblock = goro_chan_make(0, 0);
  GORO_GO(first, NULL);
  goro_chan_recv(started, NULL);
  goro_chan *c = goro_singleflight_do_chan(&g, "", panics, NULL);
  goro_chan_close(unblock);
  goro_chan_recv(c, NULL);
  printf("not reached\n");
}
