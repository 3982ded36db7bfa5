/* chan_stress.c: senders and receivers on several channels by plain, trying
 * and selecting operations.  Every value arrives once, and those of one sender
 * on one channel in order. */
#include "stress.h"

enum { CHANS = 5, SENDERS = 24, RECEIVERS = 10, VALUES = 2000 };

struct value {
  int sender;
  int chan;
  int seq;
};

static goro_chan *chans[CHANS];
static goro_waitgroup senders, receivers;
static int sent[SENDERS][CHANS];        /* next to send */
static _Atomic int got[SENDERS][CHANS]; /* how many have arrived */
/* Receivers of one channel race past each other after a hand-over, so order is
 * checked by a single receiver, on channel 0. */
static int in_order[SENDERS];
static int nvalues;

static void send_one(dice *d, int me) {
  int k = (int)dice_roll(d, CHANS);
  struct value v = {me, k, sent[me][k]};
  switch (dice_roll(d, 3)) {
  case 0:
    goro_chan_send(chans[k], &v);
    break;
  case 1:
    while (!goro_chan_try_send(chans[k], &v)) goro_gosched();
    break;
  default: {
    int l = (int)dice_roll(d, CHANS);
    struct value w = {me, l, sent[me][l]};
    goro_case cases[] = {GORO_SEND(chans[k], &v), GORO_SEND(chans[l], &w)};
    if (goro_select(cases, 2) == 1) k = l;
  }
  }
  sent[me][k]++;
}

static void sender(void *arg) {
  int me = (int)(intptr_t)arg;
  dice d = dice_new((uint32_t)me);
  for (int i = 0; i < nvalues; i++) {
    send_one(&d, me);
    if (dice_roll(&d, 16) == 0) goro_gosched();
  }
  goro_waitgroup_done(&senders);
}

static void take(const struct value *v) {
  REQUIRE(v->sender >= 0 && v->sender < SENDERS);
  got[v->sender][v->chan]++;
  if (v->chan != 0) return;
  REQUIRE(v->seq == in_order[v->sender]);
  in_order[v->sender]++;
}

/* Alone on channel 0. */
static void orderly(void *arg) {
  (void)arg;
  struct value v;
  while (goro_chan_recv(chans[0], &v)) take(&v);
  goro_waitgroup_done(&receivers);
}

/* Receives from channels 1.. until all are closed and empty.  The first of them
 * only selects: were all to wait for single channels, the last senders might
 * wait on another one, for ever. */
static void receiver(void *arg) {
  bool selects = (intptr_t)arg == 0;
  dice d = dice_new(1000 + (uint32_t)(intptr_t)arg);
  goro_chan *open[CHANS];
  int nopen = 0;
  for (int i = 1; i < CHANS; i++) open[nopen++] = chans[i];
  while (nopen > 0) {
    struct value v;
    bool ok = false;
    int k = (int)dice_roll(&d, (uint32_t)nopen);
    switch (selects ? 0 : dice_roll(&d, 3)) {
    case 0: {
      goro_case cases[CHANS];
      for (int i = 0; i < nopen; i++)
        cases[i] = (goro_case)GORO_RECV(open[i], &v);
      k = goro_select(cases, nopen);
      ok = cases[k].ok;
      break;
    }
    case 1:
      if (!goro_chan_try_recv(open[k], &v, &ok)) {
        goro_gosched();
        continue;
      }
      break;
    default:
      ok = goro_chan_recv(open[k], &v);
    }
    if (ok)
      take(&v);
    else
      open[k] = open[--nopen];
  }
  goro_waitgroup_done(&receivers);
}

int main(int argc, char **argv) {
  stress_init(argc, argv);
  nvalues = stress_much(VALUES);
  for (int i = 0; i < CHANS; i++)
    chans[i] = goro_chan_make(sizeof(struct value), (size_t)(i * i));
  goro_waitgroup_add(&senders, SENDERS);
  goro_waitgroup_add(&receivers, RECEIVERS + 1);
  for (int i = 0; i < SENDERS; i++) GORO_GO(sender, (void *)(intptr_t)i);
  for (int i = 0; i < RECEIVERS; i++) GORO_GO(receiver, (void *)(intptr_t)i);
  GORO_GO(orderly, NULL);
  goro_waitgroup_wait(&senders);
  for (int i = 0; i < CHANS; i++) goro_chan_close(chans[i]);
  goro_waitgroup_wait(&receivers);
  for (int i = 0; i < SENDERS; i++)
    for (int k = 0; k < CHANS; k++) REQUIRE(got[i][k] == sent[i][k]);
  while (goro_num_goroutine() > 1) goro_gosched();
  for (int i = 0; i < CHANS; i++) goro_chan_free(chans[i]);
}
