#include <goro.h>
#include <stdio.h>

static void worker(void *out) {
  int v = 42;
  goro_chan_send(out, &v);
}

int main(void) {
  goro_chan *out = goro_chan_make(sizeof(int), 0);
  int v;
  GORO_GO(worker, out);
  goro_chan_recv(out, &v);
  printf("sum %d\n", v);
  goro_chan_free(out);
}
