/* select_stress.c: goroutines that all send and receive in one select, closed
 * in the middle.  One commit each: what was sent equals what was received. */
#include "stress.h"

enum { CHANS = 6, WORKERS = 24, ROUNDS = 3000 };

static goro_chan *chans[CHANS];
static goro_chan *stop;
static goro_waitgroup wg;
static _Atomic long nsent[CHANS], nreceived[CHANS];
static _Atomic long long sum_sent, sum_received;
static int rounds;

static void account(const goro_case *k, int64_t out, int64_t in) {
  int c = 0;
  while (chans[c] != k->c) c++;
  if (k->send) {
    nsent[c]++;
    sum_sent += out;
  } else {
    REQUIRE(k->ok);
    nreceived[c]++;
    sum_received += in;
  }
}

/* All workers may wait for what no other offers: main offers everything. */
static void help_on(void) {
  goro_case cases[2 * CHANS];
  int64_t in, out = 1;
  for (int i = 0; i < CHANS; i++) {
    cases[2 * i] = (goro_case)GORO_SEND(chans[i], &out);
    cases[2 * i + 1] = (goro_case)GORO_RECV(chans[i], &in);
  }
  int k = goro_select_default(cases, 2 * CHANS);
  if (k >= 0) account(&cases[k], out, in);
  goro_gosched();
}

static void worker(void *arg) {
  dice d = dice_new((uint32_t)(intptr_t)arg);
  for (;;) {
    goro_case cases[2 * CHANS + 2];
    int64_t in, out = (int64_t)dice_roll(&d, 1000000);
    int n = 0;
    cases[n++] = (goro_case)GORO_RECV(stop, NULL);
    for (int i = 0; i < CHANS; i++) {
      uint32_t what = dice_roll(&d, 4);
      if (what & 1) cases[n++] = (goro_case)GORO_SEND(chans[i], &out);
      if (what & 2) cases[n++] = (goro_case)GORO_RECV(chans[i], &in);
    }
    if (dice_roll(&d, 4) == 0) cases[n++] = (goro_case)GORO_RECV(NULL, &in);
    int k = dice_roll(&d, 3) ? goro_select(cases, n)
                             : goro_select_default(cases, n);
    if (k == 0) break;
    if (k < 0) {
      goro_gosched();
      continue;
    }
    account(&cases[k], out, in);
  }
  goro_waitgroup_done(&wg);
}

static long total(const _Atomic long *n) {
  long sum = 0;
  for (int i = 0; i < CHANS; i++) sum += n[i];
  return sum;
}

int main(int argc, char **argv) {
  stress_init(argc, argv);
  rounds = stress_much(ROUNDS) * WORKERS;
  stop = goro_chan_make(0, 0);
  for (int i = 0; i < CHANS; i++)
    chans[i] = goro_chan_make(sizeof(int64_t), (size_t)(i / 2 * 3));
  goro_waitgroup_add(&wg, WORKERS);
  for (int i = 0; i < WORKERS; i++) GORO_GO(worker, (void *)(intptr_t)i);
  while (total(nsent) < rounds) help_on();
  goro_chan_close(stop);
  goro_waitgroup_wait(&wg);
  for (int i = 0; i < CHANS; i++) {
    int64_t v;
    while (goro_chan_try_recv(chans[i], &v, NULL)) {
      nreceived[i]++;
      sum_received += v;
    }
    REQUIRE(nsent[i] == nreceived[i]);
    REQUIRE(goro_chan_len(chans[i]) == 0);
    goro_chan_free(chans[i]);
  }
  REQUIRE(sum_sent == sum_received);
  goro_chan_free(stop);
  while (goro_num_goroutine() > 1) goro_gosched();
}
