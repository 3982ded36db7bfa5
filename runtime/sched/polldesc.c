/* polldesc.c: goroutines that wait for descriptors, and the look at these.
 *
 * Go: runtime/netpoll.go, netpoll_wasip1.go and netpoll_aix.go (the list of
 * what to poll).
 *
 * A goroutine tries a call; if that would block it parks (pollWait), and
 * whoever looks at the descriptors (goro__netpoll) makes it runnable when they
 * are ready, upon which it tries again.  Looking is level-triggered: what to
 * look at is collected anew each time, from the states of rg and wg.
 *
 * Who looks: the M that has nothing to do, for as long as that is so
 * (netpoll.c); beside other work, an M that schedules, when nobody has looked
 * for POLL_LATE (goro__netpoll_due), and then without waiting.
 *
 * No readiness is lost.  A goroutine first makes rg pdWait, then reads
 * lastpoll: if an M waits in the host, it is told to collect again.  That M
 * first makes lastpoll 0, then collects.  tests/models/poll.pml is this.
 *
 * Invariants:
 *  1. rg and wg have one waiter at most (lib/poll/fd_mutex.h sees to that).
 *  2. netpollWaiters counts the rg and wg that are pdWait or a G.  It is raised
 *     before they become so, and lowered by who changes them back: while
 *     somebody waits it is not 0.
 *  3. A pollDesc is in pollset.pds from pollOpen to pollClose; seq tells what
 *     was collected from a later descriptor in the same record.
 *  4. Of what is looked at, the host knows the numbers only: a look that goes
 *     on while one is closed, and opened again by somebody else, may wake a
 *     goroutine for nothing, which then tries, and waits again.
 *
 * Locks: pd.lock for closing and deadlines; it is held while timers are set.
 * pollset.lock for the list of all; nothing is taken under it.
 *
 * Differs from Go: no pollEventErr: an error wakes the goroutine, and its call
 * says what is wrong.
 */
#include "sched/polldesc.h"

#include "sched/schedule.h"

enum {
  POLL_LATE = 10 * 1000 * 1000, /* ns */
};

static struct {
  struct mutex lock;
  struct pollDesc **pds; /* open ones; under lock */
  uint32_t n;            /* under lock */
  uint32_t cap;          /* under lock */
  struct pollDesc *free; /* by link; under lock */
} pollset;

static void pollset_lock(void) { lockWithRank(&pollset.lock, lockRankPollSet); }

/* ---- the list ---- */

static struct pollDesc *pd_new(void) {
  struct pollDesc *pd = goro__mallocz(sizeof *pd);
  lockInit(&pd->lock, lockRankPollDesc);
  goro__timer_init(&pd->rt, NULL, pd);
  goro__timer_init(&pd->wt, NULL, pd);
  return pd;
}

static void pollset_grow(void) {
  assertLockHeld(&pollset.lock);
  if (pollset.n < pollset.cap) return;
  uint32_t cap = GORO_MAX(16, 2 * pollset.cap);
  struct pollDesc **pds = goro__mallocz(cap * sizeof(struct pollDesc *));
  for (uint32_t i = 0; i < pollset.n; i++) pds[i] = pollset.pds[i];
  os_free(pollset.pds);
  pollset.pds = pds;
  pollset.cap = cap;
}

struct pollDesc *goro__pollOpen(int fd) {
  pollset_lock();
  struct pollDesc *pd = pollset.free;
  if (pd) pollset.free = pd->link;
  unlock(&pollset.lock);
  if (!pd) pd = pd_new();
  if (Load(&pd->rg) > pdReady || Load(&pd->wg) > pdReady)
    goro__throw("polldesc: blocked goroutine on free polldesc");
  pd->fd = fd;
  pd->closing = false;
  pd->rd = pd->wd = 0;
  Store(&pd->atomicInfo, 0);
  Store(&pd->rg, pdNil);
  Store(&pd->wg, pdNil);
  pollset_lock();
  pollset_grow();
  pd->index = pollset.n;
  pollset.pds[pollset.n++] = pd;
  unlock(&pollset.lock);
  return pd;
}

