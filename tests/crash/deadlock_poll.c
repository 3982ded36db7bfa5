/* No deadlock while a goroutine waits for a descriptor: then the close wakes
 * it, nobody does any more, and the others are found dead.
 * test: hosts native
 */
#include <goro.h>
#include <stdio.h>
#include <unistd.h>

#include "parked.h"

static int ends[2];

static void reads(void *done) {
  char c;
  ptrdiff_t n = goro_read(ends[0], &c, 1);
  printf("%s\n", goro_strerror((int)n));
  fflush(stdout);
  goro_chan_send(done, NULL);
}

static void late(void *unused) {
  (void)unused;
  goro_dump();
  goro_close(ends[0]);
}

int main(void) {
  goro_chan *done = goro_chan_make(0, 0), *never = goro_chan_make(0, 0);
  if (pipe(ends) != 0) return 1;
  GORO_GO(reads, done);
  until_parked();
  goro_timer *t = goro_after_func(20 * GORO_MILLISECOND, late, NULL);
  goro_chan_recv(done, NULL);
  goro_timer_free(t);
  goro_chan_recv(never, NULL);
}
