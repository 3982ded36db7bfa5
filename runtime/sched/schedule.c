/* schedule.c: find a runnable goroutine, run it, do what it left to be done.
 *
 * Go: runtime/proc.go (schedule, findRunnable, execute, park_m, gosched_m).
 *
 * goro__run is the M's loop.  It runs on the M's own stack; goroutines are
 * entered by goro__gogo and come back here at every park, so what follows a
 * switch (unlocking a channel, requeueing) happens when the switch is complete.
 *
 * Two kinds of host.  One may block its thread: goro__run sleeps until the
 * next timer and goes on.  The other must get back to its event loop (a page's
 * main thread): goro__run returns when its slice is over or nothing is
 * runnable, and is called again.
 *
 * Order of search (Go's findRunnable): due timers; every 61st tick the global
 * queue; the local queue; the global queue; the host's events; other Ps.
 *
 * Invariants:
 *  1. getg() is mp->g0 in all of this file.
 *  2. Nothing here unwinds: the functions of others are called through
 *     goro__nounwind.
 *  3. At most SLICE_MAX Gs in a row inherit one time slice, so a pair that
 *     hands runnext to and fro cannot starve the queue.
 *
 * Differs from Go: (3) replaces the preemption of an inherited slice by
 * sysmon; the clock is not read at every schedule (see clock_due).
 */
#include "sched/schedule.h"

#include "sched/runtime2.h"

enum {
  SLICE_MAX = 1000,     /* inherited slices in a row */
  GLOBAL_TICK = 61,     /* look at the global queue first this often */
  CLOCK_EVERY_MAX = 64, /* schedules between two readings of the clock */
  CLOCK_SHORT = 20000,  /* ns: readings this near may grow further apart */
  CLOCK_LONG = 100000,  /* ns: readings this far apart go back to every time */
};

/* ---- the clock ---- */

/* Read the clock at this schedule?  It is wanted for timers and for the end of
 * the slice, but a host call costs more than a switch.  So the interval grows
 * while goroutines are quick, and falls back to one as soon as they are not. */
static inline bool clock_due(struct m *mp, struct p *pp) {
  if (mp->slice_end == INT64_MAX && goro__timers_wakeTime(&pp->timers) == 0)
    return false;
  if (pp->timertick > 0) {
    pp->timertick--;
    return false;
  }
  return true;
}

static int64_t clock_read(struct p *pp) {
  int64_t now = nanotime();
  int64_t since = now - pp->now;
  if (since < CLOCK_SHORT && pp->timerevery < CLOCK_EVERY_MAX)
    pp->timerevery *= 2;
  else if (since > CLOCK_LONG)
    pp->timerevery = 1;
  pp->timertick = pp->timerevery - 1;
  pp->now = now;
  return now;
}

/* ---- what a goroutine left to be done ---- */

static intptr_t call_unlockf(void *mpv, void *gpv) {
  struct m *mp = mpv;
  return mp->waitunlockf(gpv, mp->waitlock);
}

static void ready_again(struct m *mp, struct g *gp) {
  goro__casgstatus(gp, Gwaiting, Grunnable);
  goro__runqput(mp->p, gp, true);
}

static void park_m(struct m *mp, struct g *gp) {
  gp->waitsince = (uint32_t)((mp->p->now - sched.starttime) / 1000000);
  goro__casgstatus(gp, Grunning, Gwaiting);
  gp->m = NULL;
  bool (*fn)(struct g *, void *) = mp->waitunlockf;
  if (!fn) return;
  if (likely(fn == goro__parkunlock_c))
    unlock(mp->waitlock); /* the usual case, without the indirect call */
  else if (!goro__nounwind(call_unlockf, mp, gp))
    ready_again(mp, gp);
}

static void gosched_m(struct g *gp) {
  goro__casgstatus(gp, Grunning, Grunnable);
  gp->m = NULL;
  lock(&sched.lock);
  goro__globrunqput(gp);
  unlock(&sched.lock);
}

static void goyield_m(struct m *mp, struct g *gp) {
  goro__casgstatus(gp, Grunning, Grunnable);
  gp->m = NULL;
  goro__runqput(mp->p, gp, false);
}

