/* os_js.c: the host contract for JavaScript hosts, on Emscripten.
 *
 * Go: runtime/os_js.go, rt0_js_wasm.s, lock_js.go.
 *
 * M0 belongs to the host's event loop and never blocks: os_js.js calls
 * goro__js_boot once, then goro__js_slice again and again, and goes back to
 * the event loop in between.  The two files must match: what os_js.h declares
 * as imports is defined there, and the exports are called from there.  What
 * depends on threads is in os_js_st.c and os_js_mt.c.
 *
 * Invariants:
 *  1. A slice ends after SLICE_NS at the latest, unless one goroutine runs on
 *     without a safe point.
 *  2. goro__run is entered by goro__js_slice only, never nested.
 *  3. After os_exit or os_libc_exit nothing of this module runs any more on
 *     the main thread: both throw an exception that os_js.js takes for the end.
 *
 * Locks: none.
 */
#define _DEFAULT_SOURCE /* getentropy */
#include "os/os.h"

#include <emscripten.h>
#include <emscripten/stack.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <wasi/api.h>

#include "os/os_js.h"

enum { SLICE_NS = 5 * 1000 * 1000 };

/* ---- the program ---- */

/* The user's main, one of the two: clang names them by signature. */
__attribute__((weak)) int __main_void(void);
__attribute__((weak)) int __main_argc_argv(int argc, char **argv);

static int main_argc;
static char **main_argv;
static double origin; /* of os_nanotime, in ms since 1970 */

/* Called once, with arguments that stay valid. */
EMSCRIPTEN_KEEPALIVE void goro__js_boot(int argc, char **argv) {
  main_argc = argc;
  main_argv = argv;
  origin = goro_js_origin();
  goro__js_init();
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

/* Where os_js.js puts the text of a fatal error: malloc may be broken then. */
EMSCRIPTEN_KEEPALIVE char *goro__js_message(void) {
  static _Thread_local char message[512];
  return message;
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
_Noreturn void __wrap_exit(int code);

_Noreturn void __wrap_exit(int code) {
  __funcs_on_exit();
  os_flush();
  goro__js_exit(code);
}

/* ---- clocks ---- */

/* All threads count from M0's origin.  Some hosts' clock starts at 0. */
int64_t os_nanotime(void) {
  return (int64_t)(goro_js_now(origin) * 1e6) + 1 + OS_CLOCK_JUMP;
}

int64_t os_walltime(void) {
  struct timespec t = {0};
  clock_gettime(CLOCK_REALTIME, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

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

/* libc's door to the host (--wrap=__wasi_fd_write).  Emscripten's own takes
 * the output for text: it ends a line at each byte 0, and replaces what is not
 * UTF-8. */
__wasi_errno_t __real___wasi_fd_write(__wasi_fd_t fd, const __wasi_ciovec_t *v,
                                      size_t n, __wasi_size_t *done);
__wasi_errno_t __wrap___wasi_fd_write(__wasi_fd_t fd, const __wasi_ciovec_t *v,
                                      size_t n, __wasi_size_t *done);

__wasi_errno_t __wrap___wasi_fd_write(__wasi_fd_t fd, const __wasi_ciovec_t *v,
                                      size_t n, __wasi_size_t *done) {
  bool console = (fd == 1 || fd == 2) && goro__js_isconsole((int)fd);
  if (!console) return __real___wasi_fd_write(fd, v, n, done);
  *done = 0;
  for (size_t i = 0; i < n; i++) {
    if (v[i].buf_len > 0) os_write((int)fd, v[i].buf, v[i].buf_len);
    *done += v[i].buf_len;
  }
  return __WASI_ERRNO_SUCCESS;
}

const char *os_getenv(const char *name) { return getenv(name); }

/* ---- the M ---- */

void os_mstack(uintptr_t *lo, uintptr_t *hi) {
  *lo = emscripten_stack_get_end();
  *hi = emscripten_stack_get_base();
}
