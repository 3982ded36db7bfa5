/* More goroutines than a small memory holds.
 * test: hosts wasi
 * test: flags -Wl,--max-memory=2097152 */
#include <goro.h>

static void waits(void *unused) {
  (void)unused;
  goro_chan_recv(NULL, NULL);
}

int main(void) {
  for (;;) {
    goro_go(waits, NULL);
    goro_gosched();
  }
}
