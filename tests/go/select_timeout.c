/* select with a timeout: an answer that is late, and one that is not. */
#include <goro.h>
#include <stdio.h>

static goro_chan *release, *answer;

static void answerer(void *unused) {
  const char *a = "42";
  (void)unused;
  goro_chan_recv(release, NULL);
  goro_chan_send(answer, &a);
}

static void wait_for(goro_duration patience) {
  const char *a;
  goro_chan *timeout = goro_after(patience);
  goro_case cases[] = {GORO_RECV(answer, &a), GORO_RECV(timeout, NULL)};
  if (goro_select(cases, 2) == 0)
    printf("answer: %s\n", a);
  else
    puts("timeout");
  goro_chan_free(timeout);
}

int main(void) {
  release = goro_chan_make(0, 0);
  answer = goro_chan_make(sizeof(char *), 0);
  GORO_GO(answerer, NULL);
  wait_for(10 * GORO_MILLISECOND);
  goro_chan_close(release);
  wait_for(GORO_MINUTE);
}
