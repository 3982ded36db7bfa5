/* Copyright 2009 The Go Authors. All rights reserved.
 * Use of this source code is governed by a BSD-style
 * license that can be found in the LICENSE-GO file.
 *
 * Translated from Go's test/chan/powser1.go.
 *
 * Test concurrency primitives: power series.
 *
 * Power series package
 * A power series is a channel, along which flow rational
 * coefficients.  A denominator of zero signifies the end.
 * Original code in Newsqueak by Doug McIlroy.
 * See Squinting at Power Series by Doug McIlroy,
 *   https://swtch.com/~rsc/thread/squint.pdf
 *
 * Left out is what Go's test defines and never calls.  As there, nothing is
 * freed: the series go on for ever.  A split that is over still has its
 * channel, which no goroutine knows any more: a leak on purpose.
 *
 * test: env LSAN_OPTIONS=detect_leaks=0 */
#include <goro.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- rationals ---- */

struct rat {
  int64_t num, den;
};

static struct rat zero, one;
static struct rat finis; /* end mark */

static bool end(struct rat u) { return u.den == 0; }

static bool eq(struct rat u, struct rat v) {
  return u.num == v.num && u.den == v.den;
}

static void pr(struct rat u) {
  if (u.den == 1)
    fprintf(stderr, "%lld ", (long long)u.num);
  else
    fprintf(stderr, "%lld/%lld ", (long long)u.num, (long long)u.den);
}

/* Integer gcd; needed for rational arithmetic */
static int64_t gcd(int64_t u, int64_t v) {
  if (u < 0) return gcd(-u, v);
  if (u == 0) return v;
  return gcd(v % u, u);
}

/* Make a rational from two ints and from one int */
static struct rat i2tor(int64_t u, int64_t v) {
  int64_t g = gcd(u, v);
  if (v > 0) return (struct rat){u / g, v / g};
  return (struct rat){-u / g, -v / g};
}

static struct rat itor(int64_t u) { return i2tor(u, 1); }

/* Operations on rationals */
static struct rat add(struct rat u, struct rat v) {
  int64_t g = gcd(u.den, v.den);
  return i2tor(u.num * (v.den / g) + v.num * (u.den / g), u.den * (v.den / g));
}

static struct rat mul(struct rat u, struct rat v) {
  int64_t g1 = gcd(u.num, v.den);
  int64_t g2 = gcd(u.den, v.num);
  return (struct rat){(u.num / g1) * (v.num / g2), (u.den / g2) * (v.den / g1)};
}

static struct rat neg(struct rat u) { return i2tor(-u.num, u.den); }

/* ---- demand channels ---- */

struct dch {
  goro_chan *req; /* of int */
  goro_chan *dat; /* of struct rat */
};

typedef struct dch *PS; /* power series */

struct dch2 {
  PS d[2];
};

static _Atomic int seqno;

static PS mkdch(void) {
  PS d = malloc(sizeof *d);
  d->req = goro_chan_make(sizeof(int), 0);
  d->dat = goro_chan_make(sizeof(struct rat), 0);
  return d;
}

static struct dch2 *mkdch2(void) {
  struct dch2 *d2 = malloc(sizeof *d2);
  d2->d[0] = mkdch();
  d2->d[1] = mkdch();
  return d2;
}

static void await_req(PS out) { goro_chan_recv(out->req, NULL); }

static void send_dat(PS out, struct rat dat) { goro_chan_send(out->dat, &dat); }

static void put(struct rat dat, PS out) {
  await_req(out);
  send_dat(out, dat);
}

static struct rat get(PS in) {
  struct rat dat;
  int request = ++seqno;
  goro_chan_send(in->req, &request);
  goro_chan_recv(in->dat, &dat);
  return dat;
}

struct rat2 {
  struct rat r[2];
};

