/* chan_test.c: making, sending, receiving, closing; who is woken with what. */
#include "unit.h"

#include "wait/chan.h"

/* ---- goroutines that do one thing on a channel and note what came ---- */

struct op {
  struct hchan *c;
  int value; /* to send; received */
  bool ok;
  bool done;
  bool panicked;
};

static void do_send(void *arg) {
  struct op *o = arg;
  goro__chansend1(o->c, &o->value);
  Store(&o->done, true);
}

static void do_recv(void *arg) {
  struct op *o = arg;
  o->ok = goro__chanrecv2(o->c, &o->value);
  Store(&o->done, true);
}

/* Start f on o, and let it get to where it waits. */
static struct g *start(void (*f)(void *), struct op *o, enum waitReason why) {
  struct g *gp = unit_go(f, o);
  UNIT_UNTIL(unit_parked(gp));
  CHECK(gp->waitreason == why);
  CHECK(gp->waiting != NULL && gp->waiting->c == o->c &&
        !gp->waiting->isSelect);
  return gp;
}

static struct g *start_recv(struct op *o) {
  return start(do_recv, o, waitReasonChanReceive);
}

static struct g *start_send(struct op *o) {
  return start(do_send, o, waitReasonChanSend);
}

static bool quiet(struct hchan *c) {
  return !c->recvq.first && !c->recvq.last && !c->sendq.first && !c->sendq.last;
}

static struct hchan *ints(size_t cap) {
  return goro__makechan(sizeof(int), cap);
}

static void send(struct hchan *c, int v) { goro__chansend1(c, &v); }

static int recv(struct hchan *c) {
  int v = -1;
  CHECK(goro__chanrecv2(c, &v));
  return v;
}

/* ---- making ---- */

struct sizes {
  size_t elemsize, cap;
};

static void make(void *arg) {
  struct sizes *s = arg;
  goro__makechan(s->elemsize, s->cap);
  CHECK(false);
}

static void test_make(void) {
  static const struct sizes good[] = {{0, 0}, {0, 5},    {0, 1 << 30}, {1, 0},
                                      {4, 1}, {1000, 3}, {3, 7}};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    struct hchan *c = goro__makechan(good[i].elemsize, good[i].cap);
    CHECK(goro__chancap(c) == good[i].cap && goro__chanlen(c) == 0);
    CHECK(c->elemsize == good[i].elemsize && !c->closed && quiet(c));
    goro__chanfree(c);
  }
  static struct sizes bad[] = {{SIZE_MAX, 0},     {SIZE_MAX, SIZE_MAX},
                               {1, SIZE_MAX},     {0, SIZE_MAX},
                               {8, SIZE_MAX / 8}, {SIZE_MAX / 2, 2},
                               {SIZE_MAX / 4, 5}, {0x80000000u, 0},
                               {0, 0x80000000u},  {16, SIZE_MAX / 16 - 1}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    CHECK(unit_panics(make, &bad[i], "makechan: size out of range"));
  CHECK(goro__chanlen(NULL) == 0 && goro__chancap(NULL) == 0);
  goro__chanfree(NULL);
}

/* ---- elements of every size ---- */

enum { max_elem = 300 };

struct blob {
  struct hchan *c;
  unsigned char bytes[max_elem + 1];
};

static void blob_fill(struct blob *b, int seed) {
  for (int i = 0; i <= max_elem; i++)
    b->bytes[i] = (unsigned char)(i * 7 + seed);
}

static void blob_send(void *arg) {
  struct blob *b = arg;
  goro__chansend1(b->c, b->bytes);
}

static void blob_recv(void *arg) {
  struct blob *b = arg;
  CHECK(goro__chanrecv2(b->c, b->bytes));
}

/* Exactly size bytes went over. */
static void blob_came(const struct blob *got, size_t size, int seed) {
  struct blob want;
  blob_fill(&want, seed);
  CHECK(memcmp(got->bytes, want.bytes, size) == 0);
  blob_fill(&want, 99);
  CHECK(memcmp(got->bytes + size, want.bytes + size, max_elem + 1 - size) == 0);
}

static void one_size(size_t size, size_t cap, bool receiver_first) {
  static struct blob tx, rx;
  tx.c = rx.c = goro__makechan(size, cap);
  blob_fill(&tx, 5);
  blob_fill(&rx, 99);
  struct g *gp = unit_go(receiver_first ? blob_recv : blob_send,
                         receiver_first ? &rx : &tx);
  UNIT_UNTIL(unit_parked(gp) || unit_status(gp) == Gdead);
  receiver_first ? blob_send(&tx) : blob_recv(&rx);
  UNIT_UNTIL(unit_status(gp) == Gdead);
  blob_came(&rx, size, 5);
  CHECK(quiet(tx.c) && tx.c->qcount == 0);
  goro__chanfree(tx.c);
}

