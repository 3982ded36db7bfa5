/* What goro_leaks reports, in the style of goleak: goroutines of one origin in
 * one entry, those to be ignored left out. */
#include <goro.h>

static goro_chan *answers, *never;

static void server(void *arg) {
  (void)arg;
  int v = 1;
  goro_chan_send(answers, &v);
}
static void waiter(void *arg) { goro_chan_recv(arg, NULL); }
static void allowed(void *arg) { goro_chan_recv(arg, NULL); }

int main(void) {
  static const char *const ignore[] = {"allowed", NULL};
  answers = goro_chan_make(sizeof(int), 0);
  never = goro_chan_make(sizeof(int), 0);
  for (int i = 0; i < 3; i++) GORO_GO(server, NULL);
  GORO_GO(waiter, never);
  GORO_GO(allowed, never);
  return goro_leaks(ignore) == 4 ? 2 : 1;
}
