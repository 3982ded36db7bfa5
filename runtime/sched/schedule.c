/* schedule.c: find a runnable goroutine, run it, do what it left to be done.
 *
 * Go: runtime/proc.go (schedule, findRunnable, execute, park_m, gosched_m,
 * stealWork, resetspinning).
 *
 * goro__schedule is the M's loop.  It runs on the M's own stack; goroutines are
 * entered by goro__gogo and come back here at every park, so what follows a
 * switch (unlocking a channel, requeueing) happens when the switch is complete.
 *
 * Two kinds of M.  One may block its thread: it sleeps until there is work.
 * The other, M0 on a host with an event loop, must get back to that:
 * goro__run returns when its slice is over or nothing is runnable, and is
 * called again.  What it was doing is in mp->away (come_back).
 *
 * Order of search (Go's findRunnable): due timers, and descriptors, if nobody
 * has looked at them for long; every 61st tick the global queue; the local
 * queue; the global queue; other Ps, four times round in a random order, at
 * last their timers and runnext.
 *
 * Going idle, and not missing work that comes at that moment:
 *   who submits work                    who goes idle, spinning
 *   1. puts it into a queue             1. puts its P on the idle list
 *   2. looks at npidle, nmspinning:     2. takes itself out of nmspinning
 *      wakes an M if a P is idle        3. looks at all queues and timers
 *      and none spins                      again: takes a P back if any has
 * Each does its first step before its second (seq_cst), so at least one of
 * them sees the other.  An M that stops spinning because it has found work
 * wakes another in its place (resetspinning): while there are idle Ps and work,
 * somebody looks.  If it finds no idle P then, an M that does not spin may be
 * about to give its up without looking again: needspinning tells that one to
 * spin instead (goro__wakep).  tests/models/park.pml is this protocol.
 *
 * Invariants:
 *  1. getg() is mp->g0 in all of this file.
 *  2. Nothing here unwinds: the functions of others are called through
 *     goro__nounwind.
 *  3. At most SLICE_MAX Gs in a row inherit one time slice, so a pair that
 *     hands runnext to and fro cannot starve the queue.
 *  4. An M has a P whenever it searches or runs Gs; while it is away or idle
 *     it has none, but for MSTOPPING.
 *
 * Differs from Go: (3) is there beside sysmon's preemption of an inherited
 * slice, as one M has no sysmon; the clock is not read at every schedule (see
 * clock_due).
 */
#include "base/rand.h"
#include "sched/hostg.h"
#include "sched/runtime2.h"
#include "sched/schedule.h"

enum {
  SLICE_MAX = 1000,     /* inherited slices in a row */
  GLOBAL_TICK = 61,     /* look at the global queue first this often */
  CLOCK_EVERY_MAX = 64, /* schedules between two readings of the clock */
  CLOCK_SHORT = 20000,  /* ns: readings this near may grow further apart */
  CLOCK_LONG = 100000,  /* ns: readings this far apart go back to every time */
  STEAL_TRIES = 4,
};

/* ---- the clock ---- */

/* Read the clock at this schedule?  It is wanted for timers and for the end of
 * the slice, but a host call costs more than a switch.  So the interval grows
 * while goroutines are quick, and falls back to one as soon as they are not. */
static inline bool clock_due(struct m *mp, struct p *pp) {
  if (mp->slice_end == INT64_MAX && goro__timers_wakeTime(&pp->timers) == 0 &&
      LoadRelaxed(&sched.netpollWaiters) == 0)
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
  goro__now_is(pp, now);
  return now;
}

/* ---- what a goroutine left to be done ---- */

static void ready_again(struct m *mp, struct g *gp) {
  goro__casgstatus(gp, Gwaiting, Grunnable);
  if (traceon()) goro__trace_g(TRACE_READY, gp, 0);
  goro__runqput(mp->p, gp, true);
}

