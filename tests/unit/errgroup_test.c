/* errgroup_test.c: groups of tasks.
 *
 * Translated from golang.org/x/sync/errgroup/errgroup_test.go; the functions
 * have Go's names.
 *
 * Copyright 2016 The Go Authors. All rights reserved.
 * Use of this source code is governed by a BSD-style license that can be found
 * in the LICENSE-GO file of tests/go.
 */
#include "unit.h"

#include "api/goro.h"
#include "lib/xsync/xsync.h"

static goro_error err1 = GORO_ERROR("errgroup_test: 1");
static goro_error err2 = GORO_ERROR("errgroup_test: 2");
static goro_error errDoom = GORO_ERROR("group_test: doomed");

static goro_error *just(void *err) { return err; }

static void test_ZeroGroup(void) {
  static goro_error *const cases[][4] = {
      {NULL}, {&err1}, {&err1, NULL}, {&err1, NULL, &err2}};
  for (int i = 0; i < 4; i++) {
    goro_errgroup g = {0};
    goro_error *firstErr = NULL;
    for (int j = 0; j < 3; j++) {
      goro_errgroup_go(&g, just, cases[i][j]);
      if (!firstErr) firstErr = cases[i][j];
      CHECK(goro_errgroup_wait(&g) == firstErr);
    }
    goro_errgroup_free(&g);
  }
}

/* Go's TestWithContext and TestCancelCause. */
static void test_WithContext(bool try) {
  static goro_error *const cases[][2] = {
      {NULL, NULL}, {&errDoom, NULL}, {NULL, &errDoom}};
  for (int i = 0; i < 3; i++) {
    goro_errgroup g;
    goro_context *ctx =
        goro_errgroup_with_context(&g, goro_context_background());
    for (int j = 0; j < 2; j++)
      if (try)
        CHECK(goro_errgroup_try_go(&g, just, cases[i][j]));
      else
        goro_errgroup_go(&g, just, cases[i][j]);
    goro_error *want = i > 0 ? &errDoom : NULL;
    CHECK(goro_errgroup_wait(&g) == want);
    CHECK(goro_chan_try_recv(goro_context_done(ctx), NULL, NULL));
    CHECK(goro_context_err(ctx) == goro_context_canceled);
    CHECK(goro_context_cause(ctx) == (want ? want : goro_context_canceled));
    goro_errgroup_free(&g);
  }
}

static goro_error *sends(void *ch) {
  goro_chan_send(ch, NULL);
  return NULL;
}

static void receive(goro_chan *ch, int n) {
  for (int i = 0; i < n; i++) goro_chan_recv(ch, NULL);
}

static void test_TryGo(void) {
  goro_errgroup g = {0};
  goro_chan *ch = goro_chan_make(0, 0);
  goro_errgroup_set_limit(&g, 42);
  for (int i = 0; i < 42; i++) CHECK(goro_errgroup_try_go(&g, sends, ch));
  CHECK(!goro_errgroup_try_go(&g, sends, ch));
  receive(ch, 42);
  CHECK(goro_errgroup_wait(&g) == NULL);
  CHECK(goro_errgroup_try_go(&g, sends, ch));
  receive(ch, 1);
  goro_errgroup_wait(&g);
  goro_errgroup_set_limit(&g, 1);
  CHECK(goro_errgroup_try_go(&g, sends, ch));
  CHECK(!goro_errgroup_try_go(&g, sends, ch));
  receive(ch, 1);
  goro_errgroup_wait(&g);
  goro_errgroup_set_limit(&g, 0);
  for (int i = 0; i < 100; i++) CHECK(!goro_errgroup_try_go(&g, sends, ch));
  goro_errgroup_wait(&g);
  goro_errgroup_set_limit(&g, -1);
  for (int i = 0; i < 100; i++) CHECK(goro_errgroup_try_go(&g, sends, ch));
  receive(ch, 100);
  goro_errgroup_wait(&g);
  goro_errgroup_free(&g);
  goro_chan_free(ch);
}

enum { limit = 10 };
static int32_t active;

