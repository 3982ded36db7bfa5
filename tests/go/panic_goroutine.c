/* A panic runs the deferred calls of its own goroutine only: main's recover
 * does not see it, and the program ends. */
#include <goro.h>
#include <stdio.h>

static void say(void *text) { puts(text); }

static void catch (void *unused) {
  (void)unused;
  printf("main recovers: %s\n", goro_recover()); /* never */
}

static void lose_control(void *unused) {
  (void)unused;
  goro_defer(say, "goroutine: deferred call");
  goro_panic("lost control");
}

int main(void) {
  goro_chan *never = goro_chan_make(0, 0);
  goro_defer(catch, NULL);
  GORO_GO(lose_control, NULL);
  goro_chan_recv(never, NULL);
}
