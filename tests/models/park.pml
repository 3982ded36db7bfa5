/* park.pml: how Ms park and are woken, so that no work is left lying.
 *
 * C: runtime/sched/, under the names of Go's proc.go.  Each inline below names
 * its function; the steps of findRunnable are numbered.
 *   schedule.c   findRunnable, schedule, resetspinning, becomeSpinning
 *   machine.c    wakep, startm, stopm, and how goro__run of M0 enters
 *   processor.c  pidleget, pidleput, acquirep, releasep, handoffp,
 *                entersyscall, exitsyscall
 *   proc.c       goready
 *   runq.c       runqput, runqget, runqsteal, runqempty, globrunqget
 *   time.c       timers_check, timers_wakeTime
 *   netpoll.c    wakeNetPoller, netpollBreak, the sleep until the next timer
 *
 * Terms:
 *  quiet  an M that can do nothing by itself: it sleeps and nobody has woken
 *         it, or its goroutine computes until another has started.
 *  lost   all Ms are quiet, there is an idle P, and there is work: a queued
 *         goroutine, or a timer for which nobody will wake in time.
 *
 * Properties:
 *  1. Nothing is ever lost.  Goroutines that wait for others while they keep
 *     their M make this more than the absence of deadlock: the idle P must get
 *     the work although some M runs.
 *  2. In the end every goroutine has run, none twice, and no M is counted as
 *     spinning.
 *  3. A P has one owner, so at most GOMAXPROCS Ms hold Ps.
 *
 * A step is one access to memory that others can see at that moment.  A
 * section under sched.lock is one step if others can see but one change in it.
 * Memory is sequentially consistent here: the model shows which order is
 * needed, the C code must use operations that keep it.
 *
 * Configurations, by -D:
 *  NP, NM  Ps and Ms.  All Ms exist from the start.
 *  PROG    what the goroutines do, see below.
 *  LOOP    M0 is the thread of an event loop, see end_loop; it is EVENTS times
 *          called by other events than the messages of startm.
 *  LTL     property 1, and that all goroutines run, as formulas.
 *
 * Mistakes, which must be found, by -D:
 *  BUG_WAKE_FIRST        nmspinning is read before the work can be seen
 *  BUG_ONE_LOOK          wakep does not look again for an idle P
 *  BUG_NO_SECOND_LOOK    who gives up a P does not look at needspinning again
 *  BUG_NEEDSPINNING      wakep without an idle P leaves no note of it
 *  BUG_NO_RESET          an M that found work does not wake the next
 *  BUG_NO_RECHECK        no second look after the P is given back
 *  BUG_RECHECK_FIRST     the second look comes before nmspinning falls
 *  BUG_NO_TIMER_RECHECK  the second look leaves out the timers
 *  BUG_POLL_ENTRY        a poller that has not said until when is not woken
 *  BUG_POLL_NO_P         a poller stops, finds no idle P, and tells nobody
 *  BUG_NEEDM             startm without an idle M leaves no note of it
 *  BUG_BATCH             a batch of the global queue gets to the ring only
 *                        after the lock is released
 *  BUG_STAYS_IDLE        M0 takes a P, and stays on the list of idle Ms
 */
#ifndef NP
#define NP 2
#endif
#ifndef NM
#define NM 3
#endif
#ifndef PROG
#define PROG 1
#endif
#ifndef EVENTS
#define EVENTS 2
#endif

/* ---- the goroutines ---- */

/* Of goroutine g: whom it readies, in this order (0: nobody); the set of those
 * whose start it then waits for, on its M.  Goroutine 0 is there at first. */
