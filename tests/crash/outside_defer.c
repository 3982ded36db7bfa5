/* What defers, panics or ends a goroutine needs one.
 * test: hosts wasi native */
#include <goro_scope.h>

static void nothing(void *unused) { (void)unused; }

__attribute__((constructor)) static void too_early(void) {
  GORO_DEFER(nothing, NULL);
}

int main(void) {}