static void test_sizes(void) {
  static const size_t sizes[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 24, 299, 300};
  size_t step = (size_t)unit_much(1, 4);
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i += step)
    for (size_t cap = 0; cap < 3; cap++) {
      one_size(sizes[i], cap, true);
      one_size(sizes[i], cap, false);
    }
}

/* ---- the ring ---- */

static void test_ring(void) {
  struct hchan *c = ints(3);
  int in = 0, out = 0;
  for (int round = 0; round < 20; round++) {
    int n = 1 + round % 3;
    for (int i = 0; i < n; i++) {
      send(c, in++);
      CHECK(goro__chanlen(c) == (size_t)(i + 1));
    }
    for (int i = 0; i < n; i++) CHECK(recv(c) == out++);
  }
  CHECK(c->qcount == 0 && c->sendx == c->recvx);
  lock(&c->lock);
  goro__chan_check(c);
  unlock(&c->lock);
  goro__chanfree(c);
}

/* A receiver that drops its value takes it all the same. */
static void test_drop(void) {
  struct hchan *c = ints(2);
  send(c, 1);
  send(c, 2);
  CHECK(goro__chanrecv2(c, NULL));
  CHECK(recv(c) == 2);
  struct op tx = {.c = c, .value = 5};
  send(c, 3);
  send(c, 4);
  start_send(&tx);
  CHECK(goro__chanrecv2(c, NULL)); /* 3; 5 goes into the buffer */
  CHECK(recv(c) == 4 && recv(c) == 5);
  UNIT_UNTIL(Load(&tx.done));
  goro__chanfree(c);
}

/* ---- waiters ---- */

/* Receivers are served in the order in which they came. */
static void test_recv_fifo(void) {
  for (size_t cap = 0; cap < 2; cap++) {
    struct hchan *c = ints(cap);
    struct op rx[4];
    for (int i = 0; i < 4; i++) {
      rx[i] = (struct op){.c = c, .value = -1};
      start_recv(&rx[i]);
    }
    for (int i = 0; i < 4; i++) {
      send(c, 10 + i);
      CHECK(c->qcount == 0); /* straight to the receiver */
    }
    CHECK(quiet(c));
    UNIT_UNTIL(Load(&rx[0].done) && Load(&rx[1].done) && Load(&rx[2].done) &&
               Load(&rx[3].done));
    for (int i = 0; i < 4; i++) CHECK(rx[i].ok && rx[i].value == 10 + i);
    goro__chanfree(c);
  }
}

/* So are senders; with a buffer what they send comes behind it. */
static void test_send_fifo(void) {
  for (size_t cap = 0; cap < 4; cap++) {
    struct hchan *c = ints(cap);
    int next = 0;
    for (size_t i = 0; i < cap; i++) send(c, next++);
    struct op tx[4];
    for (int i = 0; i < 4; i++) {
      tx[i] = (struct op){.c = c, .value = next++};
      start_send(&tx[i]);
    }
    for (int i = 0; i < next; i++) {
      CHECK(recv(c) == i);
      lock(&c->lock);
      goro__chan_check(c);
      unlock(&c->lock);
    }
    CHECK(quiet(c) && c->qcount == 0);
    UNIT_UNTIL(Load(&tx[0].done) && Load(&tx[1].done) && Load(&tx[2].done) &&
               Load(&tx[3].done));
    goro__chanfree(c);
  }
}

/* The one woken runs next. */
static void test_ready_order(void) {
  if (!unit_in_order()) return;
  struct hchan *c = ints(0);
  struct op rx = {.c = c}, other = {.c = c};
  start_recv(&rx);
  unit_go(do_recv, &other);
  send(c, 1);
  goro__goyield();
  CHECK(rx.done && !other.done);
  send(c, 2);
  UNIT_UNTIL(Load(&other.done));
  goro__chanfree(c);
}

/* ---- without blocking ---- */

static void test_nb_unbuffered(void) {
  struct hchan *c = ints(0);
  int v = 7;
  bool ok = true;
  CHECK(!goro__selectnbsend(c, &v));
  CHECK(!goro__selectnbrecv(c, &v, &ok) && v == 7 && !ok);
  CHECK(!goro__selectnbrecv(c, NULL, NULL) && quiet(c));
  struct op rx = {.c = c}, tx = {.c = c, .value = 8};
  start_recv(&rx);
  CHECK(goro__selectnbsend(c, &v));
  UNIT_UNTIL(Load(&rx.done));
  CHECK(rx.ok && rx.value == 7);
  start_send(&tx);
  CHECK(goro__selectnbrecv(c, &v, &ok) && ok && v == 8);
  UNIT_UNTIL(Load(&tx.done));
  goro__chanfree(c);
}

