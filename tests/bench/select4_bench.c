/* Receive from four producers by select: ns a value. */
#include "bench.h"

struct source {
  goro_chan *c;
  goro_waitgroup *wg;
  int n;
};

static void produce(void *arg) {
  struct source *s = arg;
  for (int i = 0; i < s->n; i++) goro_chan_send(s->c, &i);
  goro_waitgroup_done(s->wg);
}

static void select4(int n) {
  struct source src[4];
  goro_waitgroup wg = {0};
  goro_waitgroup_add(&wg, 4);
  int quarter = n / 4;
  for (int i = 0; i < 4; i++) {
    src[i] = (struct source){goro_chan_make(sizeof(int), 0), &wg, quarter};
    GORO_GO(produce, &src[i]);
  }
  int64_t sum = 0;
  for (int i = 0; i < 4 * quarter; i++) {
    int v;
    goro_case cases[4] = {GORO_RECV(src[0].c, &v), GORO_RECV(src[1].c, &v),
                          GORO_RECV(src[2].c, &v), GORO_RECV(src[3].c, &v)};
    goro_select(cases, 4);
    sum += v;
  }
  bench_check(sum == 4 * ((int64_t)quarter * (quarter - 1) / 2), "select4");
  goro_waitgroup_wait(&wg);
  for (int i = 0; i < 4; i++) goro_chan_free(src[i].c);
}

int main(void) { bench_ns(select4, 1000000); }
