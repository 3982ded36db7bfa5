/* More goroutines than a small memory holds.  On one P: an M that starts when
 * the memory is full has none for its thread, and no goroutine to be blamed.
 * test: hosts wasi
 * test: flags -Wl,--max-memory=2097152 */
#include <goro.h>

static void waits(void *unused) {
  (void)unused;
  goro_chan_recv(NULL, NULL);
}

int main(void) {
  goro_gomaxprocs(1);
  for (;;) {
    goro_go(waits, NULL);
    goro_gosched();
  }
}
