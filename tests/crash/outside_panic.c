/* A panic where no goroutine runs cannot be recovered. */
#include <goro.h>

__attribute__((constructor)) static void too_early(void) {
  goro_chan_close(NULL);
}

int main(void) {}
