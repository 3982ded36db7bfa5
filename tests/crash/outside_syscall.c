#include <goro.h>

static void never(void *unused) { (void)unused; }

__attribute__((constructor)) static void too_early(void) {
  goro_syscall(never, NULL);
}

int main(void) {}
