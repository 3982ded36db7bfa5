/* channels.c: channels, and those who wait on them, in selects too. */
#include "fault.h"

enum { NCHAN = 80 };

static goro_chan *c[NCHAN], *done;

static void receives(void *arg) {
  int v;
  while (goro_chan_recv(arg, &v)) {
  }
  goro_chan_send(done, &v);
}

static void selects(void *unused) {
  goro_case k[NCHAN];
  int v;
  (void)unused;
  for (int i = 0; i < NCHAN; i++) k[i] = GORO_RECV(c[i], &v);
  while (k[goro_select(k, NCHAN)].ok) {
  }
  goro_chan_send(done, &v);
}

int main(void) {
  int v = 1;
  done = goro_chan_make(sizeof(int), 0);
  for (int i = 0; i < NCHAN; i++) c[i] = goro_chan_make(sizeof(int), 0);
  goro_go(selects, NULL);
  for (int i = 0; i < 40; i++) goro_go(receives, c[i]);
  for (int i = 0; i < 3; i++) goro_gosched();
  for (int i = 0; i < 40; i++) goro_chan_send(c[i], &v);
  for (int i = 0; i < 40; i++) goro_chan_close(c[i]);
  for (int i = 0; i < 41; i++) goro_chan_recv(done, NULL);
  for (int i = 0; i < NCHAN; i++) goro_chan_free(c[i]);
  return got_through();
}
