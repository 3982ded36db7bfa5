/* machine.c: the Ms: they start, sleep, wake, and hand Ps to each other.
 *
 * Go: runtime/proc.go (newm, startm, stopm, handoffp, wakep, mput, mget,
 * LockOSThread, stoplockedm, startlockedm), lock_futex.go (note).
 *
 * An M without a P sleeps on its note (park).  Whoever wakes it has a P for it:
 * that is written to nextp before the note is set, and is the M's when it
 * wakes.  M0 of a host with an event loop cannot sleep: it is "away" (MPARKED),
 * goro__run has returned, and os_wakem0 brings it back to find its note set.
 *
 * Invariants:
 *  1. An M on sched.midle has no P, does not spin, and its note is clear; who
 *     takes it off the list owns its note and nextp until the note is set.
 *  2. A P is never left behind: who takes one from the idle list, or is handed
 *     one, runs it, passes it to an M, or puts it back.
 *  3. sched.nmspinning counts the Ms with `spinning`, and those about to be
 *     woken or started as such: startm's caller has counted for its M.
 *  4. goro__threads is true before the second thread starts.
 *
 * Locks: sched.lock guards the lists and counts.  No lock is held while an M
 * sleeps or is started.
 *
 * Differs from Go: no template thread (a locked M's thread has no state that
 * a new one would inherit), and the thread of a goroutine that ends while it
 * is locked is used again.
 */
#include "base/rand.h"
#include "sched/runtime2.h"
#include "sched/schedule.h"

#if GORO_THREADS
bool goro__threads;
#endif

/* ---- notes ---- */

void goro__notewakeup(struct note *n) {
  if (Xchg(&n->key, 1) != 0) goro__throw("machine: double wakeup");
  goro__futexwakeup(&n->key, 1);
}

void goro__notesleep(struct note *n) {
  while (Load(&n->key) == 0) goro__futexsleep(&n->key, 0, -1);
}

bool goro__notetsleep(struct note *n, int64_t ns) {
  int64_t deadline = nanotime() + ns;
  while (Load(&n->key) == 0) {
    if (ns <= 0) return false;
    goro__futexsleep(&n->key, 0, ns);
    ns = deadline - nanotime();
  }
  return true;
}

/* ---- the idle list ---- */

static void mput(struct m *mp) {
  assertLockHeld(&sched.lock);
  mp->idlelink = sched.midle;
  sched.midle = mp;
  sched.nmidle++;
  goro__checkdead();
}

static struct m *mget(void) {
  assertLockHeld(&sched.lock);
  struct m *mp = sched.midle;
  if (!mp) return NULL;
  sched.midle = mp->idlelink;
  mp->idlelink = NULL;
  sched.nmidle--;
  return mp;
}

void goro__incidlelocked(int32_t n) {
  lock(&sched.lock);
  sched.nmidlelocked += n;
  if (n > 0) goro__checkdead();
  unlock(&sched.lock);
}

/* ---- sleeping and waking ---- */

bool goro__unparked(struct m *mp) {
  if (Load(&mp->park.key) == 0) return false;
  noteclear(&mp->park);
  mp->away = MHERE;
  struct p *pp = mp->nextp;
  mp->nextp = NULL;
  goro__acquirep(mp, pp);
  return true;
}

static bool mpark(struct m *mp) {
  if (!mp->canblock) {
    mp->away = MPARKED;
    return goro__unparked(mp);
  }
  goro__notesleep(&mp->park);
  return goro__unparked(mp);
}

bool goro__stopm(struct m *mp) {
  goro_assert(!mp->p && !mp->spinning);
  lock(&sched.lock);
  mput(mp);
  unlock(&sched.lock);
  return mpark(mp);
}

/* mp, taken off the idle list, goes on with pp. */
static void m_wake(struct m *mp, struct p *pp) {
  if (mp->nextp) goro__throw("machine: woken M has a P already");
  mp->nextp = pp;
  bool isaway = !mp->canblock;
  goro__point();
  goro__notewakeup(&mp->park);
  if (isaway) os_wakem0();
}

/* ---- starting ---- */

static void mstart(void *mv) {
  struct m *mp = mv;
  goro__baton_join(mp->player);
  goro__minit(mp);
  if (mp->fn) mp->fn();
  struct p *pp = mp->nextp;
  mp->nextp = NULL;
  goro__acquirep(mp, pp);
  goro__schedule(mp);
  goro__throw("machine: a worker's scheduler returned");
}

/* Which of the two does the host lack: memory for a stack, or threads? */
static _Noreturn void no_thread(void) {
  (void)goro__mallocz(2 * OS_MSTACK);
  goro__fatal("the host has no more threads; set GORO_MAXPROCS to fewer");
}

