#include <goro.h>

static void nothing(void *unused) { (void)unused; }

__attribute__((constructor)) static void too_early(void) {
  goro_after_func(GORO_HOUR, nothing, NULL);
}

int main(void) {}
