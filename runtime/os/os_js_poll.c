/* os_js_poll.c: descriptors on JavaScript hosts: files only.
 *
 * Emscripten's files are always ready, so nothing is ever waited for: reading
 * and writing are libc's calls.  There are no sockets.
 */
#include <errno.h>
#include <unistd.h>

#include "os/os.h"

int os_fd_kind(int fd) {
  (void)fd;
  return OS_FD_PLAIN;
}

ptrdiff_t os_fd_read(int fd, void *p, size_t n) {
  ssize_t r = read(fd, p, n);
  return r < 0 ? -errno : r;
}

ptrdiff_t os_fd_write(int fd, const void *p, size_t n) {
  ssize_t r = write(fd, p, n);
  return r < 0 ? -errno : r;
}

int os_fd_accept(int fd) {
  (void)fd;
  return -ENOSYS;
}

int os_fd_close(int fd) { return close(fd) == 0 ? 0 : -errno; }

uint32_t os_poll(struct os_pollfd *fds, uint32_t n, int64_t ns) {
  (void)fds, (void)n, (void)ns;
  goro__host_fault("os_js: nothing to poll");
}

void os_pollbreak(void) {}
