/* os_js.c: the host contract for JavaScript hosts, one M, on Emscripten.
 *
 * Go: runtime/os_js.go, rt0_js_wasm.s, lock_js.go.
 *
 * The M belongs to the host's event loop and never blocks: os_js.js calls
 * goro__js_boot once, then goro__js_slice again and again, and goes back to
 * the event loop in between.  The two files must match: what is declared under
 * "imports" is defined there, and the exports are called from there.
 *
 * Invariants:
 *  1. A slice ends after SLICE_NS at the latest, unless one goroutine runs on
 *     without a safe point.
 *  2. goro__run is entered by goro__js_slice only, never nested.
 *  3. After os_exit or os_libc_exit nothing of this module runs any more:
 *     both throw an exception that os_js.js takes for the end.
 *
 * Locks: none, there is one M.
 */
#define _DEFAULT_SOURCE /* getentropy */
#include "os/os.h"

#include <emscripten.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SLICE_NS = 5 * 1000 * 1000 };

/* ---- imports, from os_js.js ---- */

extern void goro_js_write(int fd, const void *p, size_t n);
extern void goro_js_flush(void);
extern _Noreturn void goro_js_exit(int code);

/* ---- the program ---- */

/* The user's main, one of the two: clang names them by signature. */
__attribute__((weak)) int __main_void(void);
__attribute__((weak)) int __main_argc_argv(int argc, char **argv);

static int main_argc;
static char **main_argv;

/* Called once, with arguments that stay valid. */
EMSCRIPTEN_KEEPALIVE void goro__js_boot(int argc, char **argv) {
  main_argc = argc;
  main_argv = argv;
  goro__rt0();
}

/* Run goroutines for one slice.  Returns the milliseconds until the next one
 * is due: 0 if there is work left, and less than 0 if only an event of the
 * host can bring any. */
EMSCRIPTEN_KEEPALIVE double goro__js_slice(void) {
  int64_t next = goro__run(SLICE_NS);
  if (next == 0) return 0;
  if (next == INT64_MAX) return -1;
  int64_t wait = next - os_nanotime();
  return wait > 0 ? (double)wait / 1e6 : 0;
}

static int user_main(void) {
  if (__main_argc_argv) return __main_argc_argv(main_argc, main_argv);
  if (__main_void) return __main_void();
  goro__host_fault("os_js: the program has no main");
}

void os_main(void *unused) {
  (void)unused;
  goro__main_returned(user_main());
}

_Noreturn void os_libc_exit(int code) { exit(code); }

/* exit() is linked to this (--wrap=exit).  Emscripten's own is JavaScript, and
 * calls the handlers from there, where they could not wait: asyncify does not
 * unwind JavaScript's frames.  It also ends the last line where none was ended,
 * so nothing of one may be left to it. */
void __funcs_on_exit(void);
_Noreturn void __real_exit(int code);
_Noreturn void __wrap_exit(int code);

_Noreturn void __wrap_exit(int code) {
  __funcs_on_exit();
  os_flush();
  __real_exit(code);
}

_Noreturn void os_exit(int code) { goro_js_exit(code); }

/* ---- clocks ---- */

int64_t os_nanotime(void) {
  /* Some hosts' clock starts at 0. */
  return (int64_t)(emscripten_get_now() * 1e6) + 1;
}

int64_t os_walltime(void) {
  struct timespec t = {0};
  clock_gettime(CLOCK_REALTIME, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* ---- memory ---- */

#if GORO_DEBUG
uint32_t os_fail_alloc_at;
#endif

/* Emscripten's malloc aligns to 8 only. */
void *os_alloc(size_t size) {
#if GORO_DEBUG
  if (os_fail_alloc_at != 0 && --os_fail_alloc_at == 0) return NULL;
#endif
  if (size > PTRDIFF_MAX) return NULL;
  size_t whole = (size + 15) & ~(size_t)15;
  void *p = aligned_alloc(16, whole);
  return p ? memset(p, 0, whole) : NULL;
}

void os_free(void *p) { free(p); }

/* ---- input and output ---- */

void os_random(void *p, size_t n) {
  enum { GETENTROPY_MAX = 256 };
  for (char *at = p; n > 0;) {
    size_t part = n < GETENTROPY_MAX ? n : GETENTROPY_MAX;
    if (getentropy(at, part) != 0)
      goro__host_fault("os_js: no random numbers from the host");
    at += part;
    n -= part;
  }
}

void os_write(int fd, const void *p, size_t n) { goro_js_write(fd, p, n); }

void os_flush(void) {
  fflush(NULL);
  goro_js_flush();
}

const char *os_getenv(const char *name) { return getenv(name); }

/* ---- the M ---- */

int os_ncpu(const char **reason) {
  *reason = "this build has one thread and no shared memory";
  return 1;
}

bool os_canblock(void) { return false; }

bool os_newm(void (*fn)(void *), void *arg) {
  (void)fn;
  (void)arg;
  return false;
}

void os_wakem0(void) {} /* it is the only M, and awake */

void os_procyield(void) {}

bool os_pending(void) { return false; }

void os_futexsleep(uint32_t *addr, uint32_t val, int64_t ns) {
  (void)addr;
  (void)val;
  (void)ns;
  goro__host_fault("os_js: the event loop's thread cannot block");
}

void os_futexwakeup(uint32_t *addr, uint32_t cnt) {
  (void)addr; /* nobody sleeps */
  (void)cnt;
}
