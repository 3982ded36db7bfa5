/* Exit handlers run on the goroutine that ends the program: one may wait, and
 * if it does so for ever, that is said. */
#include <goro.h>
#include <stdio.h>
#include <stdlib.h>

static goro_chan *c;

static void sends(void *unused) {
  (void)unused;
  goro_chan_send(c, &(int){7});
}

static void handler(void) {
  int v;
  GORO_GO(sends, NULL);
  goro_chan_recv(c, &v);
  printf("received %d\n", v);
  goro_chan_recv(c, &v);
}

int main(void) {
  c = goro_chan_make(sizeof(int), 0);
  atexit(handler);
}
