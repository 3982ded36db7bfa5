/* Recovered, and then another one. */
#include <goro.h>

static void recovers(void *unused) {
  (void)unused;
  goro_recover();
  goro_panic("two");
}

int main(void) {
  goro_defer(recovers, NULL);
  goro_panic("one");
}
