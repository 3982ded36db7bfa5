#include <goro.h>

__attribute__((constructor)) static void too_early(void) {
  goro_lock_os_thread();
}

int main(void) {}
