#include <goro.h>

__attribute__((constructor)) static void too_early(void) {
  goro_context_with_timeout(goro_context_background(), GORO_HOUR);
}

int main(void) {}
