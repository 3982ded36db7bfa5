/* test: hosts wasi native */
#include <goro.h>

static void nothing(void *unused) { (void)unused; }

__attribute__((constructor)) static void too_early(void) {
  goro_try(nothing, NULL, NULL);
}

int main(void) {}
