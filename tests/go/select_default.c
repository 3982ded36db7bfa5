/* select with default never blocks. */
#include <goro.h>
#include <stdio.h>

static void try_send(goro_chan *c, int v) {
  goro_case cases[] = {GORO_SEND(c, &v)};
  if (goro_select_default(cases, 1) == 0)
    printf("sent %d\n", v);
  else
    printf("cannot send %d\n", v);
}

static void try_receive(goro_chan *c) {
  int v;
  goro_case cases[] = {GORO_RECV(c, &v)};
  if (goro_select_default(cases, 1) == 0)
    printf("received %d %s\n", v, cases[0].ok ? "true" : "false");
  else
    puts("nothing to receive");
}

int main(void) {
  goro_chan *c = goro_chan_make(sizeof(int), 2);
  try_receive(c);
  for (int v = 1; v <= 3; v++) try_send(c, v);
  printf("%zu of %zu\n", goro_chan_len(c), goro_chan_cap(c));
  goro_chan_close(c);
  for (int i = 0; i < 3; i++) try_receive(c);
  try_receive(NULL);
  try_send(NULL, 4);
  goro_chan_free(c);
}
