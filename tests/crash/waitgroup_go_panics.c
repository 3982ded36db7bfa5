/* The function of goro_waitgroup_go panics: the program ends before Wait
 * returns. */
#include <goro.h>
#include <stdio.h>

static void fails(void *unused) {
  (void)unused;
  goro_panic("failed");
}

int main(void) {
  goro_waitgroup wg = {0};
  goro_waitgroup_go(&wg, fails, NULL);
  goro_waitgroup_wait(&wg);
  printf("all is well\n");
}
