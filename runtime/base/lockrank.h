/* lockrank.h: the order in which runtime locks may be taken, and its check.
 *
 * Go: runtime/mklockrank.go, lockrank_on.go.
 *
 * Invariant: an M that holds a lock of rank r takes only locks of a rank
 * greater than r; among Hchan locks, in ascending address (select).  Debug
 * builds check every acquisition (lockrank.c); release builds carry no rank.
 *
 * The table reads from the outermost lock to the innermost: what stands above
 * may be held when what stands below is taken.
 */
#ifndef GORO_LOCKRANK_H
#define GORO_LOCKRANK_H

#include <stdbool.h>

enum lockrank {
  lockRankNone = 0,   /* not ranked: tests */
  lockRankTimerSend,  /* timer.sendLock: held over a send on its channel */
  lockRankHchan,      /* hchan.lock; several at once in address order */
  lockRankNotifyList, /* notifyList.lock */
  lockRankRoot,       /* semaRoot.lock */
  lockRankPollDesc,   /* pollDesc.lock: held while its timers are set */
  lockRankTimers,     /* timers.mu: one P's heap */
  lockRankTimer,      /* timer.mu */
  lockRankSched,      /* sched.lock: global queue, idle Ms and Ps */
  lockRankAllg,       /* allglock: the list of all Gs */
  lockRankGFree,      /* sched.gFree.lock */
  lockRankSudog,      /* sched.sudoglock */
  lockRankPollSet,    /* pollset.lock: all open pollDescs */
  lockRankMax
};

struct mutex;

/* Record that this M takes, or has released, lock l of rank r. */
void goro__lockrank_acquire(struct mutex *l, enum lockrank r);
void goro__lockrank_release(struct mutex *l);
bool goro__lockrank_held(struct mutex *l);

#endif
