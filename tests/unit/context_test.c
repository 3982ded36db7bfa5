/* context_test.c: contexts, and what is inside them.
 *
 * Translated from Go's context/context_test.go and x_test.go, as far as what
 * they test is there; the functions have Go's names.
 *
 * Copyright 2014 The Go Authors. All rights reserved.
 * Use of this source code is governed by a BSD-style license that can be found
 * in the LICENSE-GO file of tests/go.
 */
#include "unit.h"

#include "api/goro.h"
#include "lib/context/context.h"

#define INNER(ctx) ((struct Context *)(ctx))
#define CANCEL_OF(ctx) (INNER(ctx)->cancel)

static goro_error parentCause = GORO_ERROR("parentCause");
static goro_error childCause = GORO_ERROR("childCause");
static goro_error tooSlow = GORO_ERROR("tooSlow");

static goro_context *bg(void) { return goro_context_background(); }

static bool is_done(goro_context *ctx) {
  return goro_chan_try_recv(goro_context_done(ctx), NULL, NULL);
}

static int nchildren(goro_context *ctx) {
  int n = 0;
  struct cancelCtx *c = CANCEL_OF(ctx)->children;
  for (; c; c = c->next) {
    CHECK(*c->prevp == c && c->attached == 1);
    CHECK(c->base.parent->cancel == CANCEL_OF(ctx));
    n++;
  }
  return n;
}

static bool is_child(goro_context *ctx, struct cancelCtx *child) {
  struct cancelCtx *c = CANCEL_OF(ctx)->children;
  while (c && c != child) c = c->next;
  return c != NULL;
}

static void never(void *unused) {
  (void)unused;
  CHECK(!"called");
}

static void close_it(void *c) { goro_chan_close(c); }

/* ---- context_test.go ---- */

static void check_canceled(goro_context *ctx) {
  CHECK(is_done(ctx));
  CHECK(goro_context_err(ctx) == goro_context_canceled);
  CHECK(goro_context_cause(ctx) == goro_context_canceled);
}

static void test_ParentFinishesChild(void) {
  static int key;
  goro_chan *called = goro_chan_make(0, 0);
  goro_context *parent = goro_context_with_cancel(bg());
  goro_context *cancelChild = goro_context_with_cancel(parent);
  goro_context *valueChild = goro_context_with_value(parent, &key, &key);
  goro_context *timerChild =
      goro_context_with_timeout(valueChild, 1000 * GORO_HOUR);
  goro_context_func *after = goro_context_after_func(parent, close_it, called);
  CHECK(!is_done(parent) && !is_done(cancelChild));
  CHECK(!is_done(valueChild) && !is_done(timerChild));
  CHECK(nchildren(parent) == 3);
  CHECK(is_child(parent, CANCEL_OF(cancelChild)));
  CHECK(is_child(parent, CANCEL_OF(timerChild)));
  CHECK(is_child(parent, (struct cancelCtx *)after));

  goro_context_cancel(parent);
  CHECK(nchildren(parent) == 0);
  check_canceled(parent);
  check_canceled(cancelChild);
  check_canceled(valueChild);
  check_canceled(timerChild);
  CHECK(!goro_chan_recv(called, NULL));
  goro_context *precanceled = goro_context_with_value(parent, &key, NULL);
  check_canceled(precanceled);

  goro_context_func_free(after);
  goro_context_release(parent);
  goro_context_release(timerChild);
  goro_context_release(cancelChild);
  goro_context_release(valueChild);
  goro_context_release(precanceled);
  goro_chan_free(called);
}

