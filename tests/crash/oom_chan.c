/* A channel of a size that is in range, and that the host has not.
 * test: env ASAN_OPTIONS=allocator_may_return_null=1:detect_leaks=0 */
#include <goro.h>
#include <stdio.h>

static void makes(void *unused) {
  (void)unused;
  goro_chan_make(sizeof(size_t) == 4 ? 1 : INT32_MAX, INT32_MAX - 4096);
}

int main(void) {
  printf("before\n");
  GORO_GO(makes, NULL);
  goro_chan_recv(NULL, NULL);
}
