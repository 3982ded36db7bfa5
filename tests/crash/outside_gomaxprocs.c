/* To ask is allowed anywhere. */
#include <goro.h>

__attribute__((constructor)) static void too_early(void) {
  goro_gomaxprocs(0);
  goro_gomaxprocs(2);
}

int main(void) {}
