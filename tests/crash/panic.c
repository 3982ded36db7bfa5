/* An uncaught panic: deferred calls first, then the report; the other
 * goroutines' deferred calls do not run. */
#include <stdio.h>

#include "parked.h"

static void says(void *text) { printf("%s\n", (char *)text); }

static void other(void *unused) {
  (void)unused;
  goro_defer(says, "not reached");
  goro_chan_recv(NULL, NULL);
}

int main(void) {
  goro_defer(says, "deferred");
  GORO_GO(other, NULL);
  until_parked();
  goro_panic("what happened");
}
