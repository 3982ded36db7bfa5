/* os.h: the host contract.  Everything the runtime asks of its host.
 *
 * One file per host implements it: os_wasip1.c, os_js.c (with os_js.js),
 * os_unix.c.  No other file knows which host it runs on; a host #ifdef
 * outside this room is an error that the lint finds.
 *
 * Invariants:
 *  1. Nothing here parks a goroutine.  os_futexsleep blocks the M.
 *  2. Nothing here calls back into the runtime, except os_main's call of
 *     goro__rt0 and the polls that a host without blocking makes afterwards.
 *  3. os_write, os_exit and os_nanotime work at any time, also while the
 *     runtime is broken: they allocate nothing and take no runtime lock.
 */
#ifndef GORO_OS_H
#define GORO_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "os/memory.h"

/* Clocks, in nanoseconds.  The monotonic clock never goes back and never
 * returns 0; the wall clock counts from 1970. */
int64_t os_nanotime(void);
int64_t os_walltime(void);
#if GORO_DEBUG
extern int64_t os_clock_jump; /* atomic; a test has the machine sleep */
#define OS_CLOCK_JUMP LoadRelaxed(&os_clock_jump)
#else
#define OS_CLOCK_JUMP 0
#endif

/* Memory.  os_alloc returns zeroed bytes aligned to 16, or NULL.  Tests make
 * the N-th call fail. */
void *os_alloc(size_t size);
void os_free(void *p);
#if GORO_DEBUG
extern uint32_t os_fail_alloc_at; /* the N-th next call fails; 0 = off */
#endif

/* Fill p with n random bytes from the host. */
void os_random(void *p, size_t n);

/* Write all n bytes to the host's file descriptor fd (1 or 2), unbuffered,
 * past libc.  Errors are ignored: there is nobody left to tell. */
void os_write(int fd, const void *p, size_t n);

/* Flush libc's buffered output, best effort.  Must not suspend. */
void os_flush(void);

/* End the program at once with this exit code.  No atexit handlers. */
_Noreturn void os_exit(int code);

/* The value of an environment variable, or NULL.  Valid for ever. */
const char *os_getenv(const char *name);

/* How many Ms can run at the same time on this host: 1 where memory is not
 * shared.  *reason says why, in a few words. */
int os_ncpu(const char **reason);

/* Start a host thread that calls fn(arg) on a C stack of its own and is over
 * when that returns; OS_MSTACK bytes of stack are enough.  It does not wait for
 * the thread: where threads are workers of a page, they start when the event
 * loop has had its turn.  False: the host has no more threads. */
enum { OS_MSTACK = 65536 };
bool os_newm(void (*fn)(void *), void *arg);

/* The C stack of the M that calls: [*lo, *hi).  For switch_asyncify.c. */
void os_mstack(uintptr_t *lo, uintptr_t *hi);

/* True if this M may block the host thread it runs on.  False on a page's
 * main thread, and wherever the host's event loop must go on turning: there
 * the scheduler returns to its caller instead of idling.  Only M0 can be such
 * an M. */
bool os_canblock(void);

/* Have the host call goro__run soon on M0, which does not block and may have
 * returned from it.  Any M may call this; it does not block. */
void os_wakem0(void);

/* Sleep while *addr == val, at most ns nanoseconds (ns < 0: no limit); wake
 * up to cnt sleepers on addr.  Sleep only where os_canblock(). */
void os_futexsleep(uint32_t *addr, uint32_t val, int64_t ns);
void os_futexwakeup(uint32_t *addr, uint32_t cnt);

/* Give way to the host's other threads for a moment: for loops that wait for
 * what another M does within microseconds. */
void os_procyield(void);

/* ---- descriptors: os_*_poll.c ---- */

/* What a goroutine can do about a descriptor that is not ready. */
enum os_fdkind {
  OS_FD_PLAIN,    /* nothing: files; calls are made as they are */
  OS_FD_NONBLOCK, /* calls return -EAGAIN, and os_poll waits */
  OS_FD_WAITFIRST /* calls would block: os_poll first, then read; a write may
                     block */
};

/* The kind of fd, which is set not to block if it is to be so for this process
 * alone; or a negative errno. */
int os_fd_kind(int fd);

/* The host's calls; a negative errno instead of -1.  os_fd_accept's new
 * descriptor is OS_FD_NONBLOCK. */
ptrdiff_t os_fd_read(int fd, void *p, size_t n);
ptrdiff_t os_fd_write(int fd, const void *p, size_t n);
int os_fd_accept(int fd);
int os_fd_close(int fd);

enum { OS_POLLIN = 1, OS_POLLOUT = 2 };
struct os_pollfd {
  int32_t fd;
  uint8_t events; /* in: what is waited for */
  uint8_t ready;  /* out: what of it would not block, or fails */
};

/* Wait for at most ns nanoseconds (ns < 0: no limit) until one of n descriptors
 * is ready, or os_pollbreak is called; may come back earlier.  Returns how many
 * are ready.  One call at a time. */
uint32_t os_poll(struct os_pollfd *fds, uint32_t n, int64_t ns);

/* End the call of os_poll that runs, or the next one.  A host that cannot do
 * that bounds os_poll's wait instead. */
void os_pollbreak(void);

/* Entry points that the hosts call.  goro__rt0 boots the scheduler and makes
 * the main goroutine; goro__run runs goroutines for at most budget
 * nanoseconds (< 0: until the program ends).  It returns when the budget is
 * spent (0), or when nothing is runnable: then the nanotime of the earliest
 * timer, or INT64_MAX if only an event can wake the program. */
void goro__rt0(void);
int64_t goro__run(int64_t budget);

/* The host found the running goroutine out of its engine's own stack, or
 * trapped.  Reports it like any fatal error, and exits. */
_Noreturn void goro__host_fault(const char *msg);

/* The main goroutine's function: the user's main with the arguments that the
 * host has kept, then goro__main_returned with its result. */
void os_main(void *unused);
void goro__main_returned(int code);

/* Run libc's exit: atexit handlers, flush, then the exit code. */
_Noreturn void os_libc_exit(int code);

#endif
