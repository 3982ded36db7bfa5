/* A map is made by a goroutine.
 * test: hosts wasi native */
#include <goro.h>

__attribute__((constructor)) static void too_early(void) {
  goro_map_new(&goro_map_string);
}

int main(void) {}