#if PROG == 1 /* one computes, others come in a chain */
#define NG 4
#define READIES1(g) (g == 0 -> 1 : (g == 1 -> 3 : 0))
#define READIES2(g) (g == 0 -> 2 : 0)
#define AWAITS(g) (g == 0 -> 14 : 0)
#elif PROG == 2 /* two compute; for NP=3 */
#define NG 4
#define READIES1(g) (g == 0 -> 1 : 0)
#define READIES2(g) (g == 0 -> 2 : 0)
#define READIES3(g) (g == 0 -> 3 : 0)
#define AWAITS(g) (g == 0 -> 14 : (g == 2 -> 8 : 0))
#elif PROG == 3 /* goroutine 0 sets timers, which ready the others */
#define NG 3
#define TIMERS
#define READIES1(g) 0
#define READIES2(g) 0
#define AWAITS(g) (g == 0 -> 6 : 0)
#elif PROG == 4 /* goroutine 1 blocks in the host; 4 is what it does then */
#define NG 5
#define SYSCALL
#define READIES1(g) (g == 0 -> 1 : (g == 1 -> 2 : 0))
#define READIES2(g) (g == 1 -> 3 : 0)
#define AWAITS(g) (g == 2 -> 24 : 0)
#elif PROG == 5 /* the last event brings 2 and 3; for LOOP */
#define NG 4
#define EVENT_WORK
#define READIES1(g) (g == 0 -> 1 : 0)
#define READIES2(g) 0
#define AWAITS(g) (g == 2 -> 8 : 0)
#endif
#ifndef READIES3
#define READIES3(g) 0
#endif
#define BIT(n) (1 << (n))
#define ALL (BIT(NG) - 1)

byte started; /* goroutines that have been run, a bit each */

/* ---- the scheduler's memory ---- */

bool schedlock;    /* sched.lock, where a section is more than one step */
byte globq;        /* sched.runq, a bit for each G; under the lock */
byte pidle;        /* sched.pidle, a bit for each P; under the lock */
byte npidle;       /* sched.npidle; written under the lock, read without */
byte midle;        /* sched.midle, a bit for each M; under the lock */
bool needm;        /* sched.needm, see startm; under the lock */
byte nmspinning;   /* sched.nmspinning; atomic */
bool needspinning; /* sched.needspinning; atomic */

byte runnext[NP]; /* p.runnext: G + 1, or 0 */
byte runq[NP];    /* p.runq, a bit for each G: order does not matter here */
byte owner[NP];   /* p.m: M + 1, or 0; only looked at for property 3 */

bool note[NM];     /* m.park: woken; publishes the next two */
byte nextp[NM];    /* m.nextp: P + 1 */
bool nextspin[NM]; /* m.spinning, set by the starter */

/* Timer t is set to TIME(t), the earlier one last, and readies t + 1. */
#define TIME(t) (2 - t)
#define NOW_MAX 2
byte now;
byte twhen[2];        /* timer.when, or 0; atomic, as the minimum of a heap */
byte tp[2];           /* the P in whose heap the timer is */
bool lastpoll = true; /* sched.lastpoll != 0: nobody polls; atomic */
byte pollUntil;       /* sched.pollUntil; atomic */
bool pollbreak;       /* written by netpollBreak */

byte msgs;     /* messages to M0's event loop, to come */
byte events;   /* other events of that loop, to come */
bool released; /* the host call may return */

mtype = { Mrun, Mpark, Mpoll, Mbusy, Msyscall };
mtype state[NM];
byte awaits[NM];

/* ---- property 1 ---- */

#define QUIET(m)                                                \
  ((state[m] == Mpark && !note[m]) ||                           \
   (state[m] == Mpoll && !pollbreak && now < pollUntil) ||      \
   (state[m] == Mbusy && (started & awaits[m]) != awaits[m]) || \
   (state[m] == Msyscall && !released))
#define QUEUED(p) (runnext[p] != 0 || runq[p] != 0)
#define UNCARED(t) \
  (twhen[t] != 0 && (lastpoll || pollUntil == 0 || pollUntil > twhen[t]))