void goro__pollClose(struct pollDesc *pd) {
  if (!pd->closing) goro__throw("polldesc: close polldesc w/o unblock");
  if (Load(&pd->rg) > pdReady || Load(&pd->wg) > pdReady)
    goro__throw("polldesc: blocked goroutine on closing polldesc");
  pollset_lock();
  struct pollDesc *last = pollset.pds[--pollset.n];
  pollset.pds[pd->index] = last;
  last->index = pd->index;
  pd->seq++;
  pd->link = pollset.free;
  pollset.free = pd;
  unlock(&pollset.lock);
  /* A poll that waits may keep the host from closing it. */
  goro__netpollRearm();
}

/* ---- waiting ---- */

/* delta is what was changed back; see invariant 2.  If nobody waits now, an M
 * that waits in the host for nothing else would do so for ever. */
static void waiters_less(int32_t n) {
  if (n == 0 || Xadd(&sched.netpollWaiters, -n) > 0) return;
  if (Load(&sched.lastpoll) == 0) goro__netpollBreak();
}

/* Has pd a reason not to wait? */
static enum pollErr netpollcheckerr(struct pollDesc *pd, enum pollMode mode) {
  uint32_t info = Load(&pd->atomicInfo);
  uint32_t expired =
      mode == pollRead ? pollExpiredReadDeadline : pollExpiredWriteDeadline;
  if (info & pollClosing) return pollErrClosing;
  return info & expired ? pollErrTimeout : pollNoError;
}

static uintptr_t *slot(struct pollDesc *pd, enum pollMode mode) {
  return mode == pollRead ? &pd->rg : &pd->wg;
}

/* gopark's unlock function. */
static int64_t netpollblockcommit(void *gp, void *gpp) {
  return Cas((uintptr_t *)gpp, (uintptr_t)pdWait, (uintptr_t)gp);
}

/* Make *gpp pdWait.  False: it was ready, and that is taken note of. */
static bool netpollblock_begin(uintptr_t *gpp) {
  for (;;) {
    if (Cas(gpp, (uintptr_t)pdReady, (uintptr_t)pdNil)) return false;
    Xadd(&sched.netpollWaiters, 1);
    if (Cas(gpp, (uintptr_t)pdNil, (uintptr_t)pdWait)) return true;
    waiters_less(1);
    if (Load(gpp) > pdReady) goro__throw("polldesc: double wait");
  }
}

/* True if the descriptor is ready, false on a deadline or close. */
static GORO_UNWINDS bool netpollblock(struct pollDesc *pd, enum pollMode mode) {
  uintptr_t *gpp = slot(pd, mode);
  if (!netpollblock_begin(gpp)) return true;
  goro__netpollRearm();
  /* Once more: who closes or lets a deadline pass first says so, and then looks
   * at rg and wg. */
  if (netpollcheckerr(pd, mode) == pollNoError)
    goro__gopark(netpollblockcommit, gpp, waitReasonIOWait);
  uintptr_t old = Xchg(gpp, (uintptr_t)pdNil);
  if (old > pdWait) goro__throw("polldesc: corrupted polldesc");
  if (old == pdWait) waiters_less(1);
  return old == pdReady;
}

/* Take the goroutine that waits in this mode, if one does; ioready: leave word
 * for one that will.  *waiters counts those that do not wait any more. */
static struct g *netpollunblock(struct pollDesc *pd, enum pollMode mode,
                                bool ioready, int32_t *waiters) {
  uintptr_t *gpp = slot(pd, mode), next = ioready ? pdReady : pdNil;
  for (;;) {
    uintptr_t old = Load(gpp);
    if (old == pdReady || (old == pdNil && !ioready)) return NULL;
    if (!Cas(gpp, old, next)) continue;
    if (old != pdNil) (*waiters)++;
    return old > pdWait ? (struct g *)old : NULL;
  }
}

enum pollErr goro__pollReset(struct pollDesc *pd, enum pollMode mode) {
  enum pollErr err = netpollcheckerr(pd, mode);
  if (err == pollNoError) Store(slot(pd, mode), pdNil);
  return err;
}

