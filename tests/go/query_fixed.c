/* query_all asks three servers and takes the first answer.  There is room for
 * the two others, so that nobody waits for ever; the last one to answer frees
 * the channel. */
#include <goro.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { SERVERS = 3 };

/* A query belongs to its servers and to the one who asks. */
struct query {
  _Atomic int owners;
  goro_chan *answers;
};

static void drop(struct query *q) {
  if (atomic_fetch_sub(&q->owners, 1) > 1) return;
  goro_chan_free(q->answers);
  free(q);
}

static void server(void *arg) {
  struct query *q = arg;
  uint64_t answer = goro_goid();
  goro_chan_send(q->answers, &answer);
  drop(q);
}

static uint64_t query_all(void) {
  struct query *q = malloc(sizeof *q);
  uint64_t first;
  q->owners = SERVERS + 1;
  q->answers = goro_chan_make(sizeof first, SERVERS);
  for (int i = 0; i < SERVERS; i++) GORO_GO(server, q);
  goro_chan_recv(q->answers, &first);
  drop(q);
  return first;
}

/* Let goroutines end until only n are left. */
static void settle(int n) {
  while (goro_num_goroutine() > n) goro_gosched();
}

int main(void) {
  for (int call = 1; call <= 4; call++) {
    query_all();
    settle(1);
    printf("goroutines: %d\n", goro_num_goroutine());
  }
}