static void test_ChildFinishesFirst(void) {
  goro_context *cancelable = goro_context_with_cancel(bg());
  goro_context *parents[] = {bg(), cancelable};
  for (int i = 0; i < 2; i++) {
    goro_context *child = goro_context_with_cancel(parents[i]);
    CHECK(!is_done(child));
    CHECK(INNER(child)->parent == INNER(parents[i]));
    if (i == 1)
      CHECK(nchildren(cancelable) == 1 &&
            is_child(cancelable, CANCEL_OF(child)));
    goro_context_cancel(child);
    if (i == 1) CHECK(nchildren(cancelable) == 0 && !is_done(cancelable));
    check_canceled(child);
    CHECK(goro_context_err(parents[i]) == NULL);
    goro_context_release(child);
  }
  goro_context_release(cancelable);
}

static void test_CancelRemoves(void) {
  goro_context *ctx = goro_context_with_cancel(bg());
  goro_context *child = goro_context_with_cancel(ctx);
  CHECK(nchildren(ctx) == 1);
  goro_context_cancel(child);
  CHECK(nchildren(ctx) == 0);
  goro_context_release(child);

  child = goro_context_with_timeout(ctx, GORO_HOUR);
  CHECK(nchildren(ctx) == 1 && INNER(child)->refs == 2);
  goro_context_cancel(child);
  CHECK(nchildren(ctx) == 0 && INNER(child)->refs == 1);
  goro_context_release(child);

  goro_context_func *stop = goro_context_after_func(ctx, never, NULL);
  CHECK(nchildren(ctx) == 1);
  CHECK(goro_context_func_stop(stop));
  CHECK(nchildren(ctx) == 0);
  CHECK(!goro_context_func_stop(stop));
  goro_context_func_free(stop);

  /* Ours: releasing removes as well, a stopped function or not. */
  child = goro_context_with_cancel(ctx);
  goro_context_release(child);
  CHECK(nchildren(ctx) == 0);
  stop = goro_context_after_func(ctx, never, NULL);
  goro_context_func_free(stop);
  CHECK(nchildren(ctx) == 0 && INNER(ctx)->refs == 1);
  goro_context_release(ctx);
}

/* ---- x_test.go ---- */

static void test_Background(void) {
  goro_context *all[] = {bg(), goro_context_todo()};
  CHECK(all[0] != all[1]);
  for (int i = 0; i < 2; i++) {
    goro_time d;
    CHECK(goro_context_done(all[i]) == NULL && !is_done(all[i]));
    CHECK(goro_context_err(all[i]) == NULL);
    CHECK(goro_context_cause(all[i]) == NULL);
    CHECK(!goro_context_deadline(all[i], &d));
    CHECK(goro_context_value(all[i], &d) == NULL);
    CHECK(goro_context_retain(all[i]) == all[i]);
    goro_context_release(all[i]);
    goro_context_release(all[i]);
  }
}

static void test_WithCancel(void) {
  goro_context *c1 = goro_context_with_cancel(bg());
  goro_context *o = goro_context_with_value(c1, &c1, NULL);
  goro_context *c2 = goro_context_with_cancel(o);
  goro_context *all[] = {c1, o, c2};
  for (int i = 0; i < 3; i++) {
    CHECK(goro_context_done(all[i]) != NULL && !is_done(all[i]));
    CHECK(goro_context_done(all[i]) == goro_context_done(all[i]));
    CHECK(goro_context_err(all[i]) == NULL);
  }
  goro_context_cancel(c1);
  goro_context_cancel(c1);
  for (int i = 0; i < 3; i++) {
    check_canceled(all[i]);
    goro_context_release(all[i]);
  }
}

static void test_deadline_of(goro_context *c, goro_context *above) {
  goro_chan_recv(goro_context_done(c), NULL);
  CHECK(goro_context_err(c) == goro_context_deadline_exceeded);
  CHECK(goro_context_cause(c) == goro_context_deadline_exceeded);
  goro_context_release(c);
  goro_context_release(above);
}

