/* A spinner turns on standard error while a slow computation goes on. */
#include <goro.h>
#include <stdio.h>

static goro_chan *stop, *stopped;

static void spin(void *unused) {
  goro_ticker *ticker = goro_ticker_new(5 * GORO_MILLISECOND);
  goro_case cases[] = {
      GORO_RECV(goro_ticker_chan(ticker), NULL),
      GORO_RECV(stop, NULL),
  };
  (void)unused;
  for (int i = 0; goro_select(cases, 2) == 0; i++)
    fprintf(stderr, "\r%c", "-\\|/"[i % 4]);
  fputc('\r', stderr);
  goro_ticker_free(ticker);
  goro_chan_close(stopped);
}

/* Go takes the processor from a goroutine that computes for long; here it
 * gives way by itself now and then. */
static int fib(int n) {
  if (n == 20) goro_gosched();
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

int main(void) {
  stop = goro_chan_make(0, 0);
  stopped = goro_chan_make(0, 0);
  GORO_GO(spin, NULL);
  printf("fib(30) = %d\n", fib(30));
  goro_chan_close(stop);
  goro_chan_recv(stopped, NULL);
  puts("spinner stopped");
}