static void left(struct m *mp, struct g *gp) {
  switch ((enum mcall)mp->mcall) {
  case MCALL_PARK:
    park_m(mp, gp);
    return;
  case MCALL_GOSCHED:
    gosched_m(gp);
    return;
  case MCALL_GOYIELD:
    goyield_m(mp, gp);
    return;
  case MCALL_NONE:
    break;
  }
  goro__throw("schedule: goroutine left without saying why");
}

/* ---- running ---- */

/* gp's function has returned.  If it deferred calls, they run on the same
 * stack, as if they were a goroutine that starts now: so no frame of ours has
 * to lie below every goroutine's function for their sake. */
static bool starts_defers(struct g *gp) {
  if (likely(!gp->_defer)) return false;
  gp->startfn = goro__rundefers_at_entry;
  gp->startarg = gp;
  return true;
}

static void execute(struct m *mp, struct g *gp, bool inheritTime) {
  struct p *pp = mp->p;
  if (inheritTime) {
    pp->slice++;
  } else {
    pp->slice = 0;
    pp->schedtick++;
  }
  goro__casgstatus(gp, Grunnable, Grunning);
  gp->m = mp;
  mp->curg = gp;
  setg(gp);
  enum switch_result how;
  do how = goro__gogo(&gp->stack, gp->startfn, gp->startarg);
  while (how == SWITCH_RETURNED && starts_defers(gp));
  setg(mp->g0);
  mp->curg = NULL;
  if (how == SWITCH_LEFT)
    left(mp, gp);
  else
    goro__goexit0(mp, gp);
}

/* ---- searching ---- */

static struct g *from_global(struct p *pp, int32_t max) {
  if (LoadRelaxed(&sched.runq.size) == 0) return NULL;
  lock(&sched.lock);
  struct g *gp = goro__globrunqget(pp, max);
  unlock(&sched.lock);
  return gp;
}

static struct g *from_local(struct p *pp, bool *inheritTime) {
  if (unlikely(pp->slice >= SLICE_MAX) && pp->runnext) {
    struct g *gp = Xchg(&pp->runnext, NULL);
    pp->slice = 0;
    if (gp) goro__runqput(pp, gp, false);
  }
  return goro__runqget(pp, inheritTime);
}

/* Nothing is runnable now.  Returns a time to return to the host with, or -1
 * after a sleep or a timer: search again. */
static int64_t idle(struct p *pp) {
  bool ran = false;
  int64_t now = clock_read(pp);
  int64_t when = goro__timers_check(&pp->timers, now, &ran);
  if (ran || !goro__runqempty(pp)) return -1;
  if (when == 0) goro__checkdead();
  if (!os_canblock()) return when == 0 ? INT64_MAX : when;
  static uint32_t never; /* nobody else can wake the only M */
  os_futexsleep(&never, 0, when == 0 ? -1 : when - now);
  pp->timertick = 0;
  return -1;
}

/* The next G to run, or NULL: then *until says why, as goro__run's result. */
static struct g *findRunnable(struct m *mp, bool *inheritTime, int64_t *until) {
  struct p *pp = mp->p;
  *inheritTime = false;
  for (;;) {
    if (clock_due(mp, pp)) {
      bool ran;
      goro__timers_check(&pp->timers, clock_read(pp), &ran);
      if (pp->now >= mp->slice_end) {
        *until = 0;
        return NULL;
      }
    }
    struct g *gp = NULL;
    if (pp->schedtick % GLOBAL_TICK == 0) gp = from_global(pp, 1);
    if (!gp) gp = from_local(pp, inheritTime);
    if (!gp) gp = from_global(pp, 0);
    if (gp) return gp;
    *until = idle(pp);
    if (*until >= 0) return NULL;
  }
}

int64_t goro__run(int64_t budget) {
  struct m *mp = &goro__m0;
  struct p *pp = mp->p;
  pp->now = nanotime();
  pp->timertick = 0;
  mp->slice_end = budget < 0 ? INT64_MAX : pp->now + budget;
  for (;;) {
    bool inheritTime;
    int64_t until;
    struct g *gp = findRunnable(mp, &inheritTime, &until);
    if (!gp) return until;
    execute(mp, gp, inheritTime);
  }
}
