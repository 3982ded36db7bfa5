/* os_wasip1.c: the host contract for WASI preview 1.
 *
 * Go: runtime/os_wasip1.go, rt0_wasip1_wasm.s.
 *
 * The program is a command: the engine calls _start once, and the program
 * ends by itself, in os_libc_exit or os_exit, on whatever thread.  The file
 * defines _start, so a program is linked with -nostartfiles.  What depends on
 * threads is in os_wasip1_st.c and os_wasip1_mt.c.
 *
 * Invariants:
 *  1. Nothing is asked of the engine that a plain `wasmtime run` does not
 *     grant, but for threads in the build that has them.
 *  2. _start returns to the engine never: goro__run(-1) runs to the end.
 *
 * Locks: none.
 */
#include "os/os.h"

#include <stdio.h>
#include <stdlib.h>
#include <wasi/api.h>

#include "os/os_wasip1.h"

void _start(void);
void __wasm_call_ctors(void);
int __main_void(void);

/* The engine's entry.  __main_void is the user's main(void), or libc's call of
 * main(argc, argv) with the arguments from args_get. */
void _start(void) {
  goro__wasip1_init();
  __wasm_call_ctors();
  goro__rt0();
  goro__run(-1);
  goro__host_fault("os_wasip1: the scheduler returned");
}

void os_main(void *unused) {
  (void)unused;
  goro__main_returned(__main_void());
}

_Noreturn void os_libc_exit(int code) { exit(code); }

_Noreturn void os_exit(int code) { __wasi_proc_exit((__wasi_exitcode_t)code); }

/* ---- clocks ---- */

static int64_t clock_read(__wasi_clockid_t id) {
  __wasi_timestamp_t t = 0;
  __wasi_errno_t e = __wasi_clock_time_get(id, 1, &t);
  return e == __WASI_ERRNO_SUCCESS && t != 0 ? (int64_t)t : 1;
}

int64_t os_nanotime(void) {
  return clock_read(__WASI_CLOCKID_MONOTONIC) + OS_CLOCK_JUMP;
}

int64_t os_walltime(void) { return clock_read(__WASI_CLOCKID_REALTIME); }

/* ---- memory ---- */

#if GORO_DEBUG
uint32_t os_fail_alloc_at;
#endif

/* Both of wasi-libc's, dlmalloc and emmalloc, align to 16. */
void *os_alloc(size_t size) {
#if GORO_DEBUG
  if (os_fail_alloc_at != 0 && --os_fail_alloc_at == 0) return NULL;
#endif
  return calloc(1, size);
}

void os_free(void *p) { free(p); }

/* ---- input and output ---- */

void os_random(void *p, size_t n) {
  if (__wasi_random_get(p, n) != __WASI_ERRNO_SUCCESS)
    goro__host_fault("os_wasip1: random_get failed");
}

void os_write(int fd, const void *p, size_t n) {
  const uint8_t *at = p;
  while (n > 0) {
    __wasi_ciovec_t v = {.buf = at, .buf_len = n};
    size_t done = 0;
    __wasi_errno_t e = __wasi_fd_write(fd, &v, 1, &done);
    if (e == __WASI_ERRNO_INTR || e == __WASI_ERRNO_AGAIN) continue;
    if (e != __WASI_ERRNO_SUCCESS || done == 0) return;
    at += done;
    n -= done;
  }
}

/* libc's own, which whatever writes to a stream links: a program without one
 * has no streams.  It leaves them locked, and is the last that uses them. */
extern void __stdio_exit(void) __attribute__((weak));

void os_flush(void) {
  if (__stdio_exit) __stdio_exit();
}

const char *os_getenv(const char *name) { return getenv(name); }

/* ---- the M ---- */

bool os_canblock(void) { return true; }

void os_wakem0(void) {} /* it blocks, and is woken by its futex */
