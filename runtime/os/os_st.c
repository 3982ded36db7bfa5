/* os_st.c: the part of the host contract that is about other threads, where
 * there is one.
 *
 * Locks: none, there is one M.
 */
#include "os/os.h"

bool os_newm(void (*fn)(void *), void *arg) {
  (void)fn;
  (void)arg;
  return false;
}

void os_procyield(void) {}

void os_futexwakeup(uint32_t *addr, uint32_t cnt) {
  (void)addr; /* nobody sleeps */
  (void)cnt;
}
