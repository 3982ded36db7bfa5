/* While one is in the host there is no verdict: it may wake the others.  It
 * comes back and does not. */
#include <goro.h>

static void in_host(void *unused) { (void)unused; }

static void calls(void *unused) {
  for (int i = 0; i < 100; i++) goro_syscall(in_host, unused);
}

int main(void) {
  GORO_GO(calls, NULL);
  goro_chan_recv(NULL, NULL);
}
