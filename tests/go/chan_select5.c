/* Copyright 2011 The Go Authors. All rights reserved.
 * Use of this source code is governed by a BSD-style
 * license that can be found in the LICENSE-GO file.
 *
 * After Go's test/chan/select5.go, which generates a program with every
 * variant of a simple select.  Here the variants are selects made at run time.
 *
 * Each test does only one real send or receive at a time; the channel is
 * buffered, so the test is single-goroutine. */
#include <goro.h>
#include <stdio.h>

/* ---- all paths through some logic ----
 *
 * The logic should call choose(n) when it wants to choose between n
 * possibilities.  On successive runs through the logic, choose(n) will return
 * 0, 1, ..., n-1.  The helper maybe() is similar but returns true and then
 * false.  Given a function gen that uses choose and maybe, code can go through
 * all possibilities using
 *
 *     while (next()) gen();
 */

static struct choice {
  int i, n;
} choices[16];
static int nchoices;
static int cp = -1;

static int choose(int n) {
  if (cp >= nchoices) {
    /* never asked this before: start with 0. */
    if (nchoices == sizeof choices / sizeof *choices) goro_panic("choices");
    choices[nchoices++] = (struct choice){0, n};
    cp = nchoices;
    return 0;
  }
  /* otherwise give recorded answer */
  if (n != choices[cp].n) goro_panic("inconsistent choices");
  return choices[cp++].i;
}

static bool maybe(void) { return choose(2) == 0; }

static bool next(void) {
  if (cp < 0) {
    /* start a new round */
    cp = 0;
    return true;
  }
  /* increment last choice sequence */
  cp = nchoices - 1;
  while (cp >= 0 && choices[cp].i == choices[cp].n - 1) cp--;
  if (cp < 0) {
    nchoices = 0;
    return false;
  }
  choices[cp].i++;
  nchoices = cp + 1;
  cp = 0;
  return true;
}

/* ---- the tests ---- */

static goro_chan *c, *nilch, *dummy;
static int n = 1;
static const int one = 1;

static void die(int x) {
  fprintf(stderr, "have %d want %d\n", x, n);
  goro_panic("chan");
}

enum { MAX_CASES = 5 };

/* Some of the cases that are never ready.  Returns how many. */
static int idle(goro_case *some) {
  goro_case all[] = {GORO_SEND(dummy, &one), GORO_RECV(dummy, NULL),
                     GORO_SEND(nilch, &one), GORO_RECV(nilch, NULL)};
  int k = 0;
  for (int i = 0; i < 4; i++)
    if (maybe()) some[k++] = all[i];
  return k;
}

/* Do the real case at some place among idle ones, with or without a
 * default. */
static void run(goro_case real) {
  goro_case cases[MAX_CASES];
  int k = idle(cases);
  int at = choose(k + 1);
  for (int i = k++; i > at; i--) cases[i] = cases[i - 1];
  cases[at] = real;
  int chosen = maybe() ? goro_select_default(cases, k) : goro_select(cases, k);
  if (chosen != at) goro_panic("wrong case");
  if (!real.send && !cases[at].ok) goro_panic("not ok");
}

/* Send n, receive it one way or another, check that they match. */
static void test_recv(void) {
  int x = 0;
  goro_chan_send(c, &n);
  if (maybe())
    goro_chan_recv(c, &x);
  else
    run(GORO_RECV(c, &x));
  if (x != n) die(x);
}

/* Send n one way or another, receive it, check that they match. */
static void test_send(void) {
  int x = 0;
  if (maybe())
    goro_chan_send(c, &n);
  else
    run(GORO_SEND(c, &n));
  goro_chan_recv(c, &x);
  if (x != n) die(x);
}

/* Receive from a closed channel one way or another. */
static void test_closed(void) {
  goro_chan *gone = goro_chan_make(sizeof(int), 0);
  goro_case cases[MAX_CASES];
  int x = 1, at = idle(cases);
  goro_chan_close(gone);
  cases[at] = GORO_RECV(gone, &x);
  int chosen =
      maybe() ? goro_select_default(cases, at + 1) : goro_select(cases, at + 1);
  if (chosen != at || cases[at].ok || x != 0) goro_panic("closed");
  goro_chan_free(gone);
}

/* Test various combinations of non-blocking operations. */
static void test_nonblock(void) {
  goro_case cases[MAX_CASES];
  if (goro_select_default(cases, idle(cases)) != -1)
    goro_panic("not the default");
}

static void run_all(const char *name, void (*test)(void)) {
  int count = 0;
  for (; next(); n++, count++) test();
  printf("%s %d variants\n", name, count);
}

int main(void) {
  c = goro_chan_make(sizeof(int), 1);
  dummy = goro_chan_make(sizeof(int), 0);
  run_all("recv", test_recv);
  run_all("send", test_send);
  run_all("closed", test_closed);
  run_all("nonblock", test_nonblock);
}
