/* Panics in the calls that main's Goexit runs, recovered, do not end it: main
 * does not return. */
#include <goro.h>
#include <stdio.h>

static void recovers(void *unused) {
  (void)unused;
  printf("recovered %s\n", goro_recover());
}

static void panics(void *msg) { goro_panic(msg); }

int main(void) {
  goro_defer(recovers, NULL);
  goro_defer(panics, "two");
  goro_defer(recovers, NULL);
  goro_defer(panics, "one");
  goro_goexit();
}
