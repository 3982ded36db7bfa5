/* select_test.c: one commit, clean losers, fair choice, many cases. */
#include "unit.h"

#include "base/rand.h"
#include "wait/select.h"

static struct hchan *ints(size_t cap) {
  return goro__makechan(sizeof(int), cap);
}

static void send(struct hchan *c, int v) { goro__chansend1(c, &v); }

static bool quiet(struct hchan *c) {
  return !c->recvq.first && !c->recvq.last && !c->sendq.first && !c->sendq.last;
}

static struct scase on_send(struct hchan *c, void *elem) {
  return (struct scase){.c = c, .elem = elem, .send = true};
}

static struct scase on_recv(struct hchan *c, void *elem) {
  return (struct scase){.c = c, .elem = elem};
}

/* ---- goroutines that select ---- */

struct sel {
  struct scase *cases;
  int n;
  int got;
  bool done;
};

static void do_select(void *arg) {
  struct sel *s = arg;
  s->got = goro__selectgo(s->cases, s->n, true);
  Store(&s->done, true);
}

static struct g *start(struct sel *s) {
  s->done = false;
  struct g *gp = unit_go(do_select, s);
  UNIT_UNTIL(unit_parked(gp));
  CHECK(gp->waitreason == waitReasonSelect);
  return gp;
}

/* Invariant 2, and nothing left in the G that would disturb its next wait. */
static void check_clean(struct g *gp, struct hchan **c, int n) {
  for (int i = 0; i < n; i++) CHECK(quiet(c[i]));
  CHECK(gp->waiting == NULL && gp->selectDone == 0);
}

/* ---- without waiting ---- */

static void test_default(void) {
  struct hchan *c = ints(1), *d = ints(0);
  int v = 1, w = 7;
  struct scase k[] = {on_recv(c, &w), on_recv(d, &w), on_send(d, &v)};
  CHECK(goro__selectgo(k, 3, false) == -1 && w == 7);
  CHECK(quiet(c) && quiet(d));
  CHECK(goro__selectgo(k, 0, false) == -1);
  CHECK(goro__selectgo(NULL, 0, false) == -1);
  struct scase s[] = {on_send(c, &v)};
  CHECK(goro__selectgo(s, 1, false) == 0 && c->qcount == 1 && !s[0].ok);
  CHECK(goro__selectgo(s, 1, false) == -1);
  CHECK(goro__selectgo(k, 3, false) == 0 && w == 1 && k[0].ok);
  goro__chanfree(c);
  goro__chanfree(d);
}

static void test_nil(void) {
  struct hchan *c = ints(1);
  int v = 4, w = 0;
  struct scase all_nil[] = {on_recv(NULL, &w), on_send(NULL, &v)};
  CHECK(goro__selectgo(all_nil, 2, false) == -1);
  struct scase k[] = {on_recv(NULL, &w), on_send(NULL, &v), on_send(c, &v),
                      on_recv(NULL, &w)};
  for (int i = 0; i < 100; i++) {
    CHECK(goro__selectgo(k, 4, i % 2) == 2);
    CHECK(goro__chanrecv2(c, &w) && w == 4);
  }
  goro__chanfree(c);
}

/* A closed channel is ready: with a zero, or, to send on, with a panic. */
static void select_one(void *k) { goro__selectgo(k, 1, true); }

static void test_closed(void) {
  struct hchan *c = ints(2);
  int w = 9;
  send(c, 5);
  goro__closechan(c);
  struct scase k[] = {on_recv(c, &w)}, drop[] = {on_recv(c, NULL)};
  struct scase s[] = {on_send(c, &w)};
  CHECK(goro__selectgo(k, 1, true) == 0 && w == 5 && k[0].ok);
  CHECK(goro__selectgo(k, 1, true) == 0 && w == 0 && !k[0].ok);
  CHECK(goro__selectgo(drop, 1, false) == 0 && !drop[0].ok);
  CHECK(unit_panics(select_one, s, "send on closed channel"));
  goro__chanfree(c);
}