#define ALL_QUIET (QUIET(0) && QUIET(1) QUIET2 QUIET3)
#if NM > 2
#define QUIET2 && QUIET(2)
#else
#define QUIET2
#endif
#if NM > 3
#define QUIET3 && QUIET(3)
#else
#define QUIET3
#endif
#if NP > 2
#define ANY_QUEUED (globq != 0 || QUEUED(0) || QUEUED(1) || QUEUED(2))
#else
#define ANY_QUEUED (globq != 0 || QUEUED(0) || QUEUED(1))
#endif
#define LOST \
  (ALL_QUIET && pidle != 0 && (ANY_QUEUED || UNCARED(0) || UNCARED(1)))

#ifdef LTL
ltl nothing_lost { [] !LOST }
ltl all_run { <> (started == ALL) }
#define NOTHING_LOST skip /* left to the formula */
#else
#define NOTHING_LOST assert(!LOST)
#endif

/* ---- queues ---- */

#define UNLOCKED !schedlock /* the step takes the lock, and lets it go */

/* Of idle Ps and Ms it does not matter which; of Gs the programs need no
 * other order. */
#define LOWEST(set) \
  ((set & 1) -> 0 : ((set & 2) -> 1 : ((set & 4) -> 2 : ((set & 8) -> 3 : 4))))

/* Take the lowest of a set: n is its number + 1. */
inline take(set, n) {
  n = LOWEST(set) + 1;
  set = set & ~BIT(n - 1)
}

inline pidleget(to) {
  if
  :: pidle != 0 -> take(pidle, to); npidle--
  :: else -> to = 0
  fi
}

inline pidleput(pp) {
  assert(!QUEUED(pp - 1) && !(pidle & BIT(pp - 1)));
  pidle = pidle | BIT(pp - 1);
  npidle++
}

inline acquirep(pp) {
  assert(owner[pp - 1] == 0);
  owner[pp - 1] = id + 1
}

inline releasep(pp) {
  assert(owner[pp - 1] == id + 1);
  owner[pp - 1] = 0
}

/* As next to run; what was next goes to the ring, and is on neither for a
 * moment. */
inline runqput(gp) {
  atomic { old = runnext[p - 1]; runnext[p - 1] = gp + 1 };
  if
  :: old != 0 -> atomic { runq[p - 1] = runq[p - 1] | BIT(old - 1); old = 0 }
  :: else
  fi
}

/* Of any P: the owner looks at runnext first, a thief at the ring. */
inline from_runnext(pp) {
  atomic {
    if
    :: runnext[pp - 1] != 0 -> g = runnext[pp - 1]; runnext[pp - 1] = 0
    :: else
    fi
  }
}

/* A thief takes one: with so few goroutines that is half. */
inline from_ring(pp) {
  atomic {
    if
    :: runq[pp - 1] != 0 -> take(runq[pp - 1], g)
    :: else
    fi
  }
}

/* With the lock held, which it releases.  Some are taken along to the ring;
 * an M that looks for them takes the lock before it looks at the rings. */
inline globrunqget() {
  atomic {
    take(globq, g);
    if
    :: globq != 0 -> take(globq, old)
    :: else
    fi
  };
#ifdef BUG_BATCH
  schedlock = false;
#endif
  if
  :: old != 0 -> atomic { runq[p - 1] = runq[p - 1] | BIT(old - 1); old = 0 }
  :: else
  fi;
#ifndef BUG_BATCH
  schedlock = false
#else
  skip
#endif
}

/* ---- waking ---- */

inline netpollBreak() { pollbreak = true }

/* The P q is the caller's, and becomes the started M's.
 *
 * Differs from Go, which makes a new M when none is idle: here their number is
 * bounded.  Then all others are on their way to sleep, or poll, or are in the
 * host.  The P goes back, what is on it to the global queue, and needm tells
 * the next M that is about to sleep to take a P; one that polls is woken.
 * There must be GOMAXPROCS Ms that are not in the host.
 *
 * One step, though others can see the rings: who misses a G there looks at the
 * global queue afterwards, under the lock. */