static goro_error *is_active(void *unused) {
  (void)unused;
  bool many = Xadd(&active, 1) > limit;
  goro__Gosched();
  Xadd(&active, -1);
  return many ? &errDoom : NULL;
}

static void test_GoLimit(void) {
  goro_errgroup g = {0};
  goro_errgroup_set_limit(&g, limit);
  for (int i = 0; i < unit_much(1025, 30); i++)
    goro_errgroup_go(&g, is_active, NULL);
  CHECK(goro_errgroup_wait(&g) == NULL && Load(&active) == 0);
  goro_errgroup_free(&g);
}

/* ---- ours ---- */

static void set_limit(void *g) { goro_errgroup_set_limit(g, 5); }
static void set_no_limit(void *g) { goro_errgroup_set_limit(g, -1); }

/* The panic of a limit that is changed too late, and what it leaves. */
static void test_SetLimit(void) {
  static const char late[] =
      "errgroup: modify limit while 12 goroutines in the group are still "
      "active";
  goro_errgroup g = {0};
  goro_chan *ch = goro_chan_make(0, 0);
  for (int limited = 0; limited < 2; limited++) {
    for (int i = 0; i < 12; i++) goro_errgroup_go(&g, sends, ch);
    CHECK(unit_panics(set_limit, &g, late));
    CHECK(unit_panics(set_no_limit, &g, late));
    receive(ch, 12);
    goro_errgroup_wait(&g);
    goro_errgroup_set_limit(&g, 12);
  }
  goro_errgroup_free(&g);
  goro_chan_free(ch);
}

static goro_error *counted(void *text) { return goro_error_new(text); }

/* Errors of the group's own: the first is kept, the others are let go. */
static void test_counted(void) {
  goro_errgroup g;
  goro_context *ctx = goro_errgroup_with_context(&g, goro_context_background());
  for (int i = 0; i < 5; i++) goro_errgroup_go(&g, counted, "counted");
  goro_error *err = goro_error_retain(goro_errgroup_wait(&g));
  CHECK(err == goro_context_cause(ctx) && err->refs_ == 3);
  goro_errgroup_free(&g);
  CHECK(strcmp(err->text, "counted") == 0 && err->refs_ == 1);
  goro_error_release(err);
}

static void note(void *c) { unit_note((int)(intptr_t)c); }

static goro_error *defers(void *ctx) {
  goro_defer(note, (void *)'d');
  if (!goro_context_err(ctx)) unit_note('r');
  return &err1;
}

static void note_canceled(void *unused) {
  (void)unused;
  unit_note('c');
}

/* What a task defers runs before its error counts. */
static void test_defers(void) {
  goro_errgroup g;
  goro_context *ctx = goro_errgroup_with_context(&g, goro_context_background());
  goro_context_func *f = goro_context_after_func(ctx, note_canceled, NULL);
  goro_errgroup_go(&g, defers, ctx);
  CHECK(goro_errgroup_wait(&g) == &err1);
  UNIT_UNTIL(Load(&unit_nlog) == 3);
  CHECK(unit_said("rdc"));
  goro_context_func_free(f);
  goro_errgroup_free(&g);
}

static void recovers(void *unused) {
  (void)unused;
  goro_recover();
}

static goro_error *panics(void *unused) {
  goro_defer(recovers, unused);
  goro_panic("recovered");
  return &err2;
}

static goro_error *exits(void *unused) {
  (void)unused;
  goro_goexit();
  return &err2;
}

/* A task that recovers its own panic, or exits, has no error. */
static void test_ends(void) {
  goro_errgroup g = {0};
  goro_errgroup_set_limit(&g, 1);
  for (int i = 0; i < 3; i++) {
    goro_errgroup_go(&g, panics, NULL);
    goro_errgroup_go(&g, exits, NULL);
  }
  CHECK(goro_errgroup_wait(&g) == NULL);
  goro_errgroup_free(&g);
}

int main(void) {
  test_ZeroGroup();
  test_WithContext(false);
  test_WithContext(true);
  test_TryGo();
  test_GoLimit();
  test_SetLimit();
  test_counted();
  test_defers();
  test_ends();
  UNIT_UNTIL(goro__gcount() == 1);
  return unit_pass();
}
