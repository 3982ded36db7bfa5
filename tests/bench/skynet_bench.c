/* A tree of a million goroutines, ten children each, that add up their
 * numbers: ms. */
#include "bench.h"

struct node {
  goro_chan *c;
  int64_t num;
  int size;
};

static void skynet(void *arg) {
  struct node n = *(struct node *)arg;
  free(arg);
  if (n.size == 1) {
    goro_chan_send(n.c, &n.num);
    return;
  }
  goro_chan *rc = goro_chan_make(sizeof(int64_t), 0);
  for (int i = 0; i < 10; i++) {
    struct node *child = malloc(sizeof *child);
    *child = (struct node){rc, n.num + i * (int64_t)(n.size / 10), n.size / 10};
    GORO_GO(skynet, child);
  }
  int64_t sum = 0, v;
  for (int i = 0; i < 10; i++) {
    goro_chan_recv(rc, &v);
    sum += v;
  }
  goro_chan_free(rc);
  goro_chan_send(n.c, &sum);
}

static void run(int size) {
  goro_chan *c = goro_chan_make(sizeof(int64_t), 0);
  struct node *root = malloc(sizeof *root);
  *root = (struct node){c, 0, size};
  GORO_GO(skynet, root);
  int64_t sum;
  goro_chan_recv(c, &sum);
  bench_check(sum == (int64_t)size * (size - 1) / 2, "skynet");
}

int main(void) { bench_ms(run, 1000000); }
