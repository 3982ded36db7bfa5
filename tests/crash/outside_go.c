#include <goro.h>

static void nothing(void *unused) { (void)unused; }

__attribute__((constructor)) static void too_early(void) {
  GORO_GO(nothing, NULL);
}

int main(void) {}
