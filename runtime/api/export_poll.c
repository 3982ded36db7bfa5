/* export_poll.c: the functions of goro.h that read and write descriptors.
 */
#include <string.h>

#include "api/goro.h"
#include "lib/poll/fd.h"

_Static_assert((int)GORO_ECLOSED == (int)FD_ECLOSED, "GORO_ECLOSED");
_Static_assert((int)GORO_ETIMEOUT == (int)FD_ETIMEOUT, "GORO_ETIMEOUT");
_Static_assert((int)GORO_ENODEADLINE == (int)FD_ENODEADLINE,
               "GORO_ENODEADLINE");

GORO_FLATTEN ptrdiff_t goro_read(int fd, void *buf, size_t n) {
  goro__needg("goro_read");
  goro__safepoint(getg());
  return goro__FD_Read(fd, buf, n);
}

ptrdiff_t goro_write(int fd, const void *buf, size_t n) {
  goro__needg("goro_write");
  goro__safepoint(getg());
  return goro__FD_Write(fd, buf, n);
}

int goro_accept(int fd) {
  goro__needg("goro_accept");
  goro__safepoint(getg());
  return goro__FD_Accept(fd);
}

int goro_close(int fd) {
  goro__needg("goro_close");
  return goro__FD_Close(fd);
}

int goro_set_deadline(int fd, goro_time t) {
  goro__needg("goro_set_deadline");
  return goro__FD_SetDeadline(fd, t, pollRead | pollWrite);
}

int goro_set_read_deadline(int fd, goro_time t) {
  goro__needg("goro_set_read_deadline");
  return goro__FD_SetDeadline(fd, t, pollRead);
}

int goro_set_write_deadline(int fd, goro_time t) {
  goro__needg("goro_set_write_deadline");
  return goro__FD_SetDeadline(fd, t, pollWrite);
}

const char *goro_strerror(int err) {
  switch (err) {
  case GORO_ECLOSED:
    return "use of closed file";
  case GORO_ETIMEOUT:
    return "i/o timeout";
  case GORO_ENODEADLINE:
    return "file type does not support deadline";
  }
  return err < 0 ? strerror(-err) : "no error";
}