inline startm(spin) {
  atomic {
    UNLOCKED ->
    if
    :: midle != 0 -> take(midle, nm)
    :: else ->
       globq = globq | runq[q - 1];
       runq[q - 1] = 0;
       if
       :: runnext[q - 1] != 0 ->
          globq = globq | BIT(runnext[q - 1] - 1);
          runnext[q - 1] = 0
       :: else
       fi;
       pidleput(q);
       q = 0;
       if
       :: spin -> nmspinning--
       :: else
       fi;
#ifndef BUG_NEEDM
       needm = true
#endif
    fi
  };
  if
  :: nm != 0 ->
     atomic {
       assert(!note[nm - 1] && nextp[nm - 1] == 0);
       nextp[nm - 1] = q;
       nextspin[nm - 1] = spin;
       note[nm - 1] = true;
#ifdef LOOP
       if
       :: nm == 1 -> msgs++
       :: else
       fi;
#endif
       nm = 0;
       q = 0
     }
  :: else -> netpollBreak()
  fi
}

inline wakep_slow() {
  if
  :: atomic { nmspinning == 0 -> nmspinning = 1 };
     atomic {
       UNLOCKED ->
       pidleget(q);
       if
       :: q == 0 ->
#ifndef BUG_NEEDSPINNING
          needspinning = true;
#endif
          nmspinning--
       :: else
       fi
     };
     if
     :: q != 0 -> startm(true)
     :: else
     fi
  :: nmspinning != 0
  fi
}

/* With a P, after the work was made visible.
 *
 * Differs from Go, where needspinning is set under the lock: here the usual
 * case, that all Ps are busy, takes none.  Who sees no idle P sets needspinning
 * and looks once more; who gives up a P (step 5) looks at needspinning once
 * more after npidle has risen.  So one of them sees the other. */
inline wakep() {
  if
  :: nmspinning != 0
  :: nmspinning == 0 ->
     if
     :: npidle == 0 ->
#ifndef BUG_NEEDSPINNING
        needspinning = true;
#endif
        if
#ifndef BUG_ONE_LOOK
        :: npidle != 0
        :: npidle == 0 -> lazy = true
#else
        :: true -> lazy = true
#endif
        fi
     :: npidle != 0
     fi;
     if
     :: lazy -> lazy = false
     :: else -> wakep_slow()
     fi
  fi
}

inline ready(gp) {
#ifdef BUG_WAKE_FIRST
  wakep();
  runqput(gp)
#else
  runqput(gp);
  wakep()
#endif
}

/* After the timer was made visible. */
inline wakeNetPoller(when) {
  if
  :: !lastpoll ->
     if
#ifndef BUG_POLL_ENTRY
     :: pollUntil == 0 || pollUntil > when -> netpollBreak()
     :: pollUntil != 0 && pollUntil <= when
#else /* whoever polls may not have said until when */
     :: pollUntil > when -> netpollBreak()
     :: pollUntil <= when
#endif
     fi
  :: lastpoll -> wakep()
  fi
}

inline becomeSpinning() {
  spinning = true;
  nmspinning++;
  needspinning = false
}

inline resetspinning() {
  spinning = false;
  nmspinning--;
#ifndef BUG_NO_RESET
  wakep()
#endif
}

/* ---- timers ---- */

#define DUE(t, pp) (twhen[t] != 0 && twhen[t] <= now && tp[t] == pp)
#define EARLIER(t, pp) \
  (twhen[t] != 0 && tp[t] == pp && (until == 0 || twhen[t] < until))
#define EARLIEST(t, pp)                    \
  if                                       \
  :: EARLIER(t, pp) -> until = twhen[t]    \
  :: else                                  \
  fi

/* Of any P: run what is due; `until` becomes the time of the next, if that is
 * earlier. */
inline timers_check(pp) {
  do
  :: atomic { DUE(0, pp) -> twhen[0] = 0 }; ready(1); ran = true
  :: atomic { DUE(1, pp) -> twhen[1] = 0 }; ready(2); ran = true
  :: atomic {
       !DUE(0, pp) && !DUE(1, pp) ->
       EARLIEST(0, pp); EARLIEST(1, pp); break
     }
  od
}

inline timers_wakeTime(pp) {
  atomic { EARLIEST(0, pp); EARLIEST(1, pp) }
}