static void test_nb_buffered(void) {
  struct hchan *c = ints(2);
  int v = 1;
  bool ok;
  CHECK(goro__selectnbsend(c, &v));
  v = 2;
  CHECK(goro__selectnbsend(c, &v));
  CHECK(!goro__selectnbsend(c, &v) && goro__chanlen(c) == 2);
  CHECK(goro__selectnbrecv(c, &v, NULL) && v == 1);
  CHECK(goro__selectnbrecv(c, &v, &ok) && v == 2 && ok);
  CHECK(!goro__selectnbrecv(c, &v, &ok) && v == 2 && !ok);
  goro__chanfree(c);
}

static void nbsend_one(void *c) {
  int v = 1;
  goro__selectnbsend(c, &v);
}

static void test_nb_closed(void) {
  struct hchan *c = ints(1);
  int v = 3;
  bool ok;
  send(c, 3);
  goro__closechan(c);
  CHECK(unit_panics(nbsend_one, c, "send on closed channel"));
  CHECK(!goro__chansend_nb(c, &v));
  v = 0;
  CHECK(goro__selectnbrecv(c, &v, &ok) && v == 3 && ok);
  CHECK(goro__selectnbrecv(c, &v, &ok) && v == 0 && !ok);
  CHECK(goro__selectnbrecv(c, NULL, NULL));
  goro__chanfree(c);
  CHECK(!goro__selectnbsend(NULL, &v));
  ok = true;
  CHECK(!goro__selectnbrecv(NULL, &v, &ok) && !ok);
}

/* ---- close ---- */

static void close_it(void *c) { goro__closechan(c); }

static void send_one(void *c) { send(c, 1); }

static void test_close(void) {
  struct hchan *c = ints(2);
  send(c, 1);
  send(c, 2);
  goro__closechan(c);
  CHECK(unit_panics(close_it, c, "close of closed channel"));
  CHECK(unit_panics(close_it, NULL, "close of nil channel"));
  CHECK(unit_panics(send_one, c, "send on closed channel"));
  CHECK(goro__chanlen(c) == 2);
  CHECK(recv(c) == 1 && recv(c) == 2);
  for (int i = 0; i < 3; i++) {
    int v = 9;
    CHECK(!goro__chanrecv2(c, &v) && v == 0);
    CHECK(!goro__chanrecv2(c, NULL));
  }
  goro__chanfree(c);
}

static void test_close_receivers(void) {
  struct hchan *c = ints(0);
  struct op rx[3];
  for (int i = 0; i < 3; i++) {
    rx[i] = (struct op){.c = c, .value = 9};
    start_recv(&rx[i]);
  }
  goro__closechan(c);
  CHECK(quiet(c));
  UNIT_UNTIL(Load(&rx[0].done) && Load(&rx[1].done) && Load(&rx[2].done));
  for (int i = 0; i < 3; i++) CHECK(!rx[i].ok && rx[i].value == 0);
  goro__chanfree(c);
}

static void send_and_panic(void *arg) {
  struct op *o = arg;
  CHECK(unit_panics(do_send, o, "send on closed channel"));
  Store(&o->panicked, true);
}

/* Senders that wait panic; what was buffered is still there. */
static void test_close_senders(void) {
  struct hchan *c = ints(1);
  struct op tx[3];
  send(c, 5);
  for (int i = 0; i < 3; i++) {
    tx[i] = (struct op){.c = c, .value = i};
    start(send_and_panic, &tx[i], waitReasonChanSend);
  }
  goro__closechan(c);
  UNIT_UNTIL(Load(&tx[0].panicked) && Load(&tx[1].panicked) &&
             Load(&tx[2].panicked));
  for (int i = 0; i < 3; i++) CHECK(!tx[i].done);
  CHECK(recv(c) == 5);
  int v = 1;
  CHECK(!goro__chanrecv2(c, &v) && v == 0);
  goro__chanfree(c);
}

/* ---- free ---- */

/* Who has got the last value, or has closed, may free the channel at once:
 * those that were woken by it have not run yet, but do not touch it. */
static void test_free_at_once(void) {
  for (size_t cap = 0; cap < 2; cap++) {
    struct op o = {.c = ints(cap)};
    if (cap) send(o.c, 1);
    start_send(&o);
    if (cap) CHECK(recv(o.c) == 1);
    CHECK(recv(o.c) == 0);
    goro__chanfree(o.c);
    UNIT_UNTIL(Load(&o.done));

    o = (struct op){.c = ints(cap)};
    start_recv(&o);
    send(o.c, 4);
    goro__chanfree(o.c);
    UNIT_UNTIL(Load(&o.done));
    CHECK(o.ok && o.value == 4);

    o = (struct op){.c = ints(cap), .value = 3};
    start_recv(&o);
    goro__closechan(o.c);
    goro__chanfree(o.c);
    UNIT_UNTIL(Load(&o.done));
    CHECK(!o.ok && o.value == 0);
  }
}

