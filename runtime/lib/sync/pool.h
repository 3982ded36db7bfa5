/* pool.h: sync.Pool.
 *
 * Go: sync/pool.go.
 */
#ifndef GORO_POOL_H
#define GORO_POOL_H

#include "lib/sync/poolqueue.h"

struct Pool;

/* What the program does for a pool.  Either may be NULL: no new items, and
 * nothing to do for one that is dropped. */
struct poolFuncs {
  void *(*New)(void *arg);
  void (*drop)(void *arg, void *x);
  void *arg;
};

struct Pool *goro__Pool_new(struct poolFuncs f);
GORO_UNWINDS void *goro__Pool_Get(struct Pool *p);
/* x NULL does nothing. */
void goro__Pool_Put(struct Pool *p, void *x);
/* What a garbage collection does in Go: drop the items that have been there
 * since the last one, and let the others be next. */
GORO_UNWINDS void goro__Pool_age(struct Pool *p);
/* Drop all items and the pool. */
GORO_UNWINDS void goro__Pool_free(struct Pool *p);

#endif
