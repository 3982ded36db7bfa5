/* Recovered, and the same one again. */
#include <goro.h>

static void recovers(void *unused) {
  (void)unused;
  goro_panic(goro_recover());
}

int main(void) {
  goro_defer(recovers, NULL);
  goro_panic("one");
}
