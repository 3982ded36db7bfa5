/* One cancel stops all monitors, at whatever depth they were started: each
 * has a context derived from that of the one that started it. */
#include <goro.h>
#include <stdio.h>

enum { LEVELS = 4 };

static goro_waitgroup wg;
static goro_mutex total;
static int seen;
static goro_error *stopped[LEVELS];
static goro_chan *readings;

struct start {
  goro_context *ctx;
  int level;
};

static void take_readings(goro_context *ctx, int level) {
  int r;
  goro_case cases[] = {GORO_RECV(goro_context_done(ctx), NULL),
                       GORO_RECV(readings, &r)};
  while (goro_select(cases, 2) == 1) {
    goro_mutex_lock(&total);
    seen += r;
    goro_mutex_unlock(&total);
  }
  stopped[level] = goro_context_err(ctx);
}

/* A monitor starts the next one, and takes readings until its context ends. */
static void monitor(void *arg) {
  struct start *s = arg;
  goro_context *child = goro_context_with_cancel(s->ctx);
  struct start next = {child, s->level + 1};
  goro_waitgroup below = {0};
  if (next.level < LEVELS) goro_waitgroup_go(&below, monitor, &next);
  take_readings(s->ctx, s->level);
  goro_context_cancel(child);
  goro_waitgroup_wait(&below); /* it uses child */
  goro_context_release(child);
}

int main(void) {
  goro_context *ctx = goro_context_with_cancel(goro_context_background());
  struct start first = {ctx, 0};
  readings = goro_chan_make(sizeof(int), 0);
  goro_waitgroup_go(&wg, monitor, &first);
  for (int r = 1; r <= 20; r++) goro_chan_send(readings, &r);
  goro_context_cancel(ctx);
  goro_waitgroup_wait(&wg);
  printf("readings add up to %d\n", seen);
  for (int level = 0; level < LEVELS; level++)
    printf("monitor %d: %s\n", level, stopped[level]->text);
  goro_context_release(ctx);
  goro_chan_free(readings);
}
