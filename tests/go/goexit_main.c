/* main calls Goexit: the other goroutines go on, and when the last of them has
 * ended the program is dead. */
#include <goro.h>
#include <stdio.h>

static void work(void *start) {
  goro_chan_recv(start, NULL);
  for (int i = 1; i <= 3; i++) {
    printf("worker: step %d\n", i);
    goro_gosched();
  }
}

static void close_chan(void *c) { goro_chan_close(c); }

static void say(void *text) { puts(text); }

int main(void) {
  goro_chan *start = goro_chan_make(0, 0);
  GORO_GO(work, start);
  goro_defer(close_chan, start);
  goro_defer(say, "main: deferred call");
  goro_goexit();
  puts("never here");
}