enum pollErr goro__pollWait(struct pollDesc *pd, enum pollMode mode) {
  for (;;) {
    enum pollErr err = netpollcheckerr(pd, mode);
    if (err != pollNoError) return err;
    if (netpollblock(pd, mode)) return pollNoError;
    /* A deadline may have passed and been set anew meanwhile. */
  }
}

/* ---- closing and deadlines ---- */

/* After closing, rd or wd have changed, and before netpollunblock. */
static void publishInfo(struct pollDesc *pd) {
  assertLockHeld(&pd->lock);
  uint32_t info = pd->closing ? pollClosing : 0;
  if (pd->rd < 0) info |= pollExpiredReadDeadline;
  if (pd->wd < 0) info |= pollExpiredWriteDeadline;
  Store(&pd->atomicInfo, info);
}

/* Who waits in one of `modes` goes on, without its descriptor being ready.
 * Releases pd.lock. */
static void unblock_and_unlock(struct pollDesc *pd, unsigned modes) {
  int32_t less = 0;
  struct g *rg = NULL, *wg = NULL;
  if (modes & pollRead) rg = netpollunblock(pd, pollRead, false, &less);
  if (modes & pollWrite) wg = netpollunblock(pd, pollWrite, false, &less);
  unlock(&pd->lock);
  if (rg) goro__goready(rg);
  if (wg) goro__goready(wg);
  waiters_less(less);
}

static void netpolldeadlineimpl(struct pollDesc *pd, uintptr_t seq, bool read,
                                bool write) {
  lock(&pd->lock);
  if (seq != (read ? pd->rseq : pd->wseq)) {
    unlock(&pd->lock); /* stale */
    return;
  }
  if (read ? pd->rd <= 0 || !pd->rrun : pd->wd <= 0 || !pd->wrun)
    goro__throw("polldesc: inconsistent deadline");
  if (read) pd->rd = -1;
  if (write) pd->wd = -1;
  publishInfo(pd);
  unblock_and_unlock(pd, (read ? pollRead : 0u) | (write ? pollWrite : 0u));
}

static void netpollDeadline(void *pd, uintptr_t seq, int64_t delay) {
  (void)delay;
  netpolldeadlineimpl(pd, seq, true, true);
}

static void netpollReadDeadline(void *pd, uintptr_t seq, int64_t delay) {
  (void)delay;
  netpolldeadlineimpl(pd, seq, true, false);
}

static void netpollWriteDeadline(void *pd, uintptr_t seq, int64_t delay) {
  (void)delay;
  netpolldeadlineimpl(pd, seq, false, true);
}

/* Set or stop one timer: `when` as rd. */
static void set_timer(struct timer *t, bool *run, uintptr_t *seq, int64_t when,
                      void (*f)(void *, uintptr_t, int64_t), void *pd) {
  if (*run) ++*seq; /* invalidates it, should it go off now */
  if (when > 0)
    goro__timer_modify(t, when, 0, f, pd, *seq);
  else if (*run)
    goro__timer_stop(t);
  *run = when > 0;
}

/* Both timers as rd and wd say. */
static void set_timers(struct pollDesc *pd) {
  bool combo = pd->rd > 0 && pd->rd == pd->wd;
  set_timer(&pd->rt, &pd->rrun, &pd->rseq, pd->rd,
            combo ? netpollDeadline : netpollReadDeadline, pd);
  set_timer(&pd->wt, &pd->wrun, &pd->wseq, combo ? 0 : pd->wd,
            netpollWriteDeadline, pd);
}

void goro__pollSetDeadline(struct pollDesc *pd, int64_t when, unsigned modes) {
  lock(&pd->lock);
  if (pd->closing) {
    unlock(&pd->lock);
    return;
  }
  if (when != 0 && when <= nanotime()) when = -1;
  if (modes & pollRead) pd->rd = when;
  if (modes & pollWrite) pd->wd = when;
  publishInfo(pd);
  set_timers(pd);
  unblock_and_unlock(pd, when < 0 ? modes : 0);
}

void goro__pollUnblock(struct pollDesc *pd) {
  lock(&pd->lock);
  if (pd->closing) goro__throw("polldesc: unblock on closing polldesc");
  pd->closing = true;
  publishInfo(pd);
  set_timer(&pd->rt, &pd->rrun, &pd->rseq, 0, NULL, pd);
  set_timer(&pd->wt, &pd->wrun, &pd->wseq, 0, NULL, pd);
  unblock_and_unlock(pd, pollRead | pollWrite);
}