/* Get one rat from each of 2 demand channels */
static struct rat2 get2(PS in0, PS in1) {
  PS in[] = {in0, in1};
  goro_chan *req[] = {in0->req, in1->req}, *dat[] = {NULL, NULL};
  struct rat2 out;
  for (int n = 4; n > 0; n--) {
    struct rat it;
    int request = ++seqno;
    goro_case cases[] = {
        GORO_SEND(req[0], &request),
        GORO_SEND(req[1], &request),
        GORO_RECV(dat[0], &it),
        GORO_RECV(dat[1], &it),
    };
    int chosen = goro_select(cases, 4), i = chosen % 2;
    if (chosen < 2) {
      dat[i] = in[i]->dat;
      req[i] = NULL;
    } else {
      out.r[i] = it;
      dat[i] = NULL;
    }
  }
  return out;
}

static void copy(PS in, PS out) {
  for (;;) {
    await_req(out);
    send_dat(out, get(in));
  }
}

/* split reads a single demand channel and replicates its
 * output onto two, which may be read at different rates.
 * A process is created at first demand for a rat and dies
 * after the rat has been sent to both outputs.
 *
 * When multiple generations of split exist, the newest
 * will service requests on one channel, which is
 * always renamed to be out[0]; the oldest will service
 * requests on the other channel, out[1].  All generations but the
 * newest hold queued data that has already been sent to
 * out[0].  When data has finally been sent to out[1],
 * a signal on the release-wait channel tells the next newer
 * generation to begin servicing out[1]. */
struct splitter {
  PS in;
  struct dch2 *out;
  goro_chan *wait;
};

static void dosplit(void *arg);

static goro_chan *start_split(PS in, struct dch2 *out) {
  goro_chan *release = goro_chan_make(sizeof(int), 0);
  struct splitter *s = malloc(sizeof *s);
  *s = (struct splitter){in, out, release};
  GORO_GO(dosplit, s);
  return release;
}

static void release_split(goro_chan *release) {
  int token = 0;
  goro_chan_send(release, &token);
}

static void split(PS in, struct dch2 *out) {
  release_split(start_split(in, out));
}

/* Wait for a request of out[0]; if wait comes first, for one of any, which
 * becomes out[0].  Returns whether wait came. */
static bool split_first_request(struct dch2 *out, goro_chan *wait) {
  PS *d = out->d;
  goro_case either[] = {GORO_RECV(d[0]->req, NULL), GORO_RECV(wait, NULL)};
  if (goro_select(either, 2) == 0) return false;
  goro_case both[] = {GORO_RECV(d[0]->req, NULL), GORO_RECV(d[1]->req, NULL)};
  if (goro_select(both, 2) == 1) {
    PS t = d[0];
    d[0] = d[1];
    d[1] = t;
  }
  return true;
}

static void dosplit(void *arg) {
  struct splitter s = *(struct splitter *)arg;
  struct rat dat;
  free(arg);
  bool both = split_first_request(s.out, s.wait);
  int request = ++seqno;
  goro_chan_send(s.in->req, &request);
  goro_chan *release = start_split(s.in, s.out);
  goro_chan_recv(s.in->dat, &dat);
  send_dat(s.out->d[0], dat);
  if (!both) goro_chan_recv(s.wait, NULL);
  await_req(s.out->d[1]);
  send_dat(s.out->d[1], dat);
  release_split(release);
}

/* ---- power series ----
 *
 * Conventions
 * Upper-case for power series.
 * Lower-case for rationals.
 * Input variables: U,V,...
 * Output variables: ...,Y,Z
 *
 * Power-series constructors return channels on which power series flow.  They
 * start an encapsulated generator that puts the terms of the series on the
 * channel. */

struct generator {
  PS U, V, Z;
  struct rat c;
  int n;
};

static struct generator taken(void *arg) {
  struct generator g = *(struct generator *)arg;
  free(arg);
  return g;
}

