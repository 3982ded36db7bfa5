/* calls.c: the module in C of the rows "call of C" and "ping-pong with C". */
#include <goro.h>
#include <goro_module.h>

GORO_EXPORT int same(int v) { return v; }

GORO_EXPORT void echo(goro_chan *in, goro_chan *out) {
  for (int v; goro_chan_recv(in, &v);) goro_chan_send(out, &v);
}