static void park_m(struct m *mp, struct g *gp) {
  StoreRelaxed(&gp->waitsince, mp->p->nowms);
  if (traceon()) /* in place, as each switch passes here: no call */
    goro__trace_on(mp, TRACE_PARK | TRACE_REASON(gp->waitreason), gp,
                   goro__waits_for(gp));
  goro__casgstatus(gp, Grunning, Gwaiting);
  StoreRelaxed(&gp->m, NULL);
  nounwind_func fn = mp->waitunlockf;
  if (!fn) return;
  if (likely(fn == goro__parkunlock_c))
    unlock(mp->waitlock); /* the usual case, without the indirect call */
  else if (!goro__nounwind(fn, gp, mp->waitlock))
    ready_again(mp, gp);
}

static void gosched_m(struct m *mp, struct g *gp) {
  if (traceon()) goro__trace_g(TRACE_YIELD, gp, 0);
  goro__casgstatus(gp, Grunning, Grunnable);
  StoreRelaxed(&gp->m, NULL);
  lock(&sched.lock);
  goro__globrunqput(globq_of(mp->p), gp);
  unlock(&sched.lock);
  /* Who runs here next may never yield, and idle Ps do not watch the queue. */
  if (likely(sched.mainstarted)) goro__wakep();
}

static void goyield_m(struct m *mp, struct g *gp) {
  if (traceon()) goro__trace_g(TRACE_YIELD, gp, 0);
  goro__casgstatus(gp, Grunning, Grunnable);
  StoreRelaxed(&gp->m, NULL);
  goro__runqput(mp->p, gp, false);
}

static void preempt_m(struct g *gp) {
  if (traceon()) goro__trace_g(TRACE_YIELD, gp, 0);
  StoreRelaxed(&gp->m, NULL);
  goro__casgstatus(gp, Grunning, Gpreempted); /* suspendG has it now */
}