void goro__needthreads(void) {
#if GORO_THREADS
  if (!goro__threads) goro__threads = true;
#endif
}

/* Start mp's thread. */
static void newm(struct m *mp) {
  goro__needthreads();
  mp->player = goro__baton_new();
  if (!os_newm(mstart, mp)) no_thread();
}

void goro__newm_system(void (*fn)(void)) {
  struct m *mp = goro__allocm();
  mp->fn = fn;
  newm(mp);
}

void goro__startm(struct p *pp, bool spinning) {
  lock(&sched.lock);
  if (!pp) pp = goro__pidleget();
  if (!pp) {
    unlock(&sched.lock);
    return;
  }
  struct m *mp = mget();
  /* Counted as running before the lock is let go: no false deadlock. */
  if (!mp) sched.mcount++;
  unlock(&sched.lock);
  if (spinning && !goro__runqempty(pp))
    goro__throw("machine: P of a spinning M has work");
  if (mp) {
    mp->spinning = spinning;
    m_wake(mp, pp);
    return;
  }
  goro__needsysmon();
  mp = goro__allocm();
  lock(&sched.lock);
  sched.mcount--;
  unlock(&sched.lock);
  mp->spinning = spinning;
  mp->nextp = pp;
  newm(mp);
}

/* Conservative: only if no M looks for work already.  An M that finds some
 * calls this again (schedule.c), so that there is always one that looks while
 * there are idle Ps and work. */
GORO_NOINLINE void goro__wakep_slow(void) {
  if (Load(&sched.nmspinning) != 0 || !Cas(&sched.nmspinning, 0, 1)) return;
  lock(&sched.lock);
  struct p *pp = goro__pidlegetSpinning();
  if (!pp) Xadd(&sched.nmspinning, -1);
  unlock(&sched.lock);
  if (pp) goro__startm(pp, true);
}

/* The conditions here and in findRunnable must agree: if that would find
 * something to do with pp, this must start an M. */
void goro__handoffp(struct p *pp) {
  if (!goro__runqempty(pp) || LoadRelaxed(&sched.runq.size) != 0) {
    goro__startm(pp, false);
    return;
  }
  /* Nothing here, and nobody looks elsewhere. */
  if (Load(&sched.nmspinning) + Load(&sched.npidle) == 0 &&
      Cas(&sched.nmspinning, 0, 1)) {
    Store(&sched.needspinning, 0);
    goro__startm(pp, true);
    return;
  }
  lock(&sched.lock);
  if (sched.gcwaiting) {
    Store(&pp->status, Pgcstop);
    goro__stopped_one();
    unlock(&sched.lock);
    return;
  }
  bool work = sched.runq.size != 0;
  /* The last P in use, and nobody waits for the timers. */
  if (sched.npidle == sched.maxprocs - 1 && Load(&sched.lastpoll) != 0)
    work = true;
  int64_t when = 0;
  if (!work) {
    when = goro__timers_wakeTime(&pp->timers);
    goro__pidleput(pp);
  }
  unlock(&sched.lock);
  if (work) goro__startm(pp, false);
  if (when != 0) goro__wakeNetPoller(when);
}

/* ---- goroutines bound to an M ---- */

void goro__LockOSThread(void) {
  struct g *gp = goro__needg("goro_lock_os_thread");
  struct m *mp = gp->m;
  if (!GORO_THREADS) return; /* there is one M, and all are on it */
  mp->nlocked++;
  mp->lockedg = gp;
  gp->lockedm = mp;
}

void goro__UnlockOSThread(void) {
  struct g *gp = goro__needg("goro_unlock_os_thread");
  struct m *mp = gp->m;
  if (mp->nlocked == 0 || --mp->nlocked > 0) return;
  mp->lockedg = NULL;
  gp->lockedm = NULL;
}

bool goro__stoplockedm(struct m *mp) {
  if (mp->lockedg->lockedm != mp)
    goro__throw("machine: inconsistent locking of a goroutine to its M");
  if (mp->p) goro__handoffp(goro__releasep(mp));
  goro__incidlelocked(1);
  return mpark(mp);
}

void goro__wakelockedm(struct g *gp, struct p *pp) {
  goro__incidlelocked(-1);
  m_wake(gp->lockedm, pp);
}

bool goro__startlockedm(struct m *mp, struct g *gp) {
  goro_assert(gp->lockedm != mp);
  goro__wakelockedm(gp, goro__releasep(mp));
  return goro__stopm(mp);
}
