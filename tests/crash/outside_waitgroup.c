/* A task that is not done cannot be waited for.
 * test: hosts wasi native */
#include <goro.h>

__attribute__((constructor)) static void too_early(void) {
  static goro_waitgroup wg;
  goro_waitgroup_add(&wg, 1);
  goro_waitgroup_wait(&wg);
}

int main(void) {}
