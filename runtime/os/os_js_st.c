/* os_js_st.c: JavaScript hosts, the build with one thread.
 *
 * The M belongs to the host's event loop and never blocks.
 *
 * Locks: none, there is one M.
 */
#include <stdbool.h>
#include <stdio.h>

#include "os/os.h"
#include "os/os_js.h"
#include "os/os_st.h"

void goro__js_init(void) {}

/* ---- the end ---- */

_Noreturn void os_exit(int code) { goro_js_exit(code, 1); }

_Noreturn void goro__js_exit(int code) { goro_js_exit(code, 0); }

/* ---- output ---- */

void os_write(int fd, const void *p, size_t n) { goro_js_write(fd, p, n); }

bool goro__js_isconsole(int fd) { return goro_js_isconsole(fd); }

void os_flush(void) {
  fflush(NULL);
  goro_js_flush();
}

/* ---- the M ---- */

int os_ncpu(const char **reason) {
  const char *chosen = goro_js_reason();
  *reason = chosen ? chosen : OS_ONE_THREAD;
  return 1;
}

bool os_canblock(void) { return false; }

/* In its event loop, or it would not be told. */
void os_wakem0(void) { goro_js_wake(); }

void goro__js_later(void (*fn)(void *), void *arg) { goro_js_later(fn, arg); }

void os_futexsleep(uint32_t *addr, uint32_t val, int64_t ns) {
  (void)addr;
  (void)val;
  (void)ns;
  goro__host_fault("os_js: the event loop's thread cannot block");
}
