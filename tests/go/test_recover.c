/* Copyright 2010 The Go Authors. All rights reserved.
 * Use of this source code is governed by a BSD-style
 * license that can be found in the LICENSE-GO file.
 *
 * Translated from Go's test/recover.go.
 *
 * Test of basic recover functionality. */
#include <goro_scope.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A panic's value, and what recover gives; 0 is nil. */
#define VALUE(n) ((void *)(intptr_t)(n))

static void panic(int n) { goro_panic_value("a value", VALUE(n)); }

static void check(const char *what, bool ok) {
  if (ok) return;
  fprintf(stderr, "%s\n", what);
  abort();
}

/* recover(), as the value of the panic. */
#define RECOVER() recovered_value(goro_token_)
static void *recovered_value(const void *token) {
  goro_panic_info info;
  return goro_recover_in_(token, &info) ? info.value : NULL;
}

/* Go's doubleRecover is a plain function, as this one is no deferred call. */
GORO_DEFERRED(double_recover, v) { *(void **)v = RECOVER(); }

GORO_DEFERRED(must_recover, x) {
  void *v = NULL;
  double_recover(&v);
  check("spurious recover", !v);
  v = RECOVER();
  check("missing recover", v != NULL);
  check("wrong value", v == x);
  check("recover didn't recover", !RECOVER());
}

GORO_DEFERRED(must_not_recover, unused) { check("spurious", !RECOVER()); }

GORO_DEFERRED(without_recover, unused) {
  must_not_recover(NULL); /* because it's a sub-call */
}

GORO_DEFERRED(without_recover_recursive, n) {
  if (!n)
    without_recover_recursive(VALUE(1));
  else
    check("spurious recover (recursive)", !RECOVER());
}

static void test1(void *unused) {
  goro_defer(must_not_recover, unused); /* must_recover will squelch it */
  goro_defer(must_recover, VALUE(1));   /* because of panic below */
  goro_defer(without_recover, unused);
  goro_defer(without_recover_recursive, NULL);
  panic(1);
}

/* The same with calls of blocks. */
static void test1_blocks(void *unused) {
  GORO_DEFER(must_not_recover, unused);
  GORO_DEFER(must_recover, VALUE(1));
  GORO_DEFER(without_recover, unused);
  GORO_DEFER(without_recover_recursive, NULL);
  panic(1);
}

GORO_DEFERRED(squelch, unused) { GORO_RECOVER(); }

static void test3(void *unused) {
  goro_defer(must_not_recover, unused);
  goro_defer(squelch, unused);
  panic(3);
}

/* Run g.  If it panics, return x; else return deflt. */
struct attempt {
  goro_func g;
  void *x, *deflt;
};

GORO_DEFERRED(set_x, attempt) {
  void *v = RECOVER();
  if (v) ((struct attempt *)attempt)->x = v;
}

static void attempt_frame(void *arg) {
  struct attempt *a = arg;
  goro_defer(set_x, a);
  goro_defer(a->g, NULL);
  a->x = a->deflt;
}

static void *attempt(goro_func g, void *deflt) {
  struct attempt a = {g, NULL, deflt};
  goro_call(attempt_frame, &a);
  return a.x;
}

static void panic5(void *unused) {
  (void)unused;
  panic(5);
}

static void nothing(void *unused) { (void)unused; }

static void test5(void *unused) {
  (void)unused;
  check("wrong value", attempt(panic5, VALUE(55)) == VALUE(5));
  check("wrong value", attempt(nothing, VALUE(99)) == VALUE(99));
}

/* A big frame makes a new stack segment. */
GORO_DEFERRED(big, must) {
  volatile int x[20000];
  x[0] = x[19999] = 1;
  bool v = RECOVER() != NULL;
  check("big recover", v == (must != NULL) && x[0] == x[19999]);
}

static void test6(void *unused) {
  goro_defer(big, NULL);
  goro_defer(big, VALUE(1));
  (void)unused;
  panic(6);
}

static bool ok;

static void set_ok(void *unused) {
  (void)unused;
  ok = true;
}

static void test7_frame(void *unused) {
  goro_defer(set_ok, unused);
  goro_defer(must_recover, VALUE(7));
  panic(7);
}

static void test7(void *unused) {
  goro_call(test7_frame, unused);
  check("did not run ok func", ok);
}

/* Go's varargs. */
struct sum {
  int s, a[3];
};

GORO_DEFERRED(varargs, arg) {
  struct sum *sum = arg;
  for (int i = 0; i < 3; i++) sum->s += sum->a[i];
  if (GORO_RECOVER()) sum->s += 100;
}

static void test8a(void *sum) {
  goro_defer(varargs, sum);
  panic(1);
}

static void test8b(void *sum) { goro_defer(varargs, sum); }

static void test8(void *unused) {
  struct sum a = {0, {1, 2, 3}}, b = {0, {4, 5, 6}};
  (void)unused;
  goro_call(test8a, &a);
  goro_call(test8b, &b);
  check("wrong value", a.s == 106 && b.s == 15);
}

/* A frame with a panic and a recover before the one that counts. */
static void badstate_frame(void *unused) {
  goro_defer(squelch, unused);
  panic(112);
}

GORO_DEFERRED(badstate, x) {
  goro_call(badstate_frame, NULL);
  check("missing recover", RECOVER() == x);
}

static void test111(void *unused) {
  (void)unused;
  goro_defer(badstate, VALUE(111));
  panic(111);
}

int main(void) {
  static const goro_func tests[] = {
      test1, test1_blocks, test3, test5, test6, test7, test8, test111,
  };
  for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
    goro_call(tests[i], NULL);
}
