/* What is printed of a chain of panics: recovered, panicked again with the same
 * value, with another one, in a deferred call of Goexit, and before an error
 * that is fatal. */
#include <goro_scope.h>
#include <stdio.h>

static void recover_and_panic(void *msg) {
  goro_recover();
  goro_panic(msg);
}

static void panic_again(void *unused) {
  (void)unused;
  goro_panic(goro_recover());
}

static void panic_with(void *msg) { goro_panic(msg); }

static void inner(void *unused) {
  (void)unused;
  GORO_DEFER(recover_and_panic, "middle");
  goro_panic("inner\nof two lines");
}

static void middle(void *unused) {
  GORO_DEFER(panic_again, NULL);
  goro_call(inner, unused);
}

static void at_exit(void *unused) {
  GORO_DEFER(panic_with, "last");
  GORO_DEFER(recover_and_panic, "outer");
  goro_call(middle, unused);
}

static void print(void *text) { puts(text); }

int main(void) {
  goro_mutex mu = {0};
  GORO_DEFER(print, "never here");
  GORO_DEFER(goro_mutex_unlock, &mu);
  GORO_DEFER(print, "deferred calls run before the report");
  GORO_DEFER(at_exit, NULL);
  goro_goexit();
}