struct range {
  int n;
};

static void select_n(void *arg) {
  struct scase none[1] = {{0}};
  goro__selectgo(none, ((struct range *)arg)->n, false);
}

static void test_range(void) {
  static struct range bad[] = {
      {-1}, {INT32_MIN}, {SELECT_MAX + 1}, {INT32_MAX}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    CHECK(
        unit_panics(select_n, &bad[i], "select: number of cases out of range"));
}

/* ---- orders ---- */

enum { nchan = 100 };

static struct hchan *chans[nchan];

static void chans_make(size_t cap) {
  for (int i = 0; i < nchan; i++) chans[i] = ints(cap);
}

static void chans_free(void) {
  for (int i = 0; i < nchan; i++) goro__chanfree(chans[i]);
}

/* pollorder has each case with a channel once, lockorder has them by address,
 * whatever was in the fields before. */
static void check_orders(struct scase *k, int n, int with_chan) {
  static uint8_t seen[2][300];
  memset(seen, 0, sizeof seen);
  for (int i = 0; i < with_chan; i++) {
    int p = k[i].pollorder, l = k[i].lockorder;
    CHECK(p < n && l < n && k[p].c && k[l].c);
    CHECK(!seen[0][p]++ && !seen[1][l]++);
    if (i > 0) CHECK(k[k[i - 1].lockorder].c <= k[l].c);
  }
}

static void test_orders(void) {
  static struct scase k[300];
  int w;
  chans_make(0);
  for (int n = 0; n <= 300; n += n < 30 ? 1 : 45) {
    int with_chan = 0;
    for (int i = 0; i < n; i++) {
      bool nil = unit_rand(6) == 0;
      k[i] = on_recv(nil ? NULL : chans[unit_rand(nchan)], &w);
      k[i].pollorder = (uint16_t)unit_rand(65536);
      k[i].lockorder = (uint16_t)unit_rand(65536);
      if (!nil) with_chan++;
    }
    CHECK(goro__selectgo(k, n, false) == -1);
    check_orders(k, n, with_chan);
  }
  chans_free();
}

/* ---- fair choice ---- */

/* Chi-square statistic of n counts that should be equal. */
static double chi_square(const uint32_t *count, int n) {
  double total = 0, sum = 0;
  for (int i = 0; i < n; i++) total += count[i];
  for (int i = 0; i < n; i++) {
    double d = count[i] - total / n;
    sum += d * d;
  }
  return sum * n / total;
}

/* Quantiles of 1 - 10^-6: with a right choice, above once in a million seeds,
 * and the seed is fixed. */
static double chi_limit(int df) {
  switch (df) {
  case 1:
    return 23.93;
  case 2:
    return 27.63;
  case 3:
    return 30.66;
  case 4:
    return 33.38;
  case 11:
    return 50.0;
  default:
    return 56.5; /* 15 */
  }
}

/* Of n cases on the channels of c, some without one, each that is ready is
 * chosen as often. */
static void uniform(struct scase *k, int n, const bool *ready, bool block) {
  uint32_t count[16] = {0}, of_ready[16] = {0};
  int nready = 0;
  int rounds = unit_much(1000, 5) * n;
  for (int i = 0; i < rounds; i++) {
    int got = goro__selectgo(k, n, block);
    CHECK(got >= 0 && got < n && ready[got]);
    count[got]++;
    if (!k[got].send) {
      int v = 0;
      goro__chansend1(k[got].c, &v);
    } else {
      goro__chanrecv2(k[got].c, NULL);
    }
  }
  for (int i = 0; i < n; i++)
    if (ready[i]) of_ready[nready++] = count[i];
  if (unit_seeded_ms()) return; /* too few, and of several generators */
  CHECK(chi_square(of_ready, nready) < chi_limit(nready - 1));
}

/* n cases, half of them sends; those in unready are not ready. */
static void uniform_mixed(int n, uint32_t unready, bool block) {
  struct scase k[16];
  struct hchan *c[16];
  bool ready[16] = {false};
  int v = 1;
  for (int i = 0; i < n; i++) {
    bool is_send = i % 2;
    ready[i] = !(unready & 1u << i);
    c[i] = ints(1);
    if (is_send != ready[i]) send(c[i], 1);
    k[i] = is_send ? on_send(c[i], &v) : on_recv(c[i], &v);
  }
  uniform(k, n, ready, block);
  for (int i = 0; i < n; i++) goro__chanfree(c[i]);
}

/* The same channel in several cases: the cases are equal, not the channels. */
static void uniform_same(void) {
  struct hchan *c = ints(1), *d = ints(1);
  struct scase k[4];
  bool ready[4] = {true, true, true, true};
  int v;
  send(c, 1);
  send(d, 1);
  for (int i = 0; i < 4; i++) k[i] = on_recv(i < 3 ? c : d, &v);
  uniform(k, 4, ready, true);
  goro__chanfree(c);
  goro__chanfree(d);
}

static void test_uniform(void) {
  goro__randinit(20240517);
  uniform_mixed(2, 0, true);
  uniform_mixed(3, 0, true);
  uniform_mixed(4, 0, false);
  uniform_mixed(5, 0, true);
  uniform_mixed(12, 0, false);
  uniform_mixed(16, 0, true);    /* sorted as a heap */
  uniform_mixed(6, 0x1, true);   /* not the first */
  uniform_mixed(6, 0x20, true);  /* not the last */
  uniform_mixed(8, 0xaa, false); /* no send */
  uniform_mixed(16, 0xfff, true);
  uniform_same();
}

/* The test of uniformity must be able to fail: an order that is not shuffled,
 * but starts at a random place, favours what follows an unready case. */
static void test_chi_square(void) {
  uint32_t even[4] = {1000, 1010, 990, 1000}, odd[4] = {1000, 1500, 750, 750};
  CHECK(chi_square(even, 4) < chi_limit(3));
  CHECK(chi_square(odd, 4) > chi_limit(3));
}

/* ---- waiting ---- */

/* Whichever channel fires, that case is returned, and all are left. */
static void test_each_fires(void) {
  struct hchan *c[3] = {ints(0), ints(0), ints(0)};
  for (int i = 0; i < 3; i++) {
    int v[3] = {-1, -1, -1};
    struct scase k[3];
    for (int j = 0; j < 3; j++) k[j] = on_recv(c[j], &v[j]);
    struct sel s = {k, 3, -1, false};
    struct g *gp = start(&s);
    int nwaiting = 0;
    for (struct sudog *sg = gp->waiting; sg; sg = sg->waitlink) {
      CHECK(sg->isSelect && sg->g == gp);
      if (sg->waitlink) CHECK(sg->c < sg->waitlink->c); /* invariant 3 */
      nwaiting++;
    }
    CHECK(nwaiting == 3);
    send(c[i], 10 + i);
    UNIT_UNTIL(Load(&s.done));
    CHECK(s.got == i && k[i].ok && v[i] == 10 + i);
    for (int j = 0; j < 3; j++) CHECK(j == i || (v[j] == -1 && !k[j].ok));
    check_clean(gp, c, 3);
  }
  for (int i = 0; i < 3; i++) goro__chanfree(c[i]);
}

/* Between the waker and the select's own run nobody else gets through: one
 * commit.  The losers still hold its sudogs then. */
static void test_one_commit(void) {
  if (!unit_one_m()) return;
  struct hchan *c[2] = {ints(0), ints(0)};
  int v[2] = {-1, -1}, x = 5, w;
  struct scase k[] = {on_recv(c[0], &v[0]), on_recv(c[1], &v[1])};
  struct sel s = {k, 2, -1, false};
  struct g *gp = start(&s);
  CHECK(goro__selectnbsend(c[0], &x));
  CHECK(!goro__selectnbsend(c[0], &x) && !goro__selectnbsend(c[1], &x));
  goro__closechan(c[1]);
  UNIT_UNTIL(Load(&s.done));
  CHECK(s.got == 0 && v[0] == 5 && v[1] == -1);
  check_clean(gp, c, 2);
  goro__chanfree(c[0]);
  goro__chanfree(c[1]);

  c[0] = ints(0);
  c[1] = ints(0);
  k[0] = on_send(c[0], &x);
  k[1] = on_send(c[1], &x);
  gp = start(&s);
  CHECK(goro__selectnbrecv(c[1], &w, NULL) && w == 5);
  CHECK(!goro__selectnbrecv(c[0], &w, NULL));
  UNIT_UNTIL(Load(&s.done));
  CHECK(s.got == 1 && !k[1].ok);
  check_clean(gp, c, 2);
  goro__chanfree(c[0]);
  goro__chanfree(c[1]);
}

static void test_woken_by_close(void) {
  struct hchan *c[2] = {ints(0), ints(0)};
  int v[2] = {8, 8};
  struct scase k[] = {on_recv(c[0], &v[0]), on_recv(c[1], &v[1])};
  struct sel s = {k, 2, -1, false};
  struct g *gp = start(&s);
  goro__closechan(c[1]);
  UNIT_UNTIL(Load(&s.done));
  CHECK(s.got == 1 && !k[1].ok && v[1] == 0 && v[0] == 8);
  check_clean(gp, c, 2);
  goro__chanfree(c[0]);
  goro__chanfree(c[1]);
}

static struct sel panicking;
static bool panicked;

static void select_and_panic(void *arg) {
  CHECK(unit_panics(do_select, arg, "send on closed channel"));
  Store(&panicked, true);
}

static void test_send_woken_by_close(void) {
  struct hchan *c[2] = {ints(0), ints(0)};
  int v = 8;
  struct scase k[] = {on_send(c[0], &v), on_send(c[1], &v)};
  panicking = (struct sel){k, 2, -1, false};
  struct g *gp = unit_go(select_and_panic, &panicking);
  UNIT_UNTIL(unit_parked(gp));
  goro__closechan(c[0]);
  UNIT_UNTIL(Load(&panicked));
  CHECK(!panicking.done);
  check_clean(gp, c, 2);
  goro__chanfree(c[0]);
  goro__chanfree(c[1]);
}

/* No cases, and no channel in any of them: for ever. */
static void test_for_ever(void) {
  static struct scase nils[2];
  static struct sel none = {NULL, 0, 0, false}, nil = {nils, 2, 0, false};
  struct g *g1 = unit_go(do_select, &none), *g2 = unit_go(do_select, &nil);
  UNIT_UNTIL(unit_parked(g1) && unit_parked(g2));
  CHECK(g1->waitreason == waitReasonSelectNoCases);
  CHECK(g2->waitreason == waitReasonSelectNoCases);
}

/* ---- the same channel more than once ---- */

static void test_same_twice(void) {
  struct hchan *c = ints(0);
  int a = -1, b = -1;
  struct scase k[] = {on_recv(c, &a), on_recv(c, &b)};
  struct sel s = {k, 2, -1, false};
  for (int i = 0; i < 20; i++) {
    a = b = -1;
    struct g *gp = start(&s);
    send(c, i);
    UNIT_UNTIL(Load(&s.done));
    CHECK((s.got == 0 ? a : b) == i && (s.got == 0 ? b : a) == -1);
    check_clean(gp, &c, 1);
  }
  goro__chanfree(c);
}

/* A select does not meet itself, but another goroutine on either end. */
static void test_send_and_recv(void) {
  struct hchan *c = ints(0);
  int v = 6, w = -1;
  struct scase k[] = {on_send(c, &v), on_recv(c, &w)};
  struct sel s = {k, 2, -1, false};
  CHECK(goro__selectgo(k, 2, false) == -1 && w == -1);
  struct g *gp = start(&s);
  send(c, 7);
  UNIT_UNTIL(Load(&s.done));
  CHECK(s.got == 1 && w == 7);
  check_clean(gp, &c, 1);
  gp = start(&s);
  CHECK(goro__chanrecv2(c, &w) && w == 6);
  UNIT_UNTIL(Load(&s.done));
  CHECK(s.got == 0);
  check_clean(gp, &c, 1);
  goro__chanfree(c);
}

/* Two selects over the same two channels meet, each in one case. */
static void test_select_meets_select(void) {
  struct hchan *c[2] = {ints(0), ints(0)};
  for (int i = 0; i < 50; i++) {
    int v = i, w[2] = {-1, -1};
    struct scase rx[] = {on_recv(c[0], &w[0]), on_recv(c[1], &w[1])};
    struct scase tx[] = {on_send(c[1], &v), on_send(c[0], &v)};
    struct sel s = {rx, 2, -1, false};
    struct g *gp = start(&s);
    int sent = goro__selectgo(tx, 2, true);
    UNIT_UNTIL(Load(&s.done));
    CHECK(s.got == 1 - sent && w[s.got] == i && w[1 - s.got] == -1);
    check_clean(gp, c, 2);
  }
  goro__chanfree(c[0]);
  goro__chanfree(c[1]);
}

/* ---- many ---- */

/* More distinct channels than the record of held locks has room for. */
static void test_hundred(void) {
  static struct scase k[nchan];
  static int v[nchan];
  struct sel s = {k, nchan, -1, false};
  chans_make(0);
  int rounds = unit_much(20, 2);
  for (int round = 0; round < rounds; round++) {
    int n = 60 + 2 * round;
    s.n = n;
    for (int i = 0; i < n; i++) k[i] = on_recv(chans[i], &v[i]);
    struct g *gp = start(&s);
    int i = (int)unit_rand((uint32_t)n);
    send(chans[i], round);
    UNIT_UNTIL(Load(&s.done));
    CHECK(s.got == i && v[i] == round);
    check_clean(gp, chans, nchan);
  }
  chans_free();
}

static struct scase most[SELECT_MAX];

/* 65,536 cases, the same and distinct channels; the last one is chosen too. */
static void test_most(void) {
  struct hchan *c = ints(1);
  int v, n = unit_much(SELECT_MAX, 70);
  for (int i = 0; i < n; i++) most[i] = on_recv(c, &v);
  CHECK(goro__selectgo(most, n, false) == -1);
  for (int i = 0; i < n - 1; i++) most[i].c = NULL;
  send(c, 3);
  CHECK(goro__selectgo(most, n, true) == n - 1 && v == 3);

  for (int i = 0; i < n; i++) most[i].c = ints(0);
  struct sel s = {most, n, -1, false};
  const int fire[] = {0, n - 1, n / 2};
  for (size_t i = 0; i < sizeof fire / sizeof *fire; i++) {
    start(&s);
    send(most[fire[i]].c, 11);
    UNIT_UNTIL(Load(&s.done));
    CHECK(s.got == fire[i] && v == 11);
  }
  for (int i = 0; i < n; i++) {
    CHECK(quiet(most[i].c));
    goro__chanfree(most[i].c);
  }
  goro__chanfree(c);
}

int main(void) {
  test_default();
  test_nil();
  test_closed();
  test_range();
  test_orders();
  test_chi_square();
  test_uniform();
  test_each_fires();
  test_one_commit();
  test_woken_by_close();
  test_send_woken_by_close();
  test_for_ever();
  test_same_twice();
  test_send_and_recv();
  test_select_meets_select();
  test_hundred();
  test_most();
  return unit_pass();
}