static PS start(goro_func f, struct generator g) {
  struct generator *own = malloc(sizeof *own);
  g.Z = mkdch();
  *own = g;
  goro_go(f, own);
  return g.Z;
}

/* Make a pair of power series identical to a given power series */
static struct dch2 *Split(PS U) {
  struct dch2 *UU = mkdch2();
  split(U, UU);
  return UU;
}

/* Add two power series */
static void run_Add(void *arg) {
  struct generator g = taken(arg);
  for (;;) {
    await_req(g.Z);
    struct rat2 uv = get2(g.U, g.V);
    if (end(uv.r[0]) && end(uv.r[1])) {
      send_dat(g.Z, finis);
    } else if (end(uv.r[0])) {
      send_dat(g.Z, uv.r[1]);
      copy(g.V, g.Z);
    } else if (end(uv.r[1])) {
      send_dat(g.Z, uv.r[0]);
      copy(g.U, g.Z);
    } else {
      send_dat(g.Z, add(uv.r[0], uv.r[1]));
    }
  }
}

static PS Add(PS U, PS V) {
  return start(run_Add, (struct generator){.U = U, .V = V});
}

/* Multiply a power series by a constant */
static void run_Cmul(void *arg) {
  struct generator g = taken(arg);
  for (;;) {
    await_req(g.Z);
    struct rat u = get(g.U);
    if (end(u)) break;
    send_dat(g.Z, mul(g.c, u));
  }
  send_dat(g.Z, finis);
}

static PS Cmul(struct rat c, PS U) {
  return start(run_Cmul, (struct generator){.U = U, .c = c});
}

/* Subtract */
static PS Sub(PS U, PS V) { return Add(U, Cmul(neg(one), V)); }

static void run_Rep(void *arg) {
  struct generator g = taken(arg);
  for (;;) put(g.c, g.Z);
}

static PS Rep(struct rat c) {
  return start(run_Rep, (struct generator){.c = c});
}

/* Multiply. The algorithm is
 *      let U = u + x*UU
 *      let V = v + x*VV
 *      then UV = u*v + x*(u*VV+v*UU) + x*x*UU*VV */
static PS Mul(PS U, PS V);

static void run_Mul(void *arg) {
  struct generator g = taken(arg);
  await_req(g.Z);
  struct rat2 uv = get2(g.U, g.V);
  if (end(uv.r[0]) || end(uv.r[1])) {
    send_dat(g.Z, finis);
    return;
  }
  send_dat(g.Z, mul(uv.r[0], uv.r[1]));
  struct dch2 *UU = Split(g.U), *VV = Split(g.V);
  PS W = Add(Cmul(uv.r[0], VV->d[0]), Cmul(uv.r[1], UU->d[0]));
  await_req(g.Z);
  send_dat(g.Z, get(W));
  copy(Add(W, Mul(UU->d[1], VV->d[1])), g.Z);
}

static PS Mul(PS U, PS V) {
  return start(run_Mul, (struct generator){.U = U, .V = V});
}

/* Differentiate */
static void run_Diff(void *arg) {
  struct generator g = taken(arg);
  await_req(g.Z);
  struct rat u = get(g.U);
  for (int i = 1; !end(u); i++) {
    u = get(g.U);
    if (end(u)) break;
    send_dat(g.Z, mul(itor(i), u));
    await_req(g.Z);
  }
  send_dat(g.Z, finis);
}

static PS Diff(PS U) { return start(run_Diff, (struct generator){.U = U}); }

/* Integrate, with const of integration */
static void run_Integ(void *arg) {
  struct generator g = taken(arg);
  bool done = false;
  put(g.c, g.Z);
  for (int i = 1; !done; i++) {
    await_req(g.Z);
    struct rat u = get(g.U);
    done = end(u);
    send_dat(g.Z, mul(i2tor(1, i), u));
  }
  send_dat(g.Z, finis);
}

static PS Integ(struct rat c, PS U) {
  return start(run_Integ, (struct generator){.U = U, .c = c});
}

