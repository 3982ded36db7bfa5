/* os_wasip1_poll.c: descriptors under WASI preview 1.
 *
 * Go: runtime/netpoll_wasip1.go, internal/poll, syscall/net_wasip1.go.
 *
 * A program gets listening sockets from its host as open descriptors, and
 * others by accepting.  There is no way to make one, nor a pipe: so nothing can
 * end a poll_oneoff that another thread waits in, and with threads os_poll
 * waits for a short time only, a longer one while nothing comes.
 *
 * Streams that are not sockets can only be polled before they are read.
 * wasmtime's older implementation traps on that if the stream is /dev/null, and
 * it is the one that has threads: with these, a read blocks its thread instead,
 * as a syscall.
 *
 * Invariants:
 *  1. errno's numbers are those of WASI (wasi-libc).
 *  2. What os_poll uses belongs to its caller, of which there is one at a time.
 */
#include <errno.h>
#include <wasi/api.h>

#include "os/memory.h"
#include "os/os.h"

/* ---- calls ---- */

int os_fd_kind(int fd) {
  __wasi_fdstat_t st;
  __wasi_errno_t e = __wasi_fd_fdstat_get(fd, &st);
  if (e != __WASI_ERRNO_SUCCESS) return -(int)e;
  switch (st.fs_filetype) {
  case __WASI_FILETYPE_REGULAR_FILE:
  case __WASI_FILETYPE_DIRECTORY:
  case __WASI_FILETYPE_BLOCK_DEVICE:
    return OS_FD_PLAIN;
  case __WASI_FILETYPE_SOCKET_STREAM:
  case __WASI_FILETYPE_SOCKET_DGRAM:
    break;
  default: /* standard streams, too: whatever they are, it is not said */
    return GORO_THREADS ? OS_FD_PLAIN : OS_FD_WAITFIRST;
  }
  if (st.fs_flags & __WASI_FDFLAGS_NONBLOCK) return OS_FD_NONBLOCK;
  __wasi_fdflags_t flags = st.fs_flags | __WASI_FDFLAGS_NONBLOCK;
  e = __wasi_fd_fdstat_set_flags(fd, flags);
  return e == __WASI_ERRNO_SUCCESS ? OS_FD_NONBLOCK : -(int)e;
}

ptrdiff_t os_fd_read(int fd, void *p, size_t n) {
  __wasi_iovec_t v = {.buf = p, .buf_len = n};
  size_t got = 0;
  __wasi_errno_t e;
  do e = __wasi_fd_read(fd, &v, 1, &got);
  while (e == __WASI_ERRNO_INTR);
  return e != __WASI_ERRNO_SUCCESS ? -(ptrdiff_t)e : (ptrdiff_t)got;
}

ptrdiff_t os_fd_write(int fd, const void *p, size_t n) {
  __wasi_ciovec_t v = {.buf = p, .buf_len = n};
  size_t done = 0;
  __wasi_errno_t e;
  do e = __wasi_fd_write(fd, &v, 1, &done);
  while (e == __WASI_ERRNO_INTR);
  return e != __WASI_ERRNO_SUCCESS ? -(ptrdiff_t)e : (ptrdiff_t)done;
}

int os_fd_accept(int fd) {
  __wasi_fd_t got = -1;
  __wasi_errno_t e;
  do e = __wasi_sock_accept(fd, __WASI_FDFLAGS_NONBLOCK, &got);
  while (e == __WASI_ERRNO_INTR || e == __WASI_ERRNO_CONNABORTED);
  return e != __WASI_ERRNO_SUCCESS ? -(int)e : (int)got;
}

int os_fd_close(int fd) { return -(int)__wasi_fd_close(fd); }

/* ---- waiting ---- */

enum {
  BOUND_MIN = 1000 * 1000, /* ns */
  BOUND_MAX = 10 * 1000 * 1000
};

/* Invariant 2. */
static __wasi_subscription_t *subs;
static __wasi_event_t *events;
static uint32_t subs_cap;
static int64_t bound = BOUND_MIN;

