/* os_wasip1_st.c: WASI preview 1, the build with one thread.
 *
 * Go: lock_wasip1.go.
 *
 * Invariants:
 *  1. Every import is of wasi_snapshot_preview1.
 *  2. Waiting is poll_oneoff with a deadline; no loop here polls a clock.
 *
 * Locks: none, there is one M.
 *
 * Differs from Go: Go's wasip1 port refuses to sleep here ("notetsleep not
 * supported by wasi") and waits in its netpoller.  os_futexsleep sleeps, but
 * only with a time limit: there is no second M that could wake it.
 */
#include <wasi/api.h>

#include "os/os.h"
#include "os/os_st.h"
#include "os/os_wasip1.h"

void goro__wasip1_init(void) {}

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

/* Sleep to the end: poll_oneoff may come back early, and on a relative timeout
 * that would wake the scheduler before its timer is due, so the deadline is
 * an absolute one. */
static void sleep_until(int64_t when) {
  __wasi_subscription_t s = {
      .u = {.tag = __WASI_EVENTTYPE_CLOCK,
            .u = {.clock = {
                      .id = __WASI_CLOCKID_MONOTONIC,
                      .timeout = (__wasi_timestamp_t)(when - OS_CLOCK_JUMP),
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