static void left(struct m *mp, struct g *gp) {
  switch ((enum mcall)mp->mcall) {
  case MCALL_PARK:
    park_m(mp, gp);
    return;
  case MCALL_GOSCHED:
    gosched_m(mp, gp);
    return;
  case MCALL_GOYIELD:
    goyield_m(mp, gp);
    return;
  case MCALL_PREEMPT:
    preempt_m(gp);
    return;
  case MCALL_EXITSYSCALL:
    goro__exitsyscall0(mp, gp);
    return;
  case MCALL_STOPWORLD:
    goro__stopworld_begin(mp, gp);
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

/* What somebody wants to know, or has a say in. */
static inline void begin_watched(struct m *mp, struct g *gp) {
  if (traceon()) goro__trace_on(mp, TRACE_START, gp, 0);
  if (sched.systematic) StoreRelaxed(&mp->preempt, goro__systematic_preempt());
}

/* gp runs from now on. */
static inline void begin(struct m *mp, struct g *gp, bool inheritTime) {
  struct p *pp = mp->p;
  if (inheritTime) {
    pp->slice++;
  } else {
    pp->slice = 0;
    StoreRelaxed(&pp->schedtick, pp->schedtick + 1);
  }
  goro__casgstatus(gp, Grunnable, Grunning);
  StoreRelaxed(&gp->m, mp);
  if (unlikely(goro__baton_on)) goro__baton_trace(gp->goid);
  StoreRelaxed(&mp->preempt, false);
  if (unlikely(tracing() | sched.systematic)) begin_watched(mp, gp);
  mp->curg = gp;
  setg(gp);
}

static void execute(struct m *mp, struct g *gp) {
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

/* ---- searching, with a P ---- */

static struct g *from_global(struct p *pp, int32_t max) {
  if (LoadRelaxed(&globq_of(pp)->size) == 0) return NULL;
  lock(&sched.lock);
  struct g *gp = goro__globrunqget(pp, max);
  unlock(&sched.lock);
  return gp;
}

static struct g *from_local(struct p *pp, bool *inheritTime) {
  if (unlikely(pp->slice >= SLICE_MAX) && LoadRelaxed(&pp->runnext)) {
    struct g *gp = Xchg(&pp->runnext, NULL);
    pp->slice = 0;
    if (gp) goro__runqput(pp, gp, false);
  }
  return goro__runqget(pp, inheritTime);
}

static struct g *from_queues(struct p *pp, bool *inheritTime) {
  struct g *gp = NULL;
  *inheritTime = false;
  if (pp->schedtick % GLOBAL_TICK == 0) gp = from_global(pp, 1);
  if (!gp) gp = from_local(pp, inheritTime);
  if (!gp) gp = from_global(pp, 0);
  return gp;
}

static int64_t sooner(int64_t a, int64_t b) {
  return a == 0 || (b != 0 && b < a) ? b : a;
}

/* What a search among other Ps came to. */
struct search {
  struct g *gp;  /* found */
  bool again;    /* a timer ran, or the world is to stop: look from the top */
  int64_t until; /* when the next timer is due, 0: there is none */
};

/* The last time round: run p2's due timers, and take runnext.  Running timers
 * makes goroutines runnable here, after which there may be no room to steal. */
static bool steal_timers(struct p *pp, struct p *p2, struct search *s) {
  bool ran = false;
  s->until = sooner(s->until, goro__timers_check(&p2->timers, pp->now, &ran));
  s->again |= ran;
  return ran && !goro__runqempty(pp);
}

static bool steal_from(struct p *pp, struct p *p2, bool last,
                       struct search *s) {
  if (p2 == pp) return false;
  if (last && steal_timers(pp, p2, s)) return true;
  if (Load(&p2->status) != Pidle) s->gp = goro__runqsteal(pp, p2, last);
  return s->gp != NULL;
}

/* Go: stealWork.  n is prime to no step but 1, so the order is a random start
 * and a direction. */
static void stealWork(struct p *pp, struct search *s) {
  uint32_t n = (uint32_t)nallp;
  for (int i = 0; i < STEAL_TRIES; i++) {
    uint32_t r = goro__cheaprand();
    uint32_t step = r & 1 ? 1 : n - 1, at = (r >> 1) % n;
    for (uint32_t k = 0; k < n; k++, at = (at + step) % n) {
      if (Load(&sched.gcwaiting)) {
        s->again = true;
        return;
      }
      if (steal_from(pp, allp[at], i == STEAL_TRIES - 1, s)) return;
    }
  }
}

/* At most half as many Ms spin as are busy. */
static bool may_spin(struct m *mp) {
  return mp->spinning ||
         2 * Load(&sched.nmspinning) < sched.maxprocs - Load(&sched.npidle);
}

/* The local and the global queue are empty: timers, and other Ps. */
static void search_far(struct m *mp, struct search *s) {
  struct p *pp = mp->p;
  int64_t now = clock_read(pp);
  *s = (struct search){0};
  s->until = goro__timers_check(&pp->timers, now, &s->again);
  if (GORO_THREADS && unlikely(sched.hosted)) {
    s->again |= goro__hostg_collect(); /* agents do not steal */
    return;
  }
  if (s->again || nallp == 1 || !may_spin(mp)) return;
  if (!mp->spinning) becomeSpinning(mp);
  stealWork(pp, s);
}

/* ---- going idle ---- */

/* Put the P down.  False: there is something to do after all, *gp or another
 * search. */
static bool put_p_down(struct m *mp, struct g **gp) {
  lock(&sched.lock);
  bool stay = sched.gcwaiting;
  if (!stay && sched.runq.size > 0) {
    *gp = goro__globrunqget(mp->p, 0);
    stay = true;
  }
  if (!stay && !mp->spinning && Load(&sched.needspinning)) {
    becomeSpinning(mp);
    stay = true;
  }
  if (!stay) {
    struct p *pp = goro__releasep(mp);
    goro__pidleput(pp);
    /* Again: see goro__wakep.  The list is last in, first out. */
    if (!mp->spinning && Load(&sched.needspinning)) {
      goro__acquirep(mp, goro__pidleget());
      becomeSpinning(mp);
      stay = true;
    }
  }
  unlock(&sched.lock);
  return !stay;
}

bool goro__work_anywhere(void) {
  if (LoadRelaxed(&sched.runq.size) != 0) return true;
  int32_t n = Load(&nallp);
  for (int32_t i = 0; i < n; i++)
    if (!goro__runqempty(LoadAcq(&allp[i]))) return true;
  return false;
}

static bool take_idle_p(struct m *mp) {
  lock(&sched.lock);
  struct p *pp = goro__pidlegetSpinning();
  unlock(&sched.lock);
  if (!pp) return false;
  goro__acquirep(mp, pp);
  return true;
}

/* The M has put its P down and stops spinning: look at everything again, as
 * the comment on top says.  True: it has a P again, and spins. */
static bool recheck(struct m *mp, int64_t *until) {
  mp->spinning = false;
  if (Xadd(&sched.nmspinning, -1) < 0)
    goro__throw("schedule: negative nmspinning");
  goro__point();
  if (goro__work_anywhere() && take_idle_p(mp)) {
    becomeSpinning(mp);
    return true;
  }
  goro__timers_bury();
  int64_t when = goro__timeSleepUntil();
  if (when != INT64_MAX)
    *until = sooner(*until, when);
  else if (Load(&sched.lastpoll) == 0 && !goro__netpollAnyWaiters())
    goro__netpollBreak(); /* it waits for nothing: see netpoll.c */
  return false;
}

/* Back from a poll: any idle P will do.  If there is none, an M that goes idle
 * has to look at the timers.  Differs from Go: there sysmon finds late ones. */
static bool poll_over(struct m *mp, bool was_spinning) {
  mp->away = MHERE; /* a break may have come before it was away */
  goro__poll_end();
  if (!take_idle_p(mp)) return goro__stopm(mp);
  /* What it has found may be work for several Ms (resetspinning). */
  bool found = nallp > 1 && LoadRelaxed(&sched.runq.size) != 0;
  if (was_spinning || found) becomeSpinning(mp);
  return true;
}

/* The host's code calls in between two slices, and needs the P.  There is no
 * deadlock verdict but the host's own. */
static bool stay_at_hand(struct m *mp, int64_t *until) {
  goro__timers_bury();
  int64_t when = goro__timers_wakeTime(&mp->p->timers);
  *until = when == 0 ? INT64_MAX : when;
  return false;
}

/* Nothing to do.  True: the M has a P, search again; or it had none to give up
 * and *gp is what to run.  False: it is away; *until is goro__run's result. */
static bool go_idle(struct m *mp, int64_t when, struct g **gp, int64_t *until) {
  if (traceon()) goro__trace_m_idle(mp);
  if (unlikely(sched.hosted)) return stay_at_hand(mp, until);
  bool was_spinning = mp->spinning;
  *until = INT64_MAX;
  if (!put_p_down(mp, gp)) return true;
  if (was_spinning && recheck(mp, &when)) return true;
  if (when == 0 && goro__netpollAnyWaiters()) when = INT64_MAX;
  if (when == 0 || !goro__poll_begin(when)) return goro__stopm(mp);
  *until = when;
  return goro__poll_sleep(mp, when) && poll_over(mp, was_spinning);
}

/* Go on from where an M that cannot block has left.  False: it is away still;
 * *until is goro__run's result. */
static bool come_back(struct m *mp, int64_t *until) {
  enum maway away = (enum maway)mp->away;
  *until = INT64_MAX;
  if (away == MPARKED) return goro__unparked(mp);
  mp->away = MHERE;
  if (away == MPOLLING) return poll_over(mp, nallp > 1);
  if (away == MSLICED) return goro__slice_again(mp) || goro__stopm(mp);
  return true;
}

/* ---- the loop ---- */

/* The slice of an M that cannot block may be over; and are timers due? */
static bool clock_work(struct m *mp, struct p *pp) {
  bool ran;
  goro__timers_check(&pp->timers, clock_read(pp), &ran);
  if (GORO_THREADS && unlikely(sched.hosted)) goro__hostg_collect();
  if (unlikely(goro__netpoll_due(pp->now)) && goro__netpoll(0)) goro__wakep();
  if (pp->now < mp->slice_end) return true;
  if (mp->spinning) {
    mp->spinning = false;
    Xadd(&sched.nmspinning, -1);
    goro__wakep(); /* another one shall look in its place */
  }
  if (!sched.hosted) goro__slice_over(mp);
  return false;
}

/* The next G to run, or NULL: then *until says why, as goro__run's result. */
static struct g *findRunnable(struct m *mp, bool *inheritTime, int64_t *until) {
  struct search s;
  *inheritTime = false;
  for (;;) {
    if (unlikely(mp->away) && !come_back(mp, until)) return NULL;
    struct p *pp = mp->p;
    *until = INT64_MAX;
    if (unlikely(Load(&sched.gcwaiting))) {
      if (!goro__gcstopm(mp)) return NULL;
      continue;
    }
    if (clock_due(mp, pp) && !clock_work(mp, pp)) {
      *until = 0;
      return NULL;
    }
    struct g *gp = from_queues(pp, inheritTime);
    if (gp) return gp;
    search_far(mp, &s);
    if (s.gp) return s.gp;
    if (s.again) continue;
    if (!go_idle(mp, s.until, &gp, until)) return NULL;
    if (gp) return gp;
  }
}

/* The M may run one G only: let others have its P until that is runnable. */
static struct g *wait_for_lockedg(struct m *mp) {
  bool here = mp->away == MPARKED ? goro__unparked(mp) : goro__stoplockedm(mp);
  return here ? mp->lockedg : NULL;
}

/* Found something to run: another M shall go on looking. */
static void resetspinning(struct m *mp) {
  mp->spinning = false;
  if (Xadd(&sched.nmspinning, -1) < 0)
    goro__throw("schedule: negative nmspinning");
  goro__wakep();
}

static struct g *next_g(struct m *mp, bool *inheritTime, int64_t *until) {
  *inheritTime = false;
  *until = INT64_MAX;
  if (unlikely(mp->stopper)) return goro__stopworld_wait(mp, until);
  if (unlikely(mp->lockedg)) return wait_for_lockedg(mp);
  return findRunnable(mp, inheritTime, until);
}

int64_t goro__schedule(struct m *mp) {
  for (;;) {
    bool inheritTime;
    int64_t until;
    struct g *gp = next_g(mp, &inheritTime, &until);
    if (!gp) return until;
    if (unlikely(mp->spinning)) resetspinning(mp);
    if (unlikely(gp->lockedm) && gp->lockedm != mp) {
      if (!goro__startlockedm(mp, gp)) return INT64_MAX;
      continue;
    }
    begin(mp, gp, inheritTime);
    if (likely(gp->startfn))
      execute(mp, gp);
    else if (goro__host_step)
      goro__hostg_stepped(mp, goro__host_step(gp));
    else
      return GORO_RUN_HOST;
  }
}

/* The first G of an agent's own queues, from which nobody takes, if its code is
 * the host's, and nothing has to be looked at before it.  NULL: search. */
static inline struct g *at_hand(struct m *mp, bool *inheritTime) {
  struct p *pp = mp->p;
  struct g *gp = LoadRelaxed(&pp->runnext);
  *inheritTime = gp != NULL;
  uint32_t h = LoadRelaxed(&pp->runqhead);
  if (!gp) {
    if (h == pp->runqtail || unlikely(sched.systematic)) return NULL;
    gp = LoadRelaxed(&pp->runq[h % RUNQ_SIZE]);
  }
  if (gp->startfn || goro__host_step) return NULL;
  if (mp->away || mp->stopper || mp->lockedg) return NULL;
  if (pp->slice >= SLICE_MAX || Load(&sched.gcwaiting)) return NULL;
  bool global = pp->schedtick % GLOBAL_TICK == 0;
  if (global && LoadRelaxed(&globq_of(pp)->size) != 0) return NULL;
  if (clock_due(mp, pp)) return NULL;
  if (*inheritTime)
    StoreRelaxed(&pp->runnext, NULL);
  else
    StoreRelaxed(&pp->runqhead, h + 1);
  return gp;
}

int64_t goro__schedule_host(struct m *mp) {
  bool inheritTime;
  struct g *gp = at_hand(mp, &inheritTime);
  if (!gp) return goro__schedule(mp);
  begin(mp, gp, inheritTime);
  return GORO_RUN_HOST;
}

int64_t goro__run(int64_t budget) {
  struct m *mp = &goro__m0;
  int64_t now = nanotime();
  mp->slice_end = budget < 0 ? INT64_MAX : now + budget;
  if (mp->p) {
    goro__now_is(mp->p, now);
    mp->p->timertick = 0;
  }
  return goro__schedule(mp);
}
