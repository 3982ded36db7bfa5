/* os_wasip1.c: the host contract for WASI preview 1, one M.
 *
 * Go: runtime/os_wasip1.go, rt0_wasip1_wasm.s, lock_wasip1.go.
 *
 * The program is a command: the engine calls _start once, and the program
 * ends by itself, in os_libc_exit or os_exit.  The file defines _start, so a
 * program is linked with -nostartfiles.
 *
 * Invariants:
 *  1. Every import is of wasi_snapshot_preview1, and nothing is asked of the
 *     engine that a plain `wasmtime run` does not grant.
 *  2. _start returns to the engine never: goro__run(-1) runs to the end.
 *  3. Waiting is poll_oneoff with a deadline; no loop here polls a clock.
 *
 * Locks: none, there is one M.
 *
 * Differs from Go: Go's wasip1 port refuses to sleep here ("notetsleep not
 * supported by wasi") and waits in its netpoller.  os_futexsleep sleeps, but
 * only with a time limit: there is no second M that could wake it.
 */
#include "os/os.h"

#include <stdio.h>
#include <stdlib.h>
#include <wasi/api.h>

void _start(void);
void __wasm_call_ctors(void);
int __main_void(void);

/* The engine's entry.  __main_void is the user's main(void), or libc's call of
 * main(argc, argv) with the arguments from args_get. */
void _start(void) {
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

int64_t os_nanotime(void) { return clock_read(__WASI_CLOCKID_MONOTONIC); }

int64_t os_walltime(void) { return clock_read(__WASI_CLOCKID_REALTIME); }

/* ---- memory ---- */

#if GORO_DEBUG
uint32_t os_fail_alloc_at;
#endif

/* dlmalloc of wasi-libc aligns to 16. */
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

void os_flush(void) { fflush(NULL); }

const char *os_getenv(const char *name) { return getenv(name); }

/* ---- the M ---- */

int os_ncpu(const char **reason) {
  *reason = "WASI preview 1 has no shared memory";
  return 1;
}

/* From the linker. */
extern char __stack_low[], __stack_high[];

void os_mstack(uintptr_t *lo, uintptr_t *hi) {
  *lo = (uintptr_t)__stack_low;
  *hi = (uintptr_t)__stack_high;
}

bool os_canblock(void) { return true; }

bool os_newm(void (*fn)(void *), void *arg) {
  (void)fn;
  (void)arg;
  return false;
}

void os_wakem0(void) {} /* it is the only M, and awake */

void os_procyield(void) {}

bool os_pending(void) { return false; }

/* Sleep to the end: poll_oneoff may come back early, and on a relative timeout
 * that would wake the scheduler before its timer is due, so the deadline is
 * an absolute one. */
static void sleep_until(int64_t when) {
  __wasi_subscription_t s = {
      .u = {.tag = __WASI_EVENTTYPE_CLOCK,
            .u = {.clock = {
                      .id = __WASI_CLOCKID_MONOTONIC,
                      .timeout = (__wasi_timestamp_t)when,
                      .precision = 0,
                      .flags =
                          __WASI_SUBCLOCKFLAGS_SUBSCRIPTION_CLOCK_ABSTIME}}}};
  __wasi_event_t ev;
  size_t n = 0;
  while (os_nanotime() < when)
    if (__wasi_poll_oneoff(&s, &ev, 1, &n) != __WASI_ERRNO_SUCCESS)
      goro__host_fault("os_wasip1: poll_oneoff failed");
}

void os_futexsleep(uint32_t *addr, uint32_t val, int64_t ns) {
  if (__atomic_load_n(addr, __ATOMIC_SEQ_CST) != val) return;
  if (ns < 0) goro__host_fault("os_wasip1: the only M sleeps for ever");
  int64_t now = os_nanotime();
  sleep_until(ns < INT64_MAX - now ? now + ns : INT64_MAX);
}

void os_futexwakeup(uint32_t *addr, uint32_t cnt) {
  (void)addr; /* the only M is awake */
  (void)cnt;
}
