/* What waiting costs: goroutines on several Ms park, and main sleeps for
 * argv[1] milliseconds.  run.mjs compares the processor time of two runs. */
#include <goro.h>
#include <stdlib.h>

static goro_chan *never;
static goro_waitgroup started;

static void park(void *unused) {
  (void)unused;
  goro_waitgroup_done(&started);
  goro_chan_recv(never, NULL);
}

int main(int argc, char **argv) {
  int ms = argc > 1 ? atoi(argv[1]) : 0;
  never = goro_chan_make(0, 0);
  goro_waitgroup_add(&started, 100);
  for (int i = 0; i < 100; i++) GORO_GO(park, NULL);
  goro_waitgroup_wait(&started);
  goro_sleep((goro_duration)ms * 1000000);
}
