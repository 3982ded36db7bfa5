/* Fatal: the deferred call does not recover it. */
#include <goro.h>
#include <stdio.h>

static void recovers(void *unused) {
  (void)unused;
  printf("recovered %s\n", goro_recover());
}

int main(void) {
  goro_mutex mu = {0};
  goro_defer(recovers, NULL);
  goro_mutex_lock(&mu);
  goro_mutex_unlock(&mu);
  goro_mutex_unlock(&mu);
}