/* ---- looking ---- */

/* What one look is about.  Who has `busy` has all of it. */
static struct {
  uint32_t busy; /* atomic: somebody looks */
  uint32_t cap;
  struct os_pollfd *fds;
  struct {
    struct pollDesc *pd;
    uint32_t seq;
  } *who; /* whose the fds are */
} look;

static void look_grow(uint32_t n) {
  if (n <= look.cap) return;
  os_free(look.fds);
  os_free(look.who);
  look.cap = 2 * n;
  look.fds = goro__mallocz(look.cap * sizeof *look.fds);
  look.who = goro__mallocz(look.cap * sizeof *look.who);
}

static uint8_t waits_for(struct pollDesc *pd) {
  unsigned in = Load(&pd->rg) > pdReady ? pollRead : 0;
  unsigned out = Load(&pd->wg) > pdReady ? pollWrite : 0;
  return (uint8_t)(in | out);
}

static uint32_t look_collect(void) {
  uint32_t n = 0;
  pollset_lock();
  look_grow(pollset.n);
  for (uint32_t i = 0; i < pollset.n; i++) {
    struct pollDesc *pd = pollset.pds[i];
    uint8_t events = waits_for(pd);
    if (events == 0) continue;
    look.fds[n] = (struct os_pollfd){.fd = pd->fd, .events = events};
    look.who[n].pd = pd;
    look.who[n++].seq = pd->seq;
  }
  unlock(&pollset.lock);
  return n;
}

static void toRun_push(struct gQueue *q, struct g *gp) {
  if (!gp) return;
  gp->schedlink = q->head;
  q->head = gp;
  if (!q->tail) q->tail = gp;
  q->size++;
}

/* Go: netpollready. */
static void netpollready(struct gQueue *toRun, struct pollDesc *pd,
                         unsigned modes, int32_t *less) {
  if (modes & pollRead)
    toRun_push(toRun, netpollunblock(pd, pollRead, true, less));
  if (modes & pollWrite)
    toRun_push(toRun, netpollunblock(pd, pollWrite, true, less));
}

static struct gQueue look_take(uint32_t n, int32_t *less) {
  struct gQueue toRun = {0};
  pollset_lock();
  for (uint32_t i = 0; i < n; i++)
    if (look.fds[i].ready && look.who[i].pd->seq == look.who[i].seq)
      netpollready(&toRun, look.who[i].pd, look.fds[i].ready, less);
  unlock(&pollset.lock);
  return toRun;
}

/* Go: injectglist, without starting Ms. */
static bool inject_list(struct gQueue *toRun) {
  if (toRun->size == 0) return false;
  for (struct g *gp = toRun->head; gp; gp = gp->schedlink) {
    goro__casgstatus(gp, Gwaiting, Grunnable);
    if (traceon()) goro__trace_g(TRACE_READY, gp, 0);
  }
  lock(&sched.lock);
  goro__globrunqputbatch(&sched.runq, toRun);
  unlock(&sched.lock);
  return true;
}

/* With a seed no M waits in the host for what another may do. */
static int64_t look_time(int64_t ns) { return goro__baton_on ? 0 : ns; }

bool goro__netpoll(int64_t ns) {
  while (!Cas(&look.busy, 0, 1)) {
    if (ns == 0) return false;
    goro__yield_m(); /* it looks without waiting, and is done soon */
  }
  int32_t less = 0;
  uint32_t n = look_collect();
  StoreRelaxed(&sched.netpolled, nanotime());
  struct gQueue toRun = {0};
  if (os_poll(look.fds, n, look_time(ns)) > 0) toRun = look_take(n, &less);
  Store(&look.busy, 0);
  waiters_less(less);
  return inject_list(&toRun);
}

bool goro__netpoll_due(int64_t now) {
  return LoadRelaxed(&sched.netpollWaiters) > 0 &&
         now - LoadRelaxed(&sched.netpolled) > POLL_LATE &&
         Load(&sched.lastpoll) != 0;
}
