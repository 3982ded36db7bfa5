/* polldesc.h: a descriptor that goroutines wait for.
 *
 * Go: runtime/netpoll.go.
 */
#ifndef GORO_POLLDESC_H
#define GORO_POLLDESC_H

#include "sched/runtime2.h"

/* What rg and wg hold, beside the G that is parked there. */
enum {
  pdNil,   /* none of the others */
  pdReady, /* the descriptor is ready, and nobody has taken note yet */
  pdWait   /* a goroutine is about to park */
};

/* Results of pollReset and pollWait. */
enum pollErr {
  pollNoError,
  pollErrClosing, /* the descriptor is being closed */
  pollErrTimeout  /* its deadline has passed */
};

/* Bits of atomicInfo. */
enum {
  pollClosing = 1,
  pollExpiredReadDeadline = 2,
  pollExpiredWriteDeadline = 4
};

/* Records are never freed, only reused. */
struct pollDesc {
  struct pollDesc *link; /* free list; under pollset.lock */
  int32_t fd;            /* r/o while open */
  uint32_t seq;   /* another one each time it is opened; under pollset.lock */
  uint32_t index; /* in pollset.pds; under pollset.lock */

  uint32_t atomicInfo; /* atomic: what closing, rd and wd say, for
                          netpollcheckerr; written under lock */
  uintptr_t
      rg; /* atomic: pdReady, pdWait, the G that waits to read, or pdNil */
  uintptr_t wg; /* atomic: the same for writing */

  struct mutex lock; /* protects what follows */
  bool closing;
  bool rrun;       /* rt is set */
  bool wrun;       /* wt is set */
  uintptr_t rseq;  /* that of rt's last setting: earlier ones are stale */
  struct timer rt; /* read deadline, or that of both if they are the same */
  int64_t rd;      /* nanotime; 0: none, < 0: it has passed */
  uintptr_t wseq;
  struct timer wt;
  int64_t wd;
};

/* What a call is about. */
enum pollMode { pollRead = OS_POLLIN, pollWrite = OS_POLLOUT };

/* A pollDesc for fd. */
struct pollDesc *goro__pollOpen(int fd);
/* Give it back, after pollUnblock, when nobody waits any more.  The descriptor
 * is closed afterwards. */
void goro__pollClose(struct pollDesc *pd);
/* Forget what was noted so far, before a call is tried. */
enum pollErr goro__pollReset(struct pollDesc *pd, enum pollMode mode);
/* Park until the descriptor is ready.  One goroutine for each mode at most. */
GORO_UNWINDS enum pollErr goro__pollWait(struct pollDesc *pd,
                                         enum pollMode mode);
/* Set the deadline of the modes in `modes`: a nanotime, or 0 for none. */
void goro__pollSetDeadline(struct pollDesc *pd, int64_t when, unsigned modes);
/* The descriptor is to be closed: wake who waits, with pollErrClosing. */
void goro__pollUnblock(struct pollDesc *pd);

#endif