/* Exponential of a power series with constant term 0
 * (nonzero constant term would make nonrational coefficients)
 * bug: the constant term is simply ignored
 *      Z = exp(U)
 *      DZ = Z*DU
 *      integrate to get Z */
static PS Exp(PS U) {
  struct dch2 *ZZ = mkdch2();
  split(Integ(one, Mul(ZZ->d[0], Diff(U))), ZZ);
  return ZZ->d[1];
}

/* Monomial Substitution: U(c x^n)
 * Each Ui is multiplied by c^i and followed by n-1 zeros */
static void run_MonSubst(void *arg) {
  struct generator g = taken(arg);
  struct rat c = one;
  for (;;) {
    await_req(g.Z);
    struct rat u = get(g.U);
    send_dat(g.Z, mul(u, c));
    c = mul(c, g.c);
    if (end(u)) break;
    for (int i = 1; i < g.n; i++) put(zero, g.Z);
  }
  send_dat(g.Z, finis);
}

static PS MonSubst(PS U, struct rat c, int n) {
  return start(run_MonSubst, (struct generator){.U = U, .c = c, .n = n});
}

/* ---- the test ---- */

static PS Ones, Twos;

static void check(PS U, struct rat c, int count, const char *str) {
  for (int i = 0; i < count; i++) {
    struct rat r = get(U);
    if (eq(r, c)) continue;
    fprintf(stderr, "got: ");
    pr(r);
    fprintf(stderr, "should get ");
    pr(c);
    fprintf(stderr, "\n");
    goro_panic(str);
  }
}

enum { N = 10 };

static void checka(PS U, const struct rat *a, const char *str) {
  for (int i = 0; i < N; i++) check(U, a[i], 1, str);
}

static void check_series(void) {
  struct rat a[N];
  for (int i = 0; i < N; i++) a[i] = itor(i + 1);
  checka(Diff(Ones), a, "Diff"); /* 1 2 3 4 5 */

  a[0] = zero; /* integration constant */
  for (int i = 1; i < N; i++) a[i] = i2tor(1, i);
  checka(Integ(zero, Ones), a, "Integ"); /* 0 1 1/2 1/3 1/4 1/5 */

  check(Cmul(neg(one), Twos), itor(-2), 10, "CMul"); /* -1 -1 -1 -1 -1 */
  check(Sub(Ones, Twos), itor(-1), 0, "Sub Ones Twos");

  for (int i = 0; i < N; i++) a[i] = itor(i + 1);
  checka(Mul(Ones, Ones), a, "Mul"); /* 1 2 3 4 5 */

  for (int i = 0, c = 1; i < N; i++) {
    a[i] = i % 2 == 0 ? zero : i2tor(c, i);
    if (i % 2 != 0) c *= -1;
  }
  checka(Integ(zero, MonSubst(Ones, neg(one), 2)), a, "ATan");
  /* 0 1 0 -1/3 0 1/5 */
}

static void check_exp(void) {
  const struct rat a[N] = {
      itor(1),
      itor(1),
      i2tor(3, 2),
      i2tor(13, 6),
      i2tor(73, 24),
      i2tor(167, 40),
      i2tor(4051, 720),
      i2tor(37633, 5040),
      i2tor(43817, 4480),
      i2tor(4596553, 362880),
  };
  checka(Exp(Ones), a, "Exp"); /* 1 1 3/2 13/6 73/24 */
}

int main(void) {
  zero = itor(0);
  one = itor(1);
  finis = i2tor(1, 0);
  Ones = Rep(one);
  Twos = Rep(itor(2));
  check(Ones, one, 5, "Ones");
  check(Add(Ones, Ones), itor(2), 0, "Add Ones Ones"); /* 1 1 1 1 1 */
  check(Add(Ones, Twos), itor(3), 0, "Add Ones Twos"); /* 3 3 3 3 3 */
  check_series();
  check_exp();
}
