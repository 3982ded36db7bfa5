/* Deferred calls that panic, and defer such calls, without end. */
#include <goro.h>

static void again(void *unused) {
  goro_defer(again, unused);
  goro_panic("again");
}

int main(void) {
  goro_defer(again, NULL);
  goro_panic("first");
}
