/* main has called Goexit; the others go on, and when they are over there is
 * nobody left. */
#include <goro.h>
#include <stdio.h>

static void other(void *unused) {
  (void)unused;
  goro_gosched();
  printf("other\n");
}

int main(void) {
  GORO_GO(other, NULL);
  goro_goexit();
  printf("not reached\n");
}
