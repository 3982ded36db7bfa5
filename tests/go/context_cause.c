/* What Err and Cause say, for every way in which a context can end.
 *
 * Derived from TestCause of Go's context/x_test.go.
 *
 * Copyright 2016 The Go Authors. All rights reserved.
 * Use of this source code is governed by a BSD-style
 * license that can be found in the LICENSE-GO file. */
#include <goro.h>
#include <stdio.h>

static const goro_duration forever = 1000000 * GORO_SECOND;

static goro_error parentCause = GORO_ERROR("parentCause");
static goro_error childCause = GORO_ERROR("childCause");
static goro_error tooSlow = GORO_ERROR("tooSlow");
static goro_error finishedEarly = GORO_ERROR("finishedEarly");

static const char *text(goro_error *e) { return e ? e->text : "<nil>"; }

static void show(const char *name, goro_context *ctx) {
  printf("%s: %s, %s\n", name, text(goro_context_err(ctx)),
         text(goro_context_cause(ctx)));
}

static void show_last(const char *name, goro_context *ctx) {
  show(name, ctx);
  goro_context_release(ctx);
}

static void canceled(void) {
  goro_context *ctx = goro_context_with_cancel(goro_context_background());
  goro_context_cancel(ctx);
  show_last("WithCancel", ctx);
  goro_error *causes[] = {&parentCause, NULL};
  for (int i = 0; i < 2; i++) {
    ctx = goro_context_with_cancel(goro_context_background());
    goro_context_cancel_cause(ctx, causes[i]);
    show_last("WithCancelCause", ctx);
  }
}

/* Parent and child are both canceled, with these causes. */
static void both(const char *name, bool parentFirst, goro_error *cause1,
                 goro_error *cause2) {
  goro_context *parent = goro_context_with_cancel(goro_context_background());
  goro_context *ctx = goro_context_with_cancel(parent);
  if (parentFirst) goro_context_cancel_cause(parent, cause1);
  goro_context_cancel_cause(ctx, cause2);
  goro_context_cancel_cause(parent, cause1);
  printf("WithCancelCause: ");
  show_last(name, ctx);
  goro_context_release(parent);
}

static void timeouts(void) {
  goro_context *bg = goro_context_background();
  goro_duration durations[] = {0, forever};
  for (int i = 0; i < 2; i++) {
    goro_duration d = durations[i];
    goro_context *ctx = goro_context_with_timeout(bg, d);
    goro_context_cancel(ctx);
    show_last("WithTimeout", ctx);
    ctx = goro_context_with_timeout_cause(bg, d, &tooSlow);
    goro_context_cancel(ctx);
    show_last("WithTimeoutCause", ctx);
    goro_context *parent = goro_context_with_cancel(bg);
    ctx = goro_context_with_timeout_cause(parent, d, &tooSlow);
    goro_context_cancel_cause(parent, &finishedEarly);
    show_last("WithTimeoutCause stacked", ctx);
    goro_context_release(parent);
  }
  goro_context *ctx =
      goro_context_with_timeout_cause(bg, GORO_MILLISECOND, &tooSlow);
  goro_chan_recv(goro_context_done(ctx), NULL);
  show_last("WithTimeoutCause over", ctx);
}

static void without(void) {
  show_last("WithoutCancel",
            goro_context_without_cancel(goro_context_background()));
  goro_context *parent = goro_context_with_cancel(goro_context_background());
  goro_context *ctx = goro_context_without_cancel(parent);
  goro_context_cancel_cause(parent, &finishedEarly);
  show("WithoutCancel canceled", ctx);
  goro_context *child = goro_context_with_cancel(ctx);
  goro_context_cancel_cause(child, &childCause);
  show_last("WithoutCancel child", child);
  goro_context_release(ctx);
  goro_context_release(parent);
}

/* ---- a chain of contexts of all kinds, canceled in the middle ---- */

static goro_context *leaf;

static void stopped(void *unused) {
  (void)unused;
  goro_panic("stopped");
}

static void after(void *done) {
  show("AfterFunc", leaf);
  goro_chan_close(done);
}

static void after_funcs(goro_context *middle) {
  goro_context_func *never = goro_context_after_func(leaf, stopped, NULL);
  bool first = goro_context_func_stop(never);
  printf("stopped: %s %s\n", first ? "true" : "false",
         goro_context_func_stop(never) ? "true" : "false");
  goro_chan *done = goro_chan_make(0, 0);
  goro_context_func *f = goro_context_after_func(leaf, after, done);
  goro_context_cancel_cause(middle, &childCause);
  goro_chan_recv(done, NULL);
  goro_context_func_free(never);
  goro_context_func_free(f);
  goro_chan_free(done);
}

static void chain(void) {
  static int key, other;
  goro_context *top = goro_context_with_cancel(goro_context_background());
  goro_context *value = goro_context_with_value(top, &key, "value");
  goro_context *middle = goro_context_with_cancel(value);
  goro_context *timer = goro_context_with_timeout(middle, forever);
  goro_context *below = goro_context_with_value(timer, &key, "leaf");
  leaf = goro_context_with_cancel(below);
  after_funcs(middle);
  show("top", top);
  show("value", value);
  show("middle", middle);
  show("timer", timer);
  goro_context_cancel_cause(top, &parentCause);
  show("top", top);
  show("leaf", leaf);
  printf("%s %s %s\n", (char *)goro_context_value(value, &key),
         (char *)goro_context_value(leaf, &key),
         goro_context_value(leaf, &other) ? "?" : "<nil>");
  goro_context *all[] = {top, value, middle, timer, below, leaf};
  for (int i = 0; i < 6; i++) goro_context_release(all[i]);
}

int main(void) {
  show("Background", goro_context_background());
  show("Todo", goro_context_todo());
  canceled();
  both("parent cause before child", true, &parentCause, &childCause);
  both("parent cause after child", false, &parentCause, &childCause);
  both("parent cause before nil", true, &parentCause, NULL);
  both("parent cause after nil", false, &parentCause, NULL);
  both("child cause after nil", true, NULL, &childCause);
  both("child cause before nil", false, NULL, &childCause);
  timeouts();
  without();
  chain();
}
