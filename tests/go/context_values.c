/* Values go down the tree of contexts: watchers learn from theirs who they
 * are and what to watch for, and the nearest value for a key hides the rest. */
#include <goro.h>
#include <stdio.h>

static int nameKey, limitKey; /* keys are addresses */

typedef struct report {
  char text[48];
} report;

struct watcher {
  goro_context *ctx;
  goro_chan *events, *reports;
  goro_waitgroup wg;
};

static void watch(void *arg) {
  struct watcher *w = arg;
  const char *name = goro_context_value(w->ctx, &nameKey);
  int limit = *(int *)goro_context_value(w->ctx, &limitKey), e;
  report r;
  goro_case cases[] = {GORO_RECV(goro_context_done(w->ctx), NULL),
                       GORO_RECV(w->events, &e)};
  while (goro_select(cases, 2) == 1) {
    if (e > limit)
      snprintf(r.text, sizeof r.text, "%s: %d is over %d", name, e, limit);
    else
      snprintf(r.text, sizeof r.text, "%s: %d", name, e);
    goro_chan_send(w->reports, &r);
  }
  snprintf(r.text, sizeof r.text, "%s stops: %s", name,
           goro_context_err(w->ctx)->text);
  goro_chan_send(w->reports, &r);
}

static void start(struct watcher *w, goro_context *ctx, const char *name) {
  w->ctx = goro_context_with_value(ctx, &nameKey, (void *)(uintptr_t)name);
  w->events = goro_chan_make(sizeof(int), 0);
  w->reports = goro_chan_make(sizeof(report), 0);
  goro_waitgroup_go(&w->wg, watch, w);
}

static void print_report(struct watcher *w) {
  report r;
  goro_chan_recv(w->reports, &r);
  printf("%s\n", r.text);
}

static void event(struct watcher *w, int e) {
  goro_chan_send(w->events, &e);
  print_report(w);
}

static void finish(struct watcher *w) {
  print_report(w);
  goro_waitgroup_wait(&w->wg);
  goro_context_release(w->ctx);
  goro_chan_free(w->events);
  goro_chan_free(w->reports);
}

/* A context that can be canceled, with a limit. */
static goro_context *limited(goro_context *parent, int *limit) {
  goro_context *value = goro_context_with_value(parent, &limitKey, limit);
  goro_context *ctx = goro_context_with_cancel(value);
  goro_context_release(value); /* ctx holds it */
  return ctx;
}

int main(void) {
  int loose_limit = 100, strict_limit = 10;
  goro_context *all = limited(goro_context_background(), &loose_limit);
  goro_context *strict = limited(all, &strict_limit);
  struct watcher w[3] = {{0}};
  start(&w[0], all, "pressure");
  start(&w[1], strict, "heat");
  start(&w[2], strict, "noise");
  for (int e = 5; e <= 500; e *= 10)
    for (int i = 0; i < 3; i++) event(&w[i], e);
  goro_context_cancel(strict);
  finish(&w[1]);
  finish(&w[2]);
  event(&w[0], 7);
  goro_context_cancel(all);
  finish(&w[0]);
  goro_context_release(strict);
  goro_context_release(all);
}
