/* A receive that would wait.
 * test: hosts wasi native */
#include <goro.h>

__attribute__((constructor)) static void too_early(void) {
  goro_chan_recv(goro_chan_make(sizeof(int), 0), NULL);
}

int main(void) {}
