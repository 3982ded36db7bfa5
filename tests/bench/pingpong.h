/* pingpong.h: a value goes to another goroutine and back, unbuffered. */
#ifndef GORO_BENCH_PINGPONG_H
#define GORO_BENCH_PINGPONG_H

#include "bench.h"

struct pair {
  goro_chan *a, *b;
  int n;
  goro_waitgroup wg;
};

static void pong(void *arg) {
  struct pair *p = arg;
  for (int i = 0; i < p->n; i++) {
    int v;
    goro_chan_recv(p->a, &v);
    goro_chan_send(p->b, &v);
  }
  goro_waitgroup_done(&p->wg);
}

static void pingpong(int n) {
  struct pair p = {
      goro_chan_make(sizeof(int), 0), goro_chan_make(sizeof(int), 0), n, {0}};
  goro_waitgroup_add(&p.wg, 1);
  GORO_GO(pong, &p);
  for (int i = 0; i < n; i++) {
    int v = i;
    goro_chan_send(p.a, &v);
    goro_chan_recv(p.b, &v);
    bench_check(v == i, "pingpong");
  }
  goro_waitgroup_wait(&p.wg);
  goro_chan_free(p.a);
  goro_chan_free(p.b);
}

#endif
