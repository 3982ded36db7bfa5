/* os_npm.c: the host contract for the npm package: a module that a program in
 * JavaScript calls, on one thread.
 *
 * Go: none.
 *
 * Compiled by Emscripten, without its JavaScript: the imports are the few
 * functions below, in bindings/src/loader.ts, which must match.  There is no
 * main; the package calls what api/ffi.c exports, and runs slices.
 *
 * Invariants:
 *  1. The scheduler is entered by goro_ffi_next only, never nested.
 *  2. Nothing of the module runs any more after goro_js_exit, which throws.
 *
 * Locks: none, there is one M.
 */
#include "os/os.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define JS(name) __attribute__((import_module("goro"), import_name(#name)))

/* Milliseconds of a monotonic clock, and of the wall clock since 1970. */
JS(now) double goro_js_now(void);
JS(wall) double goro_js_wall(void);
JS(random) void goro_js_random(void *p, size_t n);
JS(write) void goro_js_write(int fd, const void *p, size_t n);
JS(exit) _Noreturn void goro_js_exit(int code);

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
__attribute__((export_name("seed"))) void goro_npm_seed(uint32_t seed) {
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

/* ---- the M ---- */

int os_ncpu(const char **reason) {
  *reason = "this build has one thread and no shared memory";
  return 1;
}

/* From the linker. */
extern char __stack_low[], __stack_high[];

void os_mstack(uintptr_t *lo, uintptr_t *hi) {
  *lo = (uintptr_t)__stack_low;
  *hi = (uintptr_t)__stack_high;
}

bool os_newm(void (*fn)(void *), void *arg) {
  (void)fn;
  (void)arg;
  return false;
}

bool os_canblock(void) { return false; }

void os_wakem0(void) {} /* it is the only M, and awake */

void os_procyield(void) {}

void os_futexsleep(uint32_t *addr, uint32_t val, int64_t ns) {
  (void)addr;
  (void)val;
  (void)ns;
  goro__host_fault("os_npm: the event loop's thread cannot block");
}

void os_futexwakeup(uint32_t *addr, uint32_t cnt) {
  (void)addr; /* nobody sleeps */
  (void)cnt;
}

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
