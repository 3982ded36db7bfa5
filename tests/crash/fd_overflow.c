/* As if 2^20 - 1 goroutines used one descriptor.
 * test: hosts wasi native
 */
#include "lib/poll/fd.h"
#include <goro.h>

int main(void) {
  goro_set_deadline(2, 0);
  goro__FD_record(2)->fdmu.state = UINT64_C(0xfffff) << 3;
  goro_write(2, "x", 1);
}
