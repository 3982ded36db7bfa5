/* os_unix.c: the host contract for native Linux.
 *
 * Go: runtime/os_linux.go, rt0_linux_amd64.s.
 *
 * The native build exists so that the very same runtime runs under the
 * sanitizers, valgrind and a fuzzer.  A program is linked with
 * -Wl,--wrap=main: libc calls __wrap_main here, and the user's main runs later
 * on the main goroutine, as __real_main.
 *
 * Invariants:
 *  1. An M blocks in os_futexsleep and nowhere else.
 *  2. getg and setg are calls: the address of a thread-local variable is
 *     never kept across a switch, after which another thread may run.
 *
 * Locks: none.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "os/os.h"

#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "os/os_pthread.h"
#include "os/tls.h"

int __wrap_main(int argc, char **argv, char **envp);
int __real_main(int argc, char **argv, char **envp);

static struct {
  int argc;
  char **argv;
  char **envp;
} unix_args; /* r/o after __wrap_main */

int __wrap_main(int argc, char **argv, char **envp) {
  unix_args.argc = argc;
  unix_args.argv = argv;
  unix_args.envp = envp;
  goro__rt0();
  goro__run(-1);
  goro__host_fault("os_unix: the scheduler returned");
}

void os_main(void *unused) {
  (void)unused;
  goro__main_returned(
      __real_main(unix_args.argc, unix_args.argv, unix_args.envp));
}

_Noreturn void os_libc_exit(int code) { exit(code); }

_Noreturn void os_exit(int code) { _exit(code); }

/* ---- the current G ---- */

static _Thread_local struct g *unix_g;

/* The empty asm keeps the compiler from finding out that the function only
 * reads, and with that from reusing a result from before a switch. */
struct g *getg(void) {
  __asm__ volatile("" ::: "memory");
  return unix_g;
}

void setg(struct g *gp) {
  unix_g = gp;
  __asm__ volatile("" ::: "memory");
}

/* ---- clocks ---- */

static int64_t clock_read(clockid_t id) {
  struct timespec ts = {0, 0};
  clock_gettime(id, &ts);
  int64_t t = (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
  return t != 0 ? t : 1;
}

int64_t os_nanotime(void) {
  return clock_read(CLOCK_MONOTONIC) + OS_CLOCK_JUMP;
}

int64_t os_walltime(void) { return clock_read(CLOCK_REALTIME); }

/* ---- memory ---- */

#if GORO_DEBUG
uint32_t os_fail_alloc_at;
#endif

/* malloc aligns to 16 on every 64-bit Linux. */
void *os_alloc(size_t size) {
#if GORO_DEBUG
  if (os_fail_alloc_at != 0 && --os_fail_alloc_at == 0) return NULL;
#endif
  return calloc(1, size);
}

void os_free(void *p) { free(p); }

/* ---- input and output ---- */

void os_random(void *p, size_t n) {
  char *at = p;
  while (n > 0) {
    ssize_t got = getrandom(at, n, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) goro__host_fault("os_unix: getrandom failed");
    at += got;
    n -= (size_t)got;
  }
}

void os_write(int fd, const void *p, size_t n) {
  const char *at = p;
  while (n > 0) {
    ssize_t done = write(fd, at, n);
    if (done < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (done <= 0) return;
    at += done;
    n -= (size_t)done;
  }
}

void os_flush(void) { fflush(NULL); }

const char *os_getenv(const char *name) { return getenv(name); }

/* ---- the M ---- */

int os_ncpu(const char **reason) {
  cpu_set_t set;
  *reason = "processors this process may use";
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

/* Signals and sanitizers want more stack than the runtime. */
bool os_newm(void (*fn)(void *), void *arg) {
  return goro__pthread_start(fn, arg, 16 * (size_t)OS_MSTACK);
}

bool os_canblock(void) { return true; }

void os_wakem0(void) {} /* it blocks, and is woken by its futex */

void os_procyield(void) { sched_yield(); }

static void futex(uint32_t *addr, int op, uint32_t val,
                  const struct timespec *timeout) {
  syscall(SYS_futex, addr, op | FUTEX_PRIVATE_FLAG, val, timeout, NULL, 0);
}

/* Errors mean "awake": the value changed, a signal came, time is over.  The
 * callers look at the word again in every case. */
void os_futexsleep(uint32_t *addr, uint32_t val, int64_t ns) {
  struct timespec ts = {.tv_sec = (time_t)(ns / 1000000000),
                        .tv_nsec = (long)(ns % 1000000000)};
  futex(addr, FUTEX_WAIT, val, ns < 0 ? NULL : &ts);
}

void os_futexwakeup(uint32_t *addr, uint32_t cnt) {
  futex(addr, FUTEX_WAKE, cnt, NULL);
}
