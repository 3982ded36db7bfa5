/* test: hosts wasi native */
#include <goro.h>

__attribute__((constructor)) static void too_early(void) {
  goro_unlock_os_thread();
}

int main(void) {}
