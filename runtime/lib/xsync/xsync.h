/* xsync.h: errgroup and semaphore.
 *
 * Go: golang.org/x/sync.
 *
 * Thin layers over sync, context and channels.  The zero value of Group is
 * ready for use.  None may be copied after its first use, nor freed during a
 * call on it.
 */
#ifndef GORO_XSYNC_H
#define GORO_XSYNC_H

#include "lib/context/context.h"
#include "lib/errors/errors.h"
#include "lib/sync/sync.h"
#include "wait/chan.h"

/* ---- errgroup.c ---- */

/* A task: NULL, or an error of which the group gets the reference. */
typedef struct error *(*errgroup_func)(void *arg);

struct Group {
  struct Context *ctx; /* counted; canceled by the first error, or NULL; r/o */
  struct hchan *sem;   /* holds a token for each task; NULL: no limit.  Changed
                           only while there are no tasks */
  struct error *err;   /* counted; written by whoever sets failed, before its
                           Done; read after Wait */
  struct WaitGroup wg; /* the tasks */
  uint32_t failed;     /* atomic: 1 = a task has failed */
};

/* The group's context, held by the group. */
GORO_UNWINDS struct Context *goro__Group_WithContext(struct Group *g,
                                                     struct Context *parent);
GORO_UNWINDS void goro__Group_Go(struct Group *g, errgroup_func f, void *arg);
GORO_UNWINDS bool goro__Group_TryGo(struct Group *g, errgroup_func f,
                                    void *arg);
GORO_UNWINDS void goro__Group_SetLimit(struct Group *g, int n);
/* The first error, held by the group. */
GORO_UNWINDS struct error *goro__Group_Wait(struct Group *g);
GORO_UNWINDS void goro__Group_free(struct Group *g);

/* ---- semaphore.c ---- */

struct Weighted {
  int64_t size;           /* r/o */
  int64_t cur;            /* under mu: what is held */
  struct Mutex mu;        /* protects cur and the list */
  struct waiter *waiters; /* under mu: first come, first served */
  struct waiter *last;    /* under mu: of waiters, if there are any */
};

/* NULL with n acquired, or ctx's error. */
GORO_UNWINDS struct error *goro__Weighted_Acquire(struct Weighted *s,
                                                  struct Context *ctx,
                                                  int64_t n);
GORO_UNWINDS bool goro__Weighted_TryAcquire(struct Weighted *s, int64_t n);
/* Panics "semaphore: released more than held". */
GORO_UNWINDS void goro__Weighted_Release(struct Weighted *s, int64_t n);

#endif
