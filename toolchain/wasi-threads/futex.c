/* Waiting on an address: the one place that does it, for musl's locks, for
 * malloc's and for joins. */
#include <errno.h>
#include <stdint.h>
#include <time.h>
#include "pthread_impl.h"

/* Alone in its function, and not inlined: the baseline compiler of Node 20
 * (V8 11.3, Liftoff) loses every local that lives across memory.atomic.wait32.
 * After the wait this function needs nothing but its result. */
__attribute__((noinline)) int __wt_futex_wait(volatile void *addr, int val,
                                              int64_t ns) {
  switch (__builtin_wasm_memory_atomic_wait32((int *)addr, val, ns)) {
  case 1:
    return EAGAIN;
  case 2:
    return ETIMEDOUT;
  }
  return 0;
}

/* wasi-libc's own name for it. */
hidden int __wasilibc_futex_wait(volatile void *addr, int op, int val,
                                 int64_t ns) {
  return -__wt_futex_wait(addr, val, ns);
}

/* Condition variables keep a small number for the clock, where WASI's clockid_t
 * is a pointer. */
static clockid_t clock_of(clockid_t id) {
  if ((uintptr_t)id == 0) return CLOCK_REALTIME;
  if ((uintptr_t)id == 1) return CLOCK_MONOTONIC;
  return id;
}

/* Longer waits are cut short: who waits looks at its condition again. */
static const int64_t LONGEST_S = 9000000000;

/* Nanoseconds until *at, 0 or less where it is over. */
static int nanoseconds_until(clockid_t clock, const struct timespec *at,
                             int64_t *ns) {
  struct timespec now;
  if ((unsigned long)at->tv_nsec >= 1000000000UL) return EINVAL;
  if (clock_gettime(clock_of(clock), &now)) return EINVAL;
  int64_t s = (int64_t)at->tv_sec - now.tv_sec;
  if (s > LONGEST_S) s = LONGEST_S;
  if (s < -1) s = -1;
  *ns = s * 1000000000LL + at->tv_nsec - now.tv_nsec;
  return 0;
}

/* What all of musl's locks wait with. */
int __timedwait(volatile int *addr, int val, clockid_t clock,
                const struct timespec *at, int priv) {
  int64_t ns = -1;
  if (at) {
    int error = nanoseconds_until(clock, at, &ns);
    if (error) return error;
    if (ns <= 0) return ETIMEDOUT;
  }
  return __wt_futex_wait(addr, val, ns) == ETIMEDOUT ? ETIMEDOUT : 0;
}

/* Nothing is cancelled here. */
int __timedwait_cp(volatile int *addr, int val, clockid_t clock,
                   const struct timespec *at, int priv) {
  return __timedwait(addr, val, clock, at, priv);
}