static void subs_grow(uint32_t n) {
  if (n <= subs_cap) return;
  subs_cap = n < 64 ? 64 : 2 * n;
  os_free(subs); /* what is in them is of an earlier poll */
  os_free(events);
  subs = os_alloc(subs_cap * sizeof *subs);
  events = os_alloc(subs_cap * sizeof *events);
  if (!subs || !events) goro__host_fault("os_wasip1: out of memory for poll");
}

static const uint64_t CLOCK = UINT64_MAX; /* its userdata; others' the index */

static uint32_t subs_add(uint32_t at, uint64_t i, int fd, uint8_t type) {
  subs[at] = (__wasi_subscription_t){.userdata = i, .u = {.tag = type}};
  if (type == __WASI_EVENTTYPE_FD_READ)
    subs[at].u.u.fd_read.file_descriptor = fd;
  else
    subs[at].u.u.fd_write.file_descriptor = fd;
  return at + 1;
}

static uint32_t subs_add_clock(uint32_t at, int64_t ns) {
  subs[at] = (__wasi_subscription_t){
      .userdata = CLOCK,
      .u = {.tag = __WASI_EVENTTYPE_CLOCK,
            .u = {.clock = {.id = __WASI_CLOCKID_MONOTONIC,
                            .timeout = (__wasi_timestamp_t)ns}}}};
  return at + 1;
}

static uint32_t subs_fill(struct os_pollfd *fds, uint32_t n, int64_t ns) {
  uint32_t count = 0;
  subs_grow(2 * n + 1);
  for (uint32_t i = 0; i < n; i++) {
    fds[i].ready = 0;
    if (fds[i].events & OS_POLLIN)
      count = subs_add(count, i, fds[i].fd, __WASI_EVENTTYPE_FD_READ);
    if (fds[i].events & OS_POLLOUT)
      count = subs_add(count, i, fds[i].fd, __WASI_EVENTTYPE_FD_WRITE);
  }
  return ns < 0 ? count : subs_add_clock(count, ns);
}

static void mark(struct os_pollfd *fds, const __wasi_event_t *e) {
  if (e->userdata == CLOCK) return;
  struct os_pollfd *f = &fds[e->userdata];
  bool over =
      e->error != __WASI_ERRNO_SUCCESS ||
      (e->fd_readwrite.flags & __WASI_EVENTRWFLAGS_FD_READWRITE_HANGUP) != 0;
  uint8_t what = e->type == __WASI_EVENTTYPE_FD_READ ? OS_POLLIN : OS_POLLOUT;
  f->ready = over ? f->events : f->ready | what;
}

/* With threads the wait is bounded. */
static int64_t bounded(int64_t ns) {
  if (!GORO_THREADS) return ns;
  return ns < 0 || ns > bound ? bound : ns;
}

static void bound_adapt(bool found) {
  if (found)
    bound = BOUND_MIN;
  else if (bound < BOUND_MAX)
    bound *= 2;
}

uint32_t os_poll(struct os_pollfd *fds, uint32_t n, int64_t ns) {
  uint32_t ready = 0, count = subs_fill(fds, n, bounded(ns));
  size_t got = 0;
  __wasi_errno_t e = __wasi_poll_oneoff(subs, events, count, &got);
  for (size_t i = 0; e == __WASI_ERRNO_SUCCESS && i < got; i++)
    mark(fds, &events[i]);
  /* One descriptor is bad, and it is not said which: their calls will tell. */
  bool all = e != __WASI_ERRNO_SUCCESS && e != __WASI_ERRNO_INTR;
  for (uint32_t i = 0; i < n; i++) {
    if (all) fds[i].ready = fds[i].events;
    ready += fds[i].ready != 0;
  }
  if (ns != 0) bound_adapt(ready > 0);
  return ready;
}

void os_pollbreak(void) {} /* os_poll ends soon by itself */
