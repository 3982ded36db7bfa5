/* os_unix_poll.c: descriptors on native Linux: poll, with an eventfd to end it.
 *
 * Go: runtime/netpoll_aix.go (poll with a pipe that wakes it), internal/poll.
 *
 * Invariants:
 *  1. Standard streams are never set not to block: others share them.
 *  2. What os_poll uses belongs to its caller, of which there is one at a time.
 *
 * SIGPIPE is ignored from the first descriptor on that can be waited for,
 * unless the program handles it: a write says EPIPE.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "os/os.h"

static int breaker = -1; /* the eventfd; r/o after its creation */
static pthread_once_t breaker_once = PTHREAD_ONCE_INIT;

static void breaker_make(void) {
  breaker = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (breaker < 0) goro__host_fault("os_unix: eventfd failed");
  struct sigaction old;
  if (sigaction(SIGPIPE, NULL, &old) == 0 && old.sa_handler == SIG_DFL)
    signal(SIGPIPE, SIG_IGN);
}

/* ---- calls ---- */

int os_fd_kind(int fd) {
  struct stat st;
  pthread_once(&breaker_once, breaker_make);
  if (fstat(fd, &st) != 0) return -errno;
  if (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode) || S_ISBLK(st.st_mode))
    return OS_FD_PLAIN;
  bool ours = S_ISSOCK(st.st_mode) || S_ISFIFO(st.st_mode);
  if (!ours || fd <= STDERR_FILENO) return OS_FD_WAITFIRST;
  int flags = fcntl(fd, F_GETFL);
  if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) return -errno;
  return OS_FD_NONBLOCK;
}

ptrdiff_t os_fd_read(int fd, void *p, size_t n) {
  ssize_t r;
  do r = read(fd, p, n);
  while (r < 0 && errno == EINTR);
  return r < 0 ? -errno : r;
}

ptrdiff_t os_fd_write(int fd, const void *p, size_t n) {
  ssize_t r;
  do r = write(fd, p, n);
  while (r < 0 && errno == EINTR);
  return r < 0 ? -errno : r;
}

int os_fd_accept(int fd) {
  int r;
  do r = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  while (r < 0 && (errno == EINTR || errno == ECONNABORTED));
  return r < 0 ? -errno : r;
}

/* Linux closes it in any case, EINTR or not. */
int os_fd_close(int fd) { return close(fd) == 0 ? 0 : -errno; }

/* ---- waiting ---- */

static struct pollfd *list; /* [0] is the breaker; invariant 2 */
static uint32_t list_cap;

static void list_grow(uint32_t n) {
  if (n <= list_cap) return;
  list_cap = n < 64 ? 64 : 2 * n;
  list = realloc(list, list_cap * sizeof *list);
  if (!list) goro__host_fault("os_unix: out of memory for poll");
}

static void list_fill(const struct os_pollfd *fds, uint32_t n) {
  list_grow(n + 1);
  list[0] = (struct pollfd){.fd = breaker, .events = POLLIN};
  for (uint32_t i = 0; i < n; i++) {
    int in = fds[i].events & OS_POLLIN ? POLLIN : 0;
    int out = fds[i].events & OS_POLLOUT ? POLLOUT : 0;
    list[i + 1] = (struct pollfd){.fd = fds[i].fd, .events = (short)(in | out)};
  }
}

/* Errors are for the call that is waiting to be made, whatever it is. */
static uint8_t ready_of(const struct pollfd *p, uint8_t events) {
  unsigned ready = 0;
  if (p->revents & POLLIN) ready |= OS_POLLIN;
  if (p->revents & POLLOUT) ready |= OS_POLLOUT;
  if (p->revents & (POLLERR | POLLHUP | POLLNVAL)) ready |= events;
  return (uint8_t)(ready & events);
}

static void breaker_reset(void) {
  uint64_t times;
  if (read(breaker, &times, sizeof times) < 0 && errno != EAGAIN)
    goro__host_fault("os_unix: the eventfd is gone");
}

uint32_t os_poll(struct os_pollfd *fds, uint32_t n, int64_t ns) {
  pthread_once(&breaker_once, breaker_make);
  struct timespec ts = {.tv_sec = (time_t)(ns / 1000000000),
                        .tv_nsec = (long)(ns % 1000000000)};
  uint32_t ready = 0;
  list_fill(fds, n);
  int got = ppoll(list, n + 1, ns < 0 ? NULL : &ts, NULL);
  if (got < 0 && errno != EINTR) goro__host_fault("os_unix: poll failed");
  for (uint32_t i = 0; i < n; i++) {
    fds[i].ready = got <= 0 ? 0 : ready_of(&list[i + 1], fds[i].events);
    ready += fds[i].ready != 0;
  }
  /* A look that does not wait leaves it to who it is for. */
  if (got > 0 && list[0].revents && ns != 0) breaker_reset();
  return ready;
}

void os_pollbreak(void) {
  uint64_t one = 1;
  pthread_once(&breaker_once, breaker_make);
  if (write(breaker, &one, sizeof one) < 0 && errno != EAGAIN)
    goro__host_fault("os_unix: the eventfd is gone");
}
