/* Panics that have no program of their own; deferred calls show them all in one
 * report. */
#include <goro.h>

static goro_chan *closed;
static goro_cond copy;

static void try_send(void *unused) {
  (void)unused;
  goro_chan_try_send(closed, &(int){1});
}

static void select_send(void *unused) {
  goro_case k[] = {GORO_SEND(closed, &(int){1})};
  (void)unused;
  goro_select(k, 1);
}

static void select_many(void *unused) {
  (void)unused;
  goro_select_default(NULL, 65537);
}

static void wait_copied(void *unused) {
  (void)unused;
  goro_cond_wait(&copy);
}

static void signal_copied(void *unused) {
  (void)unused;
  goro_cond_signal(&copy);
}

static void done_too_often(void *unused) {
  static goro_waitgroup wg;
  (void)unused;
  goro_waitgroup_done(&wg);
}

int main(void) {
  goro_mutex mu = {0};
  goro_cond c;
  goro_cond_init(&c, &mu);
  goro_cond_broadcast(&c);
  copy = c;
  closed = goro_chan_make(sizeof(int), 1);
  goro_chan_close(closed);
  /* Not the same text twice in a row: that is shown once, as panicked again. */
  goro_defer(signal_copied, NULL);
  goro_defer(done_too_often, NULL);
  goro_defer(wait_copied, NULL);
  goro_defer(select_send, NULL);
  goro_defer(select_many, NULL);
  try_send(NULL);
}
