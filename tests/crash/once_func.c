/* A OnceFunc panics in every call as its function did in the first; after a
 * Goexit it has nothing to panic with. */
#include <goro.h>

static void fails(void *unused) {
  (void)unused;
  goro_runtime_error("integer divide by zero");
}

static void exits(void *unused) {
  (void)unused;
  goro_goexit();
}

static void call(void *f) { goro_once_func_call(f); }

static void forgive(void *unused) {
  (void)unused;
  goro_recover();
}

static void call_and_forgive(void *f) {
  goro_defer(forgive, NULL);
  goro_once_func_call(f);
}

int main(void) {
  goro_once_func *f = goro_once_func_new(fails, NULL);
  goro_once_func *x = goro_once_func_new(exits, NULL);
  goro_call(call_and_forgive, f);
  goro_waitgroup wg = {0};
  goro_waitgroup_go(&wg, call_and_forgive, x);
  goro_waitgroup_wait(&wg);
  goro_defer(call, x);
  goro_once_func_call(f);
}