static void test_Deadline(void) {
  goro_time t = goro_now() + GORO_MILLISECOND, d = 0;
  goro_context *c = goro_context_with_deadline(bg(), t);
  CHECK(goro_context_deadline(c, &d) && d == t);
  test_deadline_of(c, NULL);

  goro_context *outer = goro_context_with_deadline(bg(), t);
  c = goro_context_with_deadline(outer, t + 1000 * GORO_HOUR);
  CHECK(INNER(c)->kind == cancelCtxKind);
  CHECK(goro_context_deadline(c, &d) && d == t);
  test_deadline_of(c, outer);

  test_deadline_of(goro_context_with_deadline(bg(), goro_now()), NULL);
  test_deadline_of(goro_context_with_deadline(bg(), goro_now() - 1), NULL);
  test_deadline_of(goro_context_with_deadline(bg(), INT64_MIN), NULL);
  test_deadline_of(goro_context_with_timeout(bg(), GORO_MILLISECOND), NULL);
  test_deadline_of(goro_context_with_timeout(bg(), INT64_MIN), NULL);
  UNIT_UNTIL(goro__gcount() == 1);
}

static void test_CanceledTimeout(void) {
  goro_context *outer = goro_context_with_timeout(bg(), INT64_MAX);
  goro_context *c = goro_context_with_timeout(outer, 1000 * GORO_HOUR);
  CHECK(INNER(c)->kind == timerCtxKind && nchildren(outer) == 1);
  goro_context_cancel(c);
  check_canceled(c);
  CHECK(goro_context_err(outer) == NULL);
  goro_context_release(c);
  goro_context_cancel(outer);
  goro_context_release(outer);
}

static void test_Values(void) {
  static int k1, k2, k3;
  char *v1 = "c1k1", *v2 = "c2k2", *v3 = "c3k3";
  goro_context *c1 = goro_context_with_value(bg(), &k1, v1);
  goro_context *c2 = goro_context_with_value(c1, &k2, v2);
  goro_context *c3 = goro_context_with_value(c2, &k3, v3);
  goro_context *c4 = goro_context_with_value(c3, &k1, NULL);
  CHECK(goro_context_value(c1, &k1) == v1 && !goro_context_value(c1, &k2));
  CHECK(goro_context_value(c2, &k1) == v1 && goro_context_value(c2, &k2) == v2);
  CHECK(goro_context_value(c3, &k1) == v1 && goro_context_value(c3, &k3) == v3);
  CHECK(!goro_context_value(c4, &k1) && goro_context_value(c4, &k3) == v3);
  goro_context *o = goro_context_with_cancel(c4);
  goro_context *w = goro_context_without_cancel(o);
  CHECK(!goro_context_value(w, &k1) && goro_context_value(w, &k2) == v2);
  goro_context *all[] = {c1, c2, c3, c4, o, w};
  for (int i = 0; i < 6; i++) goro_context_release(all[i]);
}

static void test_WithoutCancel(void) {
  goro_context *top = goro_context_with_timeout(bg(), GORO_HOUR);
  goro_context *ctx = goro_context_without_cancel(top);
  goro_context *child = goro_context_with_cancel(ctx);
  goro_time d;
  goro_context_cancel(top);
  goro_context_release(top);
  CHECK(!goro_context_deadline(ctx, &d) && !goro_context_done(ctx));
  CHECK(!goro_context_err(ctx) && !goro_context_cause(ctx));
  CHECK(!goro_context_err(child) && !is_done(child));
  goro_context_cancel(child);
  check_canceled(child);
  goro_context_release(child);
  goro_context_release(ctx);
}

/* ---- simultaneous ---- */

static void cancel_it(void *ctx) {
  goro_context_cancel(ctx);
  goro_context_release(ctx);
}

static void test_SimultaneousCancels(void) {
  enum { CONTEXTS = 101 };
  goro_context *m[CONTEXTS] = {goro_context_with_cancel(bg())};
  int n = 1;
  for (int q = 0; n < CONTEXTS; q++)
    for (int i = 0; i < 4 && n < CONTEXTS; i++)
      m[n++] = goro_context_with_cancel(m[q]);
  for (int i = 0, j = 0; i < n; i++, j = (j + 37) % CONTEXTS)
    unit_go(cancel_it, goro_context_retain(m[j]));
  for (int i = 0, j = 0; i < n; i++, j = (j + 29) % CONTEXTS) {
    goro_chan_recv(goro_context_done(m[j]), NULL);
    check_canceled(m[j]);
  }
  for (int i = 0; i < n; i++) goro_context_release(m[i]);
  UNIT_UNTIL(goro__gcount() == 1);
}

