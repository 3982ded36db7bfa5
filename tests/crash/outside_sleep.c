#include <goro.h>

__attribute__((constructor)) static void too_early(void) {
  goro_sleep(GORO_HOUR);
}

int main(void) {}
