/* fd.h: reading, writing and accepting that park the goroutine, not the M.
 *
 * Go: internal/poll, FD.
 *
 * Results are those of the host's calls, and errors negative: -errno, or one of
 * the three below, which are goro.h's.
 */
#ifndef GORO_LIB_POLL_H
#define GORO_LIB_POLL_H

#include "lib/poll/fd_mutex.h"
#include "sched/polldesc.h"

enum {
  FD_ECLOSED = -10001,    /* Go: ErrFileClosing */
  FD_ETIMEOUT = -10002,   /* Go: ErrDeadlineExceeded */
  FD_ENODEADLINE = -10003 /* Go: ErrNoDeadline */
};

/* What there is of a descriptor's record. */
enum fdphase {
  FD_UNUSED,  /* nothing: the number is closed, or was never used here */
  FD_OPENING, /* somebody looks what it is */
  FD_OPEN,
  FD_CLOSING, /* goro__FD_Close is under way */
  FD_GONE     /* and the host is closing it: the number may be another's now */
};

/* Who waits in goro__FD_Close; on its stack. */
struct closer {
  uint32_t sema; /* for destroy */
  int32_t err;   /* of the host's close; written before sema */
};

/* The record of one descriptor number, never freed. */
struct FD {
  struct fdMutex fdmu;
  uint32_t phase;      /* atomic: enum fdphase; who makes it FD_OPENING, and who
                          closes or destroys, change it further */
  int32_t sysfd;       /* r/o while open */
  uint8_t kind;        /* enum os_fdkind; r/o while open */
  struct pollDesc *pd; /* r/o while open; NULL if it cannot be waited for */
  struct closer *closer; /* NULL if nobody waits; r/o once FD_CLOSING */
};

/* For tests: fd's record, NULL if there is none. */
struct FD *goro__FD_record(int fd);

GORO_UNWINDS ptrdiff_t goro__FD_Read(int fd, void *p, size_t n);
GORO_UNWINDS ptrdiff_t goro__FD_Write(int fd, const void *p, size_t n);
GORO_UNWINDS int goro__FD_Accept(int fd);
GORO_UNWINDS int goro__FD_Close(int fd);
/* modes: of enum pollMode; when: a nanotime, or 0 for none. */
int goro__FD_SetDeadline(int fd, int64_t when, unsigned modes);

#endif