static void cancel_child(void *child) {
  goro_context *parent = (goro_context *)INNER(child)->parent;
  goro_chan_recv(goro_context_done(parent), NULL);
  cancel_it(child);
}

static void test_InterlockedCancels(void) {
  goro_context *parent = goro_context_with_cancel(bg());
  goro_context *child = goro_context_with_cancel(parent);
  unit_go(cancel_child, goro_context_retain(child));
  goro__Gosched();
  goro_context_cancel(parent);
  goro_chan_recv(goro_context_done(child), NULL);
  goro_context_release(parent);
  goro_context_release(child);
  UNIT_UNTIL(goro__gcount() == 1);
}

static goro_context *a_layer(goro_context *ctx, goro_duration d, int *timers) {
  switch (unit_rand(3)) {
  case 0:
    return goro_context_with_value(ctx, ctx, ctx);
  case 1:
    return goro_context_with_cancel(ctx);
  default:
    ++*timers;
    return goro_context_with_timeout(ctx, d);
  }
}

/* Layers of all kinds, and one of them is canceled, or times out. */
static void test_layers(bool timeout) {
  enum { LAYERS = 40 };
  goro_context *l[LAYERS + 1] = {bg()};
  int timers = 0, one = 0;
  goro_duration d = timeout ? GORO_MILLISECOND : 1000 * GORO_HOUR;
  for (int i = 0; i < LAYERS; i++) l[i + 1] = a_layer(l[i], d, &timers);
  for (int i = 1; i <= LAYERS; i++)
    if (INNER(l[i])->kind >= cancelCtxKind) one = i;
  CHECK(timers > 0 && one > 0);
  if (!timeout) CHECK(!is_done(l[LAYERS]));
  if (!timeout) goro_context_cancel(l[one]);
  goro_chan_recv(goro_context_done(l[LAYERS]), NULL);
  for (int i = 1; i <= LAYERS; i++)
    if (INNER(l[i])->kind == valueCtxKind)
      CHECK(goro_context_value(l[LAYERS], l[i - 1]) == l[i - 1]);
  for (int i = 1; i <= LAYERS; i++)
    if (INNER(l[i])->kind >= cancelCtxKind) goro_context_cancel(l[i]);
  for (int i = 1; i <= LAYERS; i++) goro_context_release(l[i]);
  UNIT_UNTIL(goro__gcount() == 1);
}

static void cancel_with_cause(void *ctx) {
  goro_context_cancel_cause(ctx, &parentCause);
  goro_context_release(ctx);
}

static void test_WithCancelSimultaneouslyCanceledParent(void) {
  for (int i = 0; i < unit_much(100, 4); i++) {
    goro_context *parent = goro_context_with_cancel(bg());
    unit_go(cancel_with_cause, goro_context_retain(parent));
    goro_context *c = goro_context_with_cancel(parent);
    goro_chan_recv(goro_context_done(c), NULL);
    CHECK(goro_context_err(c) == goro_context_canceled);
    CHECK(goro_context_cause(c) == &parentCause);
    goro_context_release(c);
    goro_context_release(parent);
  }
  UNIT_UNTIL(goro__gcount() == 1);
}

static void test_CauseRace(void) {
  goro_context *ctx = goro_context_with_cancel(bg());
  unit_go(cancel_with_cause, goro_context_retain(ctx));
  UNIT_UNTIL(goro_context_cause(ctx));
  CHECK(goro_context_cause(ctx) == &parentCause);
  goro_context_release(ctx);
  UNIT_UNTIL(goro__gcount() == 1);
}

