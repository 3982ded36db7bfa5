/* query_all asks three servers and takes the first answer.  The two others are
 * never received: their goroutines leak.  See query_fixed.c for the cure. */
#include <goro.h>
#include <stdio.h>

enum { SERVERS = 3 };

static void server(void *answers) {
  uint64_t answer = goro_goid();
  goro_chan_send(answers, &answer);
}

static uint64_t query_all(void) {
  goro_chan *answers = goro_chan_make(sizeof(uint64_t), 0);
  uint64_t first;
  for (int i = 0; i < SERVERS; i++) GORO_GO(server, answers);
  goro_chan_recv(answers, &first);
  return first; /* the channel leaks, too: goroutines wait on it */
}

/* Let goroutines end until only n are left. */
static void settle(int n) {
  while (goro_num_goroutine() > n) goro_gosched();
}

int main(void) {
  for (int call = 1; call <= 4; call++) {
    query_all();
    settle(1 + call * (SERVERS - 1));
    printf("goroutines: %d\n", goro_num_goroutine());
  }
}
