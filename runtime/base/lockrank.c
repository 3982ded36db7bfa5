/* lockrank.c: checks that locks are taken in the order of lockrank.h.
 *
 * Go: runtime/lockrank_on.go.
 *
 * Invariant: held[0..nheld) are the locks this M holds, in the order taken;
 * ranks never fall along it, and equal ranks mean Hchan locks in ascending
 * address.
 * Locks: none; the record belongs to the M that runs (thread-local).
 *
 * The record is this room's own instead of a field of the M, so that locks
 * need to know nothing of Gs and Ms.  Compiled into debug builds only.
 */
#include "base/lock.h"

#if GORO_DEBUG

/* A select of 65,536 cases holds as many locks; those beyond this many are only
 * counted. */
enum { max_held = 64 };

struct held_lock {
  struct mutex *l;
  enum lockrank rank;
};

static _Thread_local struct held_lock held[max_held];
static _Thread_local int nheld;
static _Thread_local int nmore; /* held, but not in the record */

void goro__lockrank_acquire(struct mutex *l, enum lockrank r) {
  if (r != lockRankNone && nheld > 0 && nmore == 0) {
    struct held_lock *top = &held[nheld - 1];
    bool ordered =
        r > top->rank || (r == lockRankHchan && top->rank == r && l > top->l);
    if (!ordered) goro__throw("lockrank: lock ordering problem");
  }
  if (nheld < max_held)
    held[nheld++] = (struct held_lock){l, r};
  else
    nmore++;
}

static int find_held(struct mutex *l) {
  for (int i = nheld - 1; i >= 0; i--)
    if (held[i].l == l) return i;
  return -1;
}

void goro__lockrank_release(struct mutex *l) {
  int i = find_held(l);
  if (i >= 0) {
    nheld--;
    for (; i < nheld; i++) held[i] = held[i + 1];
  } else if (nmore-- <= 0) {
    goro__throw("lockrank: unlock of a lock that is not held");
  }
}

bool goro__lockrank_held(struct mutex *l) {
  return find_held(l) >= 0 || nmore > 0;
}

#endif
