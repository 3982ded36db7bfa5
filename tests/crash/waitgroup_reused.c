/* The counter rises again before those that waited have returned: on one M,
 * where they have no chance to.
 * test: env GORO_MAXPROCS=1 */
#include <goro.h>

static goro_waitgroup wg;

static void waits(void *unused) {
  (void)unused;
  goro_waitgroup_wait(&wg);
}

int main(void) {
  goro_waitgroup_add(&wg, 1);
  GORO_GO(waits, NULL);
  for (int i = 0; i < 5; i++) goro_gosched();
  goro_waitgroup_done(&wg);
  goro_waitgroup_add(&wg, 1);
  goro_waitgroup_wait(&wg);
}
