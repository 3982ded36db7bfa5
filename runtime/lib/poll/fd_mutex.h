/* fd_mutex.h: the life of a descriptor, and who may read and write it.
 *
 * Go: internal/poll/fd_mutex.go.
 *
 * Read operations do rwlock(true), rwunlock(true); write operations the same
 * with false.  Others, as setting a deadline, do incref, decref: so that the
 * descriptor is not closed, and its number given to another one, meanwhile.
 * Close does increfAndClose, decref.
 */
#ifndef GORO_FD_MUTEX_H
#define GORO_FD_MUTEX_H

#include "sched/runtime2.h"

/* The zero value is open and free. */
struct fdMutex {
  uint64_t state; /* atomic; see fd_mutex.c */
  uint32_t rsema; /* those that wait to read */
  uint32_t wsema; /* those that wait to write */
};

/* Add a reference.  False: it is closed. */
bool goro__fdMutex_incref(struct fdMutex *mu);
/* Close it, and add a reference.  False: it was closed already. */
bool goro__fdMutex_increfAndClose(struct fdMutex *mu);
/* Drop a reference.  True: it is closed, and this was the last one. */
bool goro__fdMutex_decref(struct fdMutex *mu);
/* Add a reference, and lock for reading or writing.  False: it is closed, and
 * *last is as decref's result. */
GORO_UNWINDS bool goro__fdMutex_rwlock(struct fdMutex *mu, bool read,
                                       bool *last);
/* Undo that; as decref. */
bool goro__fdMutex_rwunlock(struct fdMutex *mu, bool read);

#endif