static void test_ContextErrDoneRace(void) {
  for (int i = 0; i < 10; i++) {
    goro_context *ctx = goro_context_with_cancel(bg());
    goro_chan *done = goro_context_done(ctx);
    unit_go(cancel_it, goro_context_retain(ctx));
    UNIT_UNTIL(goro_context_err(ctx));
    CHECK(goro_chan_try_recv(done, NULL, NULL));
    goro_context_release(ctx);
  }
  UNIT_UNTIL(goro__gcount() == 1);
}

/* ---- AfterFunc ---- */

static void test_AfterFunc(void) {
  goro_chan *c = goro_chan_make(0, 0);
  goro_context *ctx = goro_context_with_cancel(bg());
  goro_context_func *stop = goro_context_after_func(ctx, close_it, c);
  goro_context_func *other = goro_context_after_func(ctx, never, c);
  CHECK(goro_context_func_stop(other));
  CHECK(goro__gcount() == 1); /* none waits for it */
  goro_context_cancel(ctx);
  CHECK(!goro_chan_recv(c, NULL));
  CHECK(!goro_context_func_stop(stop) && !goro_context_func_stop(other));
  goro_context_func_free(stop);
  goro_context_func_free(other);
  goro_chan_free(c);

  c = goro_chan_make(0, 0); /* called at once */
  stop = goro_context_after_func(ctx, close_it, c);
  CHECK(!goro_chan_recv(c, NULL));
  goro_context_func_free(stop);
  goro_context_release(ctx);
  goro_chan_free(c);

  c = goro_chan_make(0, 0); /* after a timeout */
  ctx = goro_context_with_timeout(bg(), GORO_MILLISECOND);
  stop = goro_context_after_func(ctx, close_it, c);
  CHECK(!goro_chan_recv(c, NULL));
  goro_context_func_free(stop);
  goro_context_release(ctx);
  goro_chan_free(c);
  /* Without cancel, ctx is never done. */
  stop = goro_context_after_func(bg(), never, NULL);
  goro_context_func_free(stop);
  UNIT_UNTIL(goro__gcount() == 1);
}

/* ---- ours: memory, and trees of any shape ---- */

/* A counted cause lives as long as the contexts that have it. */
static void test_cause_counted(void) {
  goro_error *cause = goro_error_new("counted");
  goro_context *top = goro_context_with_cancel(bg());
  goro_context *t = goro_context_with_timeout_cause(top, GORO_HOUR, cause);
  CHECK(cause->refs_ == 2);
  goro_context_cancel_cause(top, cause);
  CHECK(cause->refs_ == 4);
  goro_context *late = goro_context_with_cancel(t);
  CHECK(goro_context_cause(late) == cause && cause->refs_ == 5);
  goro_context_release(late);
  goro_context_release(top);
  CHECK(cause->refs_ == 4); /* top is held by t still */
  goro_error_release(cause);
  CHECK(strcmp(goro_context_cause(t)->text, "counted") == 0);
  goro_context_release(t);
}

/* Only the deadline holds it, and the cancel of the parent takes over. */
static void test_deadline_holds(void) {
  goro_context *top = goro_context_with_cancel(bg());
  for (int i = 0; i < 3; i++)
    goro_context_release(goro_context_with_timeout(top, GORO_HOUR));
  CHECK(nchildren(top) == 3 && INNER(top)->refs == 4);
  goro_context_cancel(top);
  CHECK(nchildren(top) == 0 && INNER(top)->refs == 1);
  goro_context_release(top);
  /* The same, and it ends by itself. */
  goro_chan *c = goro_chan_make(0, 0);
  top = goro_context_with_timeout(bg(), GORO_MILLISECOND);
  goro_context_func *f = goro_context_after_func(top, close_it, c);
  goro_context_release(top);
  goro_chan_recv(c, NULL);
  goro_context_func_free(f);
  goro_chan_free(c);
  UNIT_UNTIL(goro__gcount() == 1);
}

