/* Goexit ends a goroutine: its deferred calls run, recover finds nothing and
 * does not stop it, and what called it never goes on. */
#include <goro.h>
#include <stdint.h>
#include <stdio.h>

static goro_chan *done;

static void leave(void *n) { printf("leaving %d\n", (int)(intptr_t)n); }

static void deep(void *arg) {
  intptr_t n = (intptr_t)arg;
  goro_defer(leave, arg);
  if (n == 2) goro_goexit();
  goro_call(deep, (void *)(n + 1));
  puts("never here");
}

static void close_done(void *unused) {
  (void)unused;
  goro_chan_close(done);
}

static void try_recover(void *unused) {
  const char *r = goro_recover();
  (void)unused;
  printf("recover: %s\n", r ? r : "<nil>");
}

static void goroutine(void *unused) {
  (void)unused;
  goro_defer(close_done, NULL);
  goro_defer(try_recover, NULL);
  goro_call(deep, (void *)0);
  puts("nor here");
}

int main(void) {
  done = goro_chan_make(0, 0);
  GORO_GO(goroutine, NULL);
  goro_chan_recv(done, NULL);
  puts("main goes on");
}
