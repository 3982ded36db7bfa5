#include <goro.h>

int main(void) {
  goro_chan *c = goro_chan_make(sizeof(int), 0);
  goro_chan_close(c);
  goro_chan_close(c);
}
