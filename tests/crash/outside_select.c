/* A select that would wait.
 * test: hosts wasi native */
#include <goro.h>

__attribute__((constructor)) static void too_early(void) {
  goro_case k[] = {GORO_RECV(goro_chan_make(sizeof(int), 0), NULL)};
  goro_select(k, 1);
}

int main(void) {}
