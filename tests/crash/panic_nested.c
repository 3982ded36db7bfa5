/* Panics in deferred calls of a panic: all are shown. */
#include <goro.h>

static void third(void *unused) {
  (void)unused;
  goro_panic("three");
}

static void second(void *unused) {
  goro_defer(third, unused);
  goro_panic("two");
}

int main(void) {
  goro_defer(second, NULL);
  goro_panic("one");
}
