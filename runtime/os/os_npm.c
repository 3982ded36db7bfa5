/* os_npm.c: the host contract for the npm package: a module that a program in
 * JavaScript calls, on one thread (os_npm_st.c) or several (os_npm_mt.c).
 *
 * Go: none.
 *
 * Compiled by Emscripten, without its JavaScript: the imports are the few
 * functions of os_npm.h, in bindings/src/ffi.ts, which must match.  There is no
 * main; the package calls what api/ffi.c exports, and runs slices.
 *
 * Invariants:
 *  1. The scheduler is entered by goro_ffi_next only, never nested.
 *  2. Nothing of the module runs any more after goro_js_exit, which throws.
 *
 * Locks: none.
 */
#include "os/os_npm.h"

#include <errno.h>
#include <string.h>

#include "os/os.h"

/* ---- clocks ---- */

int64_t os_nanotime(void) { return (int64_t)(goro_js_now() * 1e6) + 1; }

int64_t os_walltime(void) { return (int64_t)(goro_js_wall() * 1e6); }

/* ---- input and output ---- */

void os_random(void *p, size_t n) { goro_js_random(p, n); }

void os_write(int fd, const void *p, size_t n) { goro_js_write(fd, p, n); }

void os_flush(void) {} /* libc's output is not used */

/* GORO_SEED's digits, as start({ seed }) has it; none without one.  They end
 * with the array. */
static char seed_text[sizeof "4294967295"];
static const char *seed_digits;

/* Called before boot. */
NPM_EXPORT(seed) void goro_npm_seed(uint32_t seed) {
  char *p = seed_text + sizeof seed_text - 1;
  for (; seed; seed /= 10) *--p = (char)('0' + seed % 10);
  seed_digits = p;
}

/* The one variable that there is. */
const char *os_getenv(const char *name) {
  return strcmp(name, "GORO_SEED") == 0 ? seed_digits : NULL;
}

/* ---- the end ---- */

_Noreturn void os_exit(int code) { goro_js_exit(code); }

_Noreturn void os_libc_exit(int code) { goro_js_exit(code); }

void os_main(void *unused) { (void)unused; } /* there is no main goroutine */

void os_wakem0(void) {} /* it is awake, or woken as an agent (hostg.h) */

/* ---- descriptors: there are none ---- */

int os_fd_kind(int fd) {
  (void)fd;
  return OS_FD_PLAIN;
}

ptrdiff_t os_fd_read(int fd, void *p, size_t n) {
  (void)fd, (void)p, (void)n;
  return -ENOSYS;
}

ptrdiff_t os_fd_write(int fd, const void *p, size_t n) {
  (void)fd, (void)p, (void)n;
  return -ENOSYS;
}

int os_fd_accept(int fd) {
  (void)fd;
  return -ENOSYS;
}

int os_fd_close(int fd) {
  (void)fd;
  return -ENOSYS;
}

uint32_t os_poll(struct os_pollfd *fds, uint32_t n, int64_t ns) {
  (void)fds, (void)n, (void)ns;
  goro__host_fault("os_npm: nothing to poll");
}

void os_pollbreak(void) {}