/* ---- nil channels ---- */

static void test_nil(void) {
  static struct op o[2];
  struct g *tx = unit_go(do_send, &o[0]), *rx = unit_go(do_recv, &o[1]);
  UNIT_UNTIL(unit_parked(tx) && unit_parked(rx));
  CHECK(tx->waitreason == waitReasonChanSendNilChan);
  CHECK(rx->waitreason == waitReasonChanReceiveNilChan);
  for (int i = 0; i < 100; i++) goro__Gosched();
  CHECK(!o[0].done && !o[1].done);
}

/* ---- queues of waiters ---- */

/* The queue holds exactly the n sudogs of want. */
static bool waitq_is(const struct waitq *q, struct sudog **want, int n) {
  struct sudog *prev = NULL, *s = q->first;
  for (int i = 0; i < n; i++, prev = s, s = s->next)
    if (s == NULL || s != want[i] || s->prev != prev) return false;
  return s == NULL && q->last == prev;
}

static void test_waitq_remove(void) {
  for (int gone = 0; gone < 4; gone++)
    for (int n = gone + 1; n <= 4; n++) {
      struct waitq q = {NULL, NULL};
      struct sudog s[4] = {{0}}, *left[4];
      int nleft = 0;
      for (int i = 0; i < n; i++) {
        waitq_enqueue(&q, &s[i]);
        if (i != gone) left[nleft++] = &s[i];
      }
      goro__waitq_dequeueSudoG(&q, &s[gone]);
      CHECK(!s[gone].next && !s[gone].prev && waitq_is(&q, left, nleft));
      goro__waitq_dequeueSudoG(&q, &s[gone]); /* it is not there: nothing */
      CHECK(waitq_is(&q, left, nleft));
      for (int i = 0; i < nleft; i++) {
        CHECK(goro__waitq_dequeue(&q) == left[i] && !left[i]->next);
      }
      CHECK(!goro__waitq_dequeue(&q) && waitq_is(&q, NULL, 0));
    }
}

/* A waiter in a select is only had by who sets selectDone. */
static void test_waitq_select(void) {
  static struct g g[2];
  struct waitq q = {NULL, NULL};
  struct sudog s[3] = {{.g = &g[0], .isSelect = true},
                       {.g = &g[1], .isSelect = true},
                       {.g = &g[0]}};
  g[0].selectDone = 1;
  for (int i = 0; i < 3; i++) waitq_enqueue(&q, &s[i]);
  CHECK(goro__waitq_dequeue(&q) == &s[1] && g[1].selectDone == 1);
  CHECK(goro__waitq_dequeue(&q) == &s[2]);
  CHECK(!goro__waitq_dequeue(&q));
}

/* ---- timers' channels ---- */

static void test_drain(void) {
  struct hchan *c = ints(2);
  CHECK(!goro__timerchandrain(c));
  send(c, 1);
  send(c, 2);
  CHECK(goro__timerchandrain(c) && c->qcount == 0);
  CHECK(!goro__timerchandrain(c));
  send(c, 3);
  CHECK(recv(c) == 3);
  goro__chanfree(c);
}

/* ---- a chain: every value crosses all goroutines, in order ---- */

struct link {
  struct hchan *in, *out;
};

static void relay(void *arg) {
  struct link *l = arg;
  int v;
  while (goro__chanrecv2(l->in, &v)) send(l->out, v + 1);
  goro__closechan(l->out);
}

static int nfed;

static void feed(void *c) {
  for (int i = 0; i < nfed; i++) send(c, i);
  goro__closechan(c);
}

static void test_chain(void) {
  enum { n = 20 };
  static struct link l[n];
  struct hchan *c[n + 1];
  for (size_t i = 0; i <= n; i++) c[i] = ints(i % 4);
  for (int i = 0; i < n; i++) {
    l[i] = (struct link){c[i], c[i + 1]};
    unit_go(relay, &l[i]);
  }
  nfed = unit_much(500, 10);
  unit_go(feed, c[0]);
  int v, count = 0;
  while (goro__chanrecv2(c[n], &v)) CHECK(v == n + count++);
  CHECK(count == nfed);
  for (int i = 0; i <= n; i++) goro__chanfree(c[i]);
}

int main(void) {
  test_make();
  test_sizes();
  test_ring();
  test_drop();
  test_recv_fifo();
  test_send_fifo();
  test_ready_order();
  test_nb_unbuffered();
  test_nb_buffered();
  test_nb_closed();
  test_close();
  test_close_receivers();
  test_close_senders();
  test_free_at_once();
  test_nil();
  test_waitq_remove();
  test_waitq_select();
  test_drain();
  test_chain();
  return unit_pass();
}
