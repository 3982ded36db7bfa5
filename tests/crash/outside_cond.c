/* A condition cannot be waited for.
 * test: hosts wasi native */
#include <goro.h>

__attribute__((constructor)) static void too_early(void) {
  static goro_mutex mu;
  static goro_cond c;
  goro_cond_init(&c, &mu);
  goro_mutex_lock(&mu);
  goro_cond_wait(&c);
}

int main(void) {}
