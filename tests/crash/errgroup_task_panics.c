/* Who waits for the group does not get ahead of the panic. */
#include <goro.h>
#include <stdio.h>

static goro_error *fails(void *unused) {
  (void)unused;
  goro_panic("failed");
  return NULL;
}

int main(void) {
  goro_errgroup g = {0};
  goro_errgroup_set_limit(&g, 1);
  goro_errgroup_go(&g, fails, NULL);
  goro_errgroup_wait(&g);
  printf("not reached\n");
}
