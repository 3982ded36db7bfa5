/* Each misuse of an errgroup or a semaphore is a panic of its own; deferred
 * calls show them all in one report. */
#include <goro.h>

static goro_errgroup g;
static goro_semaphore s;

static goro_error *waits(void *c) {
  goro_chan_recv(c, NULL);
  return NULL;
}

static void no_parent(void *unused) {
  (void)unused;
  static goro_errgroup other;
  goro_errgroup_with_context(&other, NULL);
}

static void limit(void *unused) {
  (void)unused;
  goro_errgroup_set_limit(&g, 1);
}

static void size(void *unused) {
  (void)unused;
  goro_semaphore_init(&s, -1);
}

static void negative(void *unused) {
  (void)unused;
  goro_semaphore_acquire(&s, goro_context_background(), -1);
}

static void released(void *unused) {
  (void)unused;
  goro_semaphore_release(&s, 1);
}

int main(void) {
  goro_errgroup_set_limit(&g, 3);
  goro_errgroup_go(&g, waits, NULL);
  goro_errgroup_go(&g, waits, NULL);
  goro_semaphore_init(&s, 1);
  goro_defer(released, NULL);
  goro_defer(negative, NULL);
  goro_defer(size, NULL);
  goro_defer(limit, NULL);
  no_parent(NULL);
}
