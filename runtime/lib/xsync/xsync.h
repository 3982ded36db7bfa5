/* xsync.h: errgroup, semaphore and singleflight.
 *
 * Go: golang.org/x/sync.
 *
 * Thin layers over sync, context and channels.  The zero values of Group and
 * flightGroup are ready for use.  None may be copied after its first use, nor
 * freed during a call on it.
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

/* ---- singleflight.c ---- */

/* Sets *val, and returns NULL or an error whose reference the caller gets. */
typedef struct error *(*flight_func)(void *arg, void **val);

enum ending { ENDS_RETURNED, ENDS_PANICKED, ENDS_GOEXIT };

/* Who waits for the result on a channel. */
struct flightChan {
  struct flightChan *next;
  struct hchan *c;
};

struct call {
  struct call *next; /* in the bucket; under mu */
  struct flightGroup *g;
  uint32_t hash;            /* r/o: of key */
  bool listed;              /* under mu: it is in the table */
  int32_t refs;             /* atomic: see Lifetime */
  uint32_t dups;            /* under mu, until wg is done */
  struct flightChan *chans; /* as dups; the first to ask comes first */
  struct flightChan **lastchan;
  flight_func f; /* r/o */
  void *arg;     /* r/o */
  struct WaitGroup wg;
  void *val;
  struct error *err; /* counted */
  uint8_t how;       /* enum ending */
  char *panicmsg;    /* a copy, owned by the call */
  void *panicval;
  bool runtime_error; /* of the panic */
  bool back;          /* that frame has ended, not by Goexit */
  struct _defer end;  /* of the frame that f runs in */
  struct _defer exit; /* of the frame outside */
  char key[];         /* r/o */
};

struct flightGroup {
  struct Mutex mu;       /* protects all of it */
  uint32_t ncalls;       /* calls under way, in the table or forgotten */
  uint32_t nbuckets;     /* a power of two, or 0 */
  struct call **buckets; /* a table of calls under way, by key; chained */
};

/* What DoChan's channel gets.  Same layout as the public one. */
struct Result {
  void *val;
  struct error *err; /* counted */
  bool shared;
};

/* The result of f(arg), or of the call for key that is under way. */
GORO_UNWINDS struct Result goro__flightGroup_Do(struct flightGroup *g,
                                                const char *key, flight_func f,
                                                void *arg);
GORO_UNWINDS struct hchan *goro__flightGroup_DoChan(struct flightGroup *g,
                                                    const char *key,
                                                    flight_func f, void *arg);
GORO_UNWINDS void goro__flightGroup_Forget(struct flightGroup *g,
                                           const char *key);
void goro__flightGroup_free(struct flightGroup *g);

#endif