static void test_deep(int n, bool values) {
  goro_context *top = goro_context_with_cancel(bg());
  goro_context *leaf = goro_context_retain(top);
  for (int i = 0; i < n; i++) {
    goro_context *next = values && i % 2
                             ? goro_context_with_value(leaf, top, top)
                             : goro_context_with_cancel(leaf);
    goro_context_release(leaf);
    leaf = next;
  }
  CHECK(goro_context_err(leaf) == NULL);
  goro_context_cancel_cause(top, &childCause);
  CHECK(goro_context_cause(leaf) == &childCause);
  goro_context_release(top);
  goro_context_release(leaf); /* all of them */
}

static void test_wide(int n) {
  goro_context *top = goro_context_with_cancel(bg());
  goro_context **all = goro__mallocz((size_t)n * sizeof *all);
  for (int i = 0; i < n; i++)
    all[i] = i % 4 ? goro_context_with_cancel(top)
                   : goro_context_with_timeout(top, GORO_HOUR);
  goro_context_cancel_cause(all[n / 2 + 1], &tooSlow);
  CHECK(nchildren(top) == n - 1);
  goro_context_cancel(top);
  CHECK(goro_context_cause(all[n / 2 + 1]) == &tooSlow);
  for (int i = 0; i < n; i++) {
    CHECK(goro_context_err(all[i]) == goro_context_canceled);
    goro_context_release(all[i]);
  }
  CHECK(INNER(top)->refs == 1);
  goro_context_release(top);
  os_free(all);
}

/* ---- panics ---- */

static void null_parent(void *which) {
  switch ((intptr_t)which) {
  case 0:
    goro_context_with_cancel(NULL);
    return;
  case 1:
    goro_context_with_deadline(NULL, 1);
    return;
  case 2:
    goro_context_with_value(NULL, which, which);
    return;
  case 3:
    goro_context_with_timeout_cause(NULL, 1, NULL);
    return;
  default:
    goro_context_without_cancel(NULL);
  }
}

static void null_ctx(void *which) {
  goro_time d = 0;
  switch ((intptr_t)which) {
  case 0:
    goro_context_cancel(NULL);
    return;
  case 1:
    goro_context_done(NULL);
    return;
  case 2:
    goro_context_err(NULL);
    return;
  case 3:
    goro_context_cause(NULL);
    return;
  case 4:
    goro_context_deadline(NULL, &d);
    return;
  case 5:
    goro_context_value(NULL, &d);
    return;
  default:
    goro_context_after_func(NULL, never, NULL);
  }
}

static void nil_key(void *unused) {
  goro_context_with_value(bg(), NULL, unused);
}

static void test_panics(void) {
  for (intptr_t i = 0; i < 5; i++)
    CHECK(unit_panics(null_parent, (void *)i,
                      "cannot create context from nil parent"));
  for (intptr_t i = 0; i < 7; i++)
    CHECK(unit_panics(null_ctx, (void *)i,
                      "runtime error: invalid memory address or nil pointer "
                      "dereference"));
  CHECK(unit_panics(nil_key, NULL, "nil key"));
  CHECK(goro_context_retain(NULL) == NULL);
  goro_context_release(NULL);
  goro_context_func_free(NULL);
}

int main(void) {
  test_ParentFinishesChild();
  test_ChildFinishesFirst();
  test_CancelRemoves();
  test_Background();
  test_WithCancel();
  test_Deadline();
  test_CanceledTimeout();
  test_Values();
  test_WithoutCancel();
  test_SimultaneousCancels();
  test_InterlockedCancels();
  test_layers(false);
  test_layers(true);
  test_WithCancelSimultaneouslyCanceledParent();
  test_CauseRace();
  test_ContextErrDoneRace();
  test_AfterFunc();
  test_cause_counted();
  test_deadline_holds();
  test_deep(unit_much(10000, 50), false);
  test_deep(unit_much(10000, 50), true);
  test_wide(unit_much(10000, 50));
  test_panics();
  return unit_pass();
}
