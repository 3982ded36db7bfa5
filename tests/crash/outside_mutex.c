/* A lock that is taken cannot be waited for.
 * test: hosts wasi native */
#include <goro.h>

__attribute__((constructor)) static void too_early(void) {
  goro_mutex mu = {0};
  goro_mutex_lock(&mu);
  goro_mutex_lock(&mu);
}

int main(void) {}