inline timer_set(t) {
  atomic { twhen[t] = TIME(t); tp[t] = p };
  wakeNetPoller(TIME(t))
}

/* ---- calls that block in the host ---- */

/* Called without a P; q is the one that was ours. */
inline handoffp() {
  if
  :: QUEUED(q - 1) -> startm(false)
  :: !QUEUED(q - 1) ->
     if
     :: globq != 0 -> startm(false)
     :: globq == 0 ->
        if
        :: npidle == 0 && nmspinning == 0 -> x = 1
        :: else
        fi;
        if
        :: atomic { x == 1 && nmspinning == 0 -> nmspinning = 1 };
           needspinning = false;
           x = 2
        :: x != 1 || nmspinning != 0
        fi;
        if
        :: x == 2 -> x = 0; startm(true)
        :: else ->
           atomic {
             UNLOCKED ->
             if
             :: globq != 0 -> x = 1
             :: else -> x = 0; pidleput(q); q = 0
             fi
           };
           if
           :: x == 1 -> x = 0; startm(false)
           :: else
           fi
        fi
     fi
  fi
}

/* ---- an M ---- */

proctype M(byte id; byte p) {
  byte g;        /* the G to run, + 1 */
  byte q, nm, old, x;
  byte until;    /* when the next timer is due, as far as this M knows */
  bool ran, spinning, wasspinning;
  bool lazy;     /* wakep need not do more */
  bool event;    /* M0: an event has brought work */

  if
  :: p == 0 -> goto stopm_at_start
  :: else
  fi;

top:
  atomic { until = 0; ran = false; wasspinning = false };
#ifdef TIMERS
  /* 1. Timers of the own P. */
  timers_check(p);
#endif
  /* 2. The own queue. */
  from_runnext(p);
  if
  :: g == 0 -> from_ring(p)
  :: else
  fi;
  if
  :: g != 0 -> goto execute
  :: else
  fi;

  /* 3. The global queue. */
  if
  :: globq != 0 ->
     atomic { UNLOCKED -> x = (globq != 0); schedlock = (globq != 0) };
     if
     :: x != 0 -> x = 0; globrunqget(); goto execute
     :: else
     fi
  :: globq == 0
  fi;

  /* 4. Steal, if not enough others try to. */
  if
  :: spinning
  :: !spinning ->
     x = 2 * nmspinning;
     if
     :: atomic { x < NP - npidle -> x = 0 }; becomeSpinning()
     :: atomic { x >= NP - npidle -> x = 0 }; goto drop
     fi
  fi;
  x = 1;
  do
  :: x <= NP && x != p ->
#ifdef TIMERS
     timers_check(x);
     if
     :: ran -> x = 0; goto top /* a G is on the own queue */
     :: else
     fi;
#endif
     from_ring(x);
     if
     :: g == 0 -> from_runnext(x)
     :: else
     fi;
     if
     :: g != 0 -> x = 0; goto execute
     :: else -> x++
     fi
  :: x == p -> x++
  :: x > NP -> x = 0; break
  od;

drop:
  /* 5. Give the P back.  What was put on the global queue until now is seen
   * under the lock; what was put elsewhere is seen by step 6 of this M, or of
   * another one that spins. */
  atomic {
    UNLOCKED ->
    if
    :: globq != 0 -> schedlock = true; x = 1
    :: globq == 0 && !spinning && needspinning -> x = 2
    :: else -> schedlock = true
    fi
  };
  if
  :: x == 1 -> x = 0; globrunqget(); goto execute
  :: x == 2 -> x = 0; becomeSpinning(); goto top
  :: else
  fi;
  atomic { releasep(p); pidleput(p); p = 0 };
  atomic {
    if
#ifndef BUG_NO_SECOND_LOOK
    :: !spinning && needspinning -> pidleget(p); acquirep(p)
#endif
    :: else
    fi;
    schedlock = false
  };
  if
  :: p != 0 -> goto found
  :: else
  fi;

  /* 6. First stop spinning, and then look at everything again: who published
   * work before may have relied on this M.  With work and no idle P, an M that
   * is at step 5 must stay awake for it. */
  atomic { wasspinning = spinning; spinning = false };
  if
  :: wasspinning ->
#ifndef BUG_RECHECK_FIRST
     nmspinning--;
#endif
#ifndef BUG_NO_RECHECK
     atomic {
       UNLOCKED ->
       if
       :: globq != 0 ->
          pidleget(p);
          if
          :: p == 0 -> needspinning = true
          :: else -> acquirep(p)
          fi
       :: else
       fi
     };
     if
     :: p != 0 -> goto found
     :: else
     fi;
     x = 1;
     do
     :: x <= NP ->
        if /* runqempty: not of one moment */
        :: runq[x - 1] == 0 ->
           if
           :: runnext[x - 1] != 0 -> x = 0; break
           :: runnext[x - 1] == 0 -> x++
           fi
        :: runq[x - 1] != 0 -> x = 0; break
        fi
     :: x > NP -> break
     od;
     if
     :: x == 0 ->
        atomic {
          UNLOCKED ->
          pidleget(p);
          if
          :: p == 0 -> needspinning = true
          :: else -> acquirep(p)
          fi
        };
        if
        :: p != 0 -> goto found
        :: else
        fi
     :: else -> x = 0
     fi;
#endif
#ifdef BUG_RECHECK_FIRST
     nmspinning--;
#endif
#if defined(TIMERS) && !defined(BUG_NO_TIMER_RECHECK)
     x = 1;
     do
     :: x <= NP -> timers_wakeTime(x); x++
     :: x > NP -> x = 0; break
     od;
#endif
     skip
  :: else
  fi;

#ifdef TIMERS
  /* 7. Sleep until the next timer, if nobody does; or have the one that does
   * look again.
   *
   * Differs from Go, where sysmon starts an M for a timer that is late: who
   * stops polling and finds no idle P makes an M at step 5 look for timers. */
  if
  :: until != 0 ->
     if
     :: atomic { lastpoll -> lastpoll = false };
        atomic { pollUntil = until; until = 0 };
        state[id] = Mpoll;
        atomic {
          if
          :: pollbreak -> pollbreak = false
          :: !pollbreak && now >= pollUntil
#ifdef LOOP
          :: id == 0 && events > 0 -> events--
#endif
          fi;
          state[id] = Mrun
        };
        pollUntil = 0;
        lastpoll = true;
        atomic {
          UNLOCKED ->
          pidleget(p);
          if
          :: p != 0 ->
             acquirep(p);
             wasspinning = wasspinning || needm;
             needm = false
          :: else
#ifndef BUG_POLL_NO_P
             -> needspinning = true
#endif
          fi
        };
        if
        :: p != 0 && wasspinning -> goto found
        :: p != 0 && !wasspinning -> goto top
        :: else
        fi
     :: !lastpoll ->
        if
        :: pollUntil == 0 || pollUntil > until -> netpollBreak()
        :: pollUntil != 0 && pollUntil <= until
        fi
     fi
  :: else
  fi;
  until = 0;
#endif
  goto stopm;

found:
  becomeSpinning();
  goto top;

  /* 8. Sleep until started. */
stopm:
  wasspinning = false;
stopm_at_start:
  atomic {
    UNLOCKED ->
    if
    :: needm && pidle != 0 -> needm = false; pidleget(p); acquirep(p)
    :: else -> midle = midle | BIT(id); state[id] = Mpark
    fi
  };
  if
  :: p != 0 -> goto found
  :: else
  fi;

#ifdef LOOP
  if
  :: id == 0 -> goto end_loop
  :: else
  fi;
#endif
end_sleep:
  atomic {
    note[id] ->
    note[id] = false;
    state[id] = Mrun;
    p = nextp[id]; nextp[id] = 0;
    spinning = nextspin[id]; nextspin[id] = false;
    acquirep(p)
  };
  goto top;

#ifdef LOOP
  /* M0 does not sleep, it returns to the event loop, and is on the list of
   * idle Ms meanwhile.  It is called again by the message of startm, but also
   * by any other event: that may be earlier than the message of a start that
   * has happened, and then the message comes for nothing. */
end_loop:
  atomic {
    if
    :: msgs > 0 -> msgs--
    :: events > 0 ->
       events--;
#ifdef EVENT_WORK
       event = (events == 0)
#endif
    fi
  };
  atomic {
    UNLOCKED ->
    if
    :: midle & 1 ->
       pidleget(p);
       if
       :: p != 0 ->
          acquirep(p);
          state[0] = Mrun;
#ifndef BUG_STAYS_IDLE
          midle = midle & ~1
#endif
       :: else
       fi
    :: else -> /* started */
       if
       :: note[0] ->
          note[0] = false;
          state[0] = Mrun;
          p = nextp[0]; nextp[0] = 0;
          spinning = nextspin[0]; nextspin[0] = false;
          acquirep(p)
       :: else /* the message is to come */
       fi
    fi;
    if
    :: event && p == 0 -> globq = globq | 12; event = false
    :: else
    fi
  };
  if
  :: p == 0 -> goto end_loop
  :: p != 0 && event ->
     event = false;
     ready(2);
     ready(3);
     goto top
  :: else -> goto top
  fi;
#endif

execute:
  if
  :: spinning -> resetspinning()
  :: else
  fi;
  atomic {
    assert(!(started & BIT(g - 1)));
    started = started | BIT(g - 1)
  };
  if
  :: READIES1(g - 1) != 0 -> ready(READIES1(g - 1))
  :: else
  fi;
  if
  :: READIES2(g - 1) != 0 -> ready(READIES2(g - 1))
  :: else
  fi;
  if
  :: READIES3(g - 1) != 0 -> ready(READIES3(g - 1))
  :: else
  fi;
#ifdef TIMERS
  if
  :: g == 1 -> timer_set(0); timer_set(1)
  :: else
  fi;
#endif
  if
  :: AWAITS(g - 1) != 0 ->
     atomic { awaits[id] = AWAITS(g - 1); state[id] = Mbusy };
     atomic {
       (started & awaits[id]) == awaits[id] ->
       awaits[id] = 0;
       state[id] = Mrun
     }
  :: else
  fi;
#ifdef SYSCALL
  if
  :: g == 2 ->
     atomic { releasep(p); q = p; p = 0 };
     handoffp();
     atomic { g = 0; state[id] = Msyscall };
     atomic { released -> state[id] = Mrun };
     atomic {
       UNLOCKED ->
       pidleget(p);
       if
       :: p != 0 -> acquirep(p); g = 5
       :: else -> globq = globq | BIT(4)
       fi
     };
     if
     :: p == 0 -> goto stopm
     :: else -> goto execute
     fi
  :: else
  fi;
#endif
  g = 0;
  goto top
}

/* Time passes, and calls return, whenever they like; nothing must be lost
 * just before.  At the end there is nothing that could still happen. */
active proctype World() {
  do
#ifdef TIMERS
  :: atomic { now < NOW_MAX -> NOTHING_LOST; now++ }
#endif
#ifdef SYSCALL
  :: atomic { !released -> NOTHING_LOST; released = true }
#endif
  :: timeout -> break
  od;
  NOTHING_LOST;
#ifndef LTL
  assert(started == ALL);
#endif
  assert(nmspinning == 0)
}

#ifdef LOOP
#define FIRST 1 /* the M that has goroutine 0, M0 waits for events */
#else
#define FIRST 0
#endif

init {
  atomic {
#ifdef LOOP
    events = EVENTS;
#endif
    pidle = BIT(NP) - 2;
    npidle = NP - 1;
    runnext[0] = 1;
    owner[0] = FIRST + 1;
    byte m = 0;
    do
    :: m < NM ->
       state[m] = Mrun;
       run M(m, (m == FIRST -> 1 : 0));
       m++
    :: else -> m = 0; break
    od
  }
}
