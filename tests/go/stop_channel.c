/* Closing a channel stops all who watch it: a sensor's monitors work until
 * then, and report how much they saw. */
#include <goro.h>
#include <stdio.h>

enum { MONITORS = 3 };

static goro_chan *readings, *stop, *report;

static void monitor(void *unused) {
  int r, sum = 0;
  goro_case cases[] = {GORO_RECV(readings, &r), GORO_RECV(stop, NULL)};
  (void)unused;
  while (goro_select(cases, 2) == 0) sum += r;
  goro_chan_send(report, &sum);
}

int main(void) {
  int sum = 0;
  readings = goro_chan_make(sizeof(int), 0);
  stop = goro_chan_make(0, 0);
  report = goro_chan_make(sizeof(int), 0);
  for (int i = 0; i < MONITORS; i++) GORO_GO(monitor, NULL);
  for (int r = 1; r <= 10; r++) goro_chan_send(readings, &r);
  goro_chan_close(stop);
  for (int i = 0, n; i < MONITORS; i++) {
    goro_chan_recv(report, &n);
    sum += n;
  }
  printf("%d monitors stopped, readings add up to %d\n", MONITORS, sum);
}
