/* os_npm_st.c: the npm package's module with one thread; os_st.c is the rest.
 *
 * Locks: none, there is one M.
 */
#include "os/os.h"
#include "os/os_st.h"

int os_ncpu(const char **reason) {
  *reason = OS_ONE_THREAD;
  return 1;
}

/* From the linker. */
extern char __stack_low[], __stack_high[];

void os_mstack(uintptr_t *lo, uintptr_t *hi) {
  *lo = (uintptr_t)__stack_low;
  *hi = (uintptr_t)__stack_high;
}

bool os_canblock(void) { return false; }

void os_futexsleep(uint32_t *addr, uint32_t val, int64_t ns) {
  (void)addr;
  (void)val;
  (void)ns;
  goro__host_fault("os_npm: the event loop's thread cannot block");
}
