/* runtime2.h: the scheduler's data: G, M, P, sudog, sched, timers.
 *
 * Go: runtime/runtime2.go, proc.go (schedt), time.go (timer, timers).
 *
 * Terms:
 *  G  a goroutine.  Records are never freed, only reused (gfget/gfput).
 *  M  a host thread that runs Gs.  M0 is the one the program began on.  Records
 *     are never freed.
 *  P  the right to run Go code, with its queue of runnable Gs, its timers and
 *     its caches.  An M needs a P to run Gs.
 *
 * Invariants:
 *  1. The state of a G says who owns it, its stack and its schedlink: see the
 *     states below.  Only the owner changes the state.
 *  2. A runnable G is on exactly one queue: some P's runnext or runq, the
 *     global queue, or a list that somebody is about to queue.
 *  3. A G that waits is reachable from what it waits for (sudog, timer), or it
 *     waits for ever (nil channel, empty select).
 *  4. g.m is the M while the G runs or is in a syscall, and NULL otherwise.
 *  5. A P is held by one M, or idle (on sched.pidle), or in a syscall (whoever
 *     changes its status from Psyscall has it), or stopped with the world.
 *
 * Locks: ranks in base/lockrank.h; every field below says who protects it.
 */
#ifndef GORO_RUNTIME2_H
#define GORO_RUNTIME2_H

#include "base/atomic.h"
#include "base/base.h"
#include "base/lock.h"
#include "base/trace.h"
#include "os/os.h"
#include "stack/switch.h"

/* G states: who owns the G (its record, its stack, its schedlink). */
enum gstatus {
  Gidle,     /* just allocated, owned by the allocator */
  Grunnable, /* on a run queue, owned by the queue; not started or parked */
  Grunning,  /* owned by its M, which runs its stack */
  Gsyscall,  /* owned by its M, blocked in the host; M may have lost its P */
  Gwaiting,  /* owned by what it waits for; goready takes it from there */
  Gdead,     /* owned by a free list, or by the M that starts or ends it */
  Gpreempted /* stopped itself for suspendG; owned by whoever asked */
};

/* Added to the state of a G: suspendG has it, and its owner waits before it
 * changes the state.  To that of one that runs, for a moment only. */
enum { Gscan = 0x1000 };

/* Why a G waits; the dump prints waitReasonStrings.  Go: waitReason. */
enum waitReason {
  waitReasonZero,
  waitReasonChanReceive,
  waitReasonChanSend,
  waitReasonChanReceiveNilChan,
  waitReasonChanSendNilChan,
  waitReasonSelect,
  waitReasonSelectNoCases,
  waitReasonSemacquire,
  waitReasonSleep,
  waitReasonSyncCondWait,
  waitReasonSyncMutexLock,
  waitReasonSyncRWMutexRLock,
  waitReasonSyncRWMutexLock,
  waitReasonSyncWaitGroupWait,
  waitReasonPanicWait,
  waitReasonIOWait,
  waitReasonStoppingTheWorld,
  waitReasonAwait,
  waitReasonOnMain,
  waitReasonCount
};

extern const char *const goro__waitReasonStrings[waitReasonCount];

struct g;
struct m;
struct p;
struct hchan;
struct hostagent;
struct timer;

/* Where a goroutine was started.  Same layout as the public goro_site; static
 * in the program, r/o. */
struct gosite {
  const char *fn;   /* name of the goroutine's function, or NULL */
  const char *file; /* where the go statement stands, or NULL */
  int line;
  const char *caller; /* the function that the go statement is in, or NULL */
};

/* sudog: a G on a wait list.  A G can be on many lists (select), and many Gs
 * on one, so the pair has a record of its own.  acquireSudog/releaseSudog.
 * Go: runtime2.go sudog. */
struct sudog {
  struct g *g; /* r/o while queued */

  /* Under the lock of the channel, the semaRoot or the notifyList. */
  struct sudog *next;
  struct sudog *prev;
  void *elem; /* data element; the semaphore's address; may be on g's stack */

  struct hchan *c;        /* channel; r/o while queued */
  struct sudog *waitlink; /* g.waiting list in lock order, or semaRoot list */
  struct sudog *parent;   /* semaRoot: binary tree */
  struct sudog *waittail; /* semaRoot: end of the waitlink list */
  uint32_t ticket;        /* semaRoot: treap priority, direct handoff;
                             notifyList: ticket number */
  uint16_t waiters;       /* semaRoot: others waiting on this address */
  bool isSelect;          /* g takes part in a select: claim selectDone first */
  bool timed;             /* c has a timer, which counts g as blocked */
  bool success;           /* woken because a value went over, not by close */
};

/* A frame with deferred calls: the entry of a goroutine, goro_call, and each
 * deferred call itself.  Lives on the C stack of whoever runs the frame. */
struct callframe {
  struct callframe *link; /* the frame outside; owner g */
  struct scope scope;     /* where a recovered panic cuts back to */
  void (*fn)(void *);     /* what it runs */
  struct _panic *running; /* the panic that runs this deferred call, or NULL */
  uint32_t depth;         /* frames outside this one */
  bool exiting;           /* a recover forgot a Goexit: go on with it here */
  bool entered;           /* fn has asked whether it is the deferred call */
};

/* A deferred call.  Owner g; on the heap, or on the C stack of a block. */
struct _defer {
  struct _defer *link;     /* the next to run */
  struct callframe *frame; /* the frame whose end runs it */
  void (*fn)(void *);
  void *arg;
  bool heap; /* free it before the call */
  bool mark; /* no call: a scope begins here */
};

/* A panic or Goexit in progress.  Lives on the panicking stack; owner g.
 * Go: runtime2.go _panic. */
struct _panic {
  struct _panic *link;     /* the one before, which this one interrupted */
  const char *msg;         /* text to print; owned by g (panicmsg) or static */
  void *value;             /* the program's own value, or NULL */
  struct callframe *frame; /* innermost frame when it began */
  bool runtime_error;      /* it is a runtime.Error */
  bool goexit;
  bool recovered;
  bool repanicked; /* recovered, then the same value panicked again */
};

/* What to do on the M once a G has left its stack. */
enum mcall {
  MCALL_NONE,
  MCALL_PARK,
  MCALL_GOSCHED,
  MCALL_GOYIELD,
  MCALL_PREEMPT,     /* stop for suspendG */
  MCALL_EXITSYSCALL, /* back from the host, and there is no P */
  MCALL_STOPWORLD    /* go on when the world has stopped */
};

struct g {
  /* Scheduling.  Owned with the state (invariant 1). */
  uint32_t atomicstatus; /* enum gstatus; atomic; casgstatus */
  uint8_t waitreason;    /* enum waitReason, valid in Gwaiting */
  bool preemptStop;      /* atomic: asked to stop itself, for suspendG */
  bool ismain;           /* r/o */
  bool exiting;          /* as callframe.exiting, of the goroutine's function */
  struct g *schedlink;   /* link in a run queue or free list */
  struct m *m;           /* atomic: current M; NULL when not running */
  struct m *lockedm;     /* the only M that may run it, or NULL */
  struct gstack stack;

  uint64_t goid;           /* r/o while alive */
  uint64_t parentGoid;     /* r/o while alive */
  void (*startfn)(void *); /* NULL: its code runs in the host, hostg.h */
  void *startarg;
  const struct gosite *startsite; /* r/o while alive */
  const char *name; /* set by the goroutine itself, static or NULL */

  /* Waiting.  Written by the G before it parks, and by its waker. */
  void *param;           /* passed by the waker: the sudog that fired */
  struct sudog *waiting; /* sudogs this G waits on, in lock order */
  uint32_t selectDone;   /* atomic: 1 = a waker has claimed the select */
  uint32_t waitsince;    /* ms since start, coarse; for the dump */
  struct timer *timer;   /* cached for Sleep; owner g */
  int64_t sleepWhen;     /* when to wake from Sleep; owner g */

  /* Deferred calls and panics.  Owner g. */
  struct callframe *frame; /* innermost */
  struct _defer *_defer;   /* innermost */
  struct _panic *_panic;   /* innermost */
  char *panicmsg;          /* goro__keepmsg's copies, the last one */

  char stack0[]; /* first C stack segment: GSTACK0 bytes */
};

/* Bytes of stack0: red zone, and room for a goroutine of a few shallow frames
 * that parks; unwound frames go into what is left of it. */
enum { GSTACK0 = 384 };

#ifndef GORO_RUNQ_SIZE /* longer in the npm package (bindings/cc/flags.mjs) */
#define GORO_RUNQ_SIZE 256
#endif
enum { RUNQ_SIZE = GORO_RUNQ_SIZE };

/* A FIFO of Gs linked by schedlink. */
struct gQueue {
  struct g *head;
  struct g *tail;
  int32_t size;
};

/* timers: a P's set of timers, a 4-ary heap ordered by when.
 * Go: time.go timers. */
struct timerWhen {
  struct timer *timer;
  int64_t when;
};

struct timers {
  struct mutex mu;
  struct timerWhen *heap;  /* under mu */
  uint32_t nheap;          /* under mu */
  uint32_t capheap;        /* under mu */
  uint32_t len;            /* atomic copy of nheap as of the last unlock */
  int32_t zombies;         /* atomic: timers in heap marked for removal */
  int64_t minWhenHeap;     /* atomic: heap[0].when, 0 if empty */
  int64_t minWhenModified; /* atomic: lower bound over modified ones, or 0 */
};

/* timer: f(arg, seq, delay) is called on the M at `when`, and then every
 * `period`.  f must not block or unwind.  Go: time.go timer. */
struct timer {
  struct mutex mu;  /* protects all fields but as noted */
  uint8_t astate;   /* atomic: state as of the last unlock of mu */
  uint8_t state;    /* timerHeaped | timerModified | timerZombie */
  bool isChan;      /* r/o after init: the timer has a channel */
  uint32_t blocked; /* goroutines blocked on the channel */
  uint32_t running; /* Ms that are about to call f, or in it */
  int64_t when;     /* 0: not running */
  int64_t period;
  void (*f)(void *arg, uintptr_t seq, int64_t delay);
  void *arg;
  uintptr_t seq;         /* under mu and sendLock: written under both */
  struct timers *ts;     /* the set this timer is in, or NULL */
  struct mutex sendLock; /* held over a send on the channel */
  int32_t isSending;     /* atomic: a send is under way (not for tickers) */
  /* Empties the channel; returns whether a value was there.  The scheduler
   * knows no channels: whoever makes a channel timer sets this.  r/o. */
  bool (*drain)(void *arg);
};

/* Since when a P has the same time slice: see goro__ran_long. */
struct runtick {
  uint32_t schedtick;
  int64_t when; /* it was seen for the first time */
};

struct p {
  int32_t id;           /* r/o */
  uint32_t status;      /* enum pstatus; atomic; see invariant 5 */
  struct p *link;       /* idle list; under sched.lock */
  uint32_t schedtick;   /* owner M: counts schedules, not inherited slices */
  uint32_t syscalltick; /* counts syscalls; whoever ends one */
  uint32_t slice;       /* owner M: inherited slices in a row */
  struct m *m;          /* atomic; owner M, NULL while idle or in a syscall */
  struct {              /* what sysmon saw last; sysmon only */
    struct runtick run;
    uint32_t syscalltick;
    int64_t syscallwhen;
  } sysmontick;

  /* The local queue: a ring.  The owner adds at runqtail (StoreRel, pairs
   * with LoadAcq of thieves) and takes at runqhead (CasRel, pairs with LoadAcq
   * of the owner's put); others only take. */
  uint32_t runqhead;
  uint32_t runqtail;
  struct g *runq[RUNQ_SIZE];
  struct g *runnext;    /* atomic: to run before runq, within the same slice */
  struct gQueue *globq; /* r/o: where goes what is not kept in runq.  The
                           global queue, or rest of an agent's P (hostg.c) */

  /* Caches; owner M. */
  struct g *gFree; /* dead Gs, linked by schedlink */
  int32_t ngFree;
  struct sudog *sudogcache; /* linked by next */
  int32_t nsudogcache;

  struct gQueue rest; /* under sched.lock, size read without it */

  struct timers timers;
  uint32_t timertick;  /* owner M: schedules until the clock is read again */
  uint32_t timerevery; /* owner M: reload value of timertick */
  int64_t now;         /* owner M: clock as last read by the scheduler */
  uint32_t nowms;      /* owner M: the same in ms since start */
};

/* Psyscall: its M is in the host, and takes it back by compare and swap if
 * nobody else was faster.  Pgcstop: stopped with the world. */
enum pstatus { Pidle, Prunning, Psyscall, Pgcstop, Pdead };

/* A one-time event: one sleeps, one wakes.  Go: runtime2.go note. */
struct note {
  uint32_t key; /* atomic: 0 cleared, 1 has come */
};

/* Why an M that must not block its thread is away from the scheduler. */
enum maway {
  MHERE,    /* it is not */
  MPARKED,  /* until somebody has given it a P and set its note */
  MPOLLING, /* it waits for the next timer, without a P */
  MSLICED,  /* its slice is over; its P is as in a syscall */
  MSTOPPING /* it waits for the world to stop */
};

struct m {
  int32_t id;         /* r/o */
  struct g *g0;       /* r/o: stands for the M's own stack; never scheduled */
  struct g *curg;     /* owner M: the G that runs, or NULL */
  bool preempt;       /* atomic: curg shall yield at its next safe point */
  uint32_t points;    /* owner M: safe points until it looks at the clock */
  struct runtick ran; /* owner M: the same look at its own P as sysmon's */
  struct p *p;        /* owner M */
  struct p *nextp;    /* the P to go on with; set before the note */
  struct p *oldp;     /* owner M: the P it had when it entered a syscall */
  struct m *alllink;  /* r/o once in sched.allm */
  struct m *idlelink; /* list of idle Ms; under sched.lock */
  struct note park;   /* it sleeps on this */
  uint8_t mcall;      /* enum mcall; set by curg before it leaves */
  uint8_t away;       /* enum maway; owner M */
  bool canblock;      /* r/o after its start: it may block its thread */
  bool spinning;      /* out of work, looking for some; owner M, or its waker */
  struct g *lockedg;  /* owner M: the only G it may run, or NULL */
  int32_t nlocked;    /* owner M: calls of LockOSThread to be undone */
  struct g *stopper;  /* owner M: the G that waits for the world to stop */
  void (*fn)(void);   /* r/o: what it does instead of scheduling, or NULL */
  struct hostagent *agent; /* r/o: of the host's code, or NULL; hostg.h */
  int player;              /* r/o: its number for base/baton.h */
  int64_t slice_end; /* nanotime when goro__run must return; INT64_MAX: never */
  struct traceout trace; /* base/trace.h says whose */

  /* Arguments of gopark, used once the switch is complete. */
  nounwind_func waitunlockf;
  void *waitlock;
};

struct schedt {
  struct mutex lock;
  uint64_t goidgen;      /* atomic */
  struct gQueue runq;    /* global queue; under lock, size read without it */
  struct p *pidle;       /* under lock */
  int32_t npidle;        /* atomic; written under lock */
  int32_t maxprocs;      /* GOMAXPROCS; written with the world stopped */
  int32_t ncpu;          /* r/o after schedinit */
  const char *cpureason; /* why ncpu is what it is; r/o */

  struct m *allm;        /* all Ms, by alllink; under lock */
  struct m *midle;       /* Ms that wait for work; under lock */
  int32_t nmidle;        /* under lock */
  int32_t nmidlelocked;  /* Ms that wait for their locked G; under lock */
  int32_t mcount;        /* Ms there are, or will be at once; under lock */
  int32_t mnext;         /* id of the next M; under lock */
  int32_t nmsys;         /* of these, not counted in a deadlock; atomic, written
                            under lock */
  int32_t nmspinning;    /* atomic: Ms that look for work; schedule.c */
  uint32_t needspinning; /* atomic: who goes idle shall look again */

  /* Stopping the world, preempt.c. */
  uint32_t gcwaiting;   /* atomic: Ms shall stop; written under lock */
  int32_t stopwait;     /* Ps that run still; under lock */
  struct note stopnote; /* stopwait is 0 */
  bool stopperaway;     /* who waits for that cannot block; under lock */
  int32_t newprocs;     /* GOMAXPROCS from startTheWorld on; 0: as before */

  /* The M that waits for what comes from outside, netpoll.c. */
  int64_t lastpoll;    /* atomic: 0 while there is one */
  int64_t pollUntil;   /* atomic: when it wakes, 0: not known yet */
  uint32_t pollbreak;  /* atomic: it shall come back now, or look again */
  uint32_t pollisaway; /* atomic: it is M0, out in its event loop */
  /* Descriptors, polldesc.c. */
  int32_t netpollWaiters; /* atomic: goroutines that wait for them */
  uint32_t netpollinited; /* atomic: one has done so */
  int64_t netpolled;      /* atomic: when somebody looked last */

  int32_t hostwaiters; /* atomic: goroutines that await the host; hostevent.c */

  /* The monitor thread, sysmon.c. */
  uint32_t hassysmon;  /* atomic: it was started */
  uint32_t sysmonwait; /* atomic: it sleeps on sysmonnote */
  struct note sysmonnote;

  struct { /* dead Gs that no P keeps */
    struct mutex lock;
    struct g *list;
    int32_t n;
  } gFree;

  struct mutex sudoglock;
  struct sudog *sudogcache; /* under sudoglock */

  int64_t starttime; /* nanotime at schedinit; r/o */
  bool hosted;       /* the host's own code calls in, hostg.h; r/o once true */
  bool mainstarted;  /* goro__rt0 has made the main goroutine; until then no
                      * second M is started */
  bool systematic;   /* GORO_SEED is set, and one M at a time runs: scheduling
                        follows the seed; written with the world stopped */
  uint64_t seed;     /* r/o after schedinit */
};

extern struct schedt sched;
extern struct m goro__m0;

extern uint32_t allglen; /* Gs ever made; atomic */
extern uint32_t ngs;     /* atomic: goroutines alive, system ones not counted */

/* The Ps; r/o but for procresize, with the world stopped.  Who has no P reads
 * nallp atomically.  An entry, once set, stays for ever. */
enum { MAXPROCS = 256 };
extern struct p *allp[MAXPROCS];
extern int32_t nallp;

/* tls.h: the current G; g0 while the M runs its own stack, NULL before boot.
 * Constant for a goroutine's code, also when another M resumes it. */
#include "os/tls.h"

/* ---- proc.c: birth, death, park and ready ---- */

void goro__schedinit(void);

/* Go: newproc.  Starts fn(arg); never blocks. */
struct g *goro__newproc(void (*fn)(void *), void *arg,
                        const struct gosite *site);

/* Park the running goroutine.  unlockf(gp, lock) runs on the M after the
 * switch is complete; false from it takes the park back. */
GORO_UNWINDS void goro__gopark(nounwind_func unlockf, void *lock,
                               enum waitReason reason);
/* The same, releasing l. */
GORO_UNWINDS void goro__goparkunlock(struct mutex *l, enum waitReason reason);

/* Make gp, which waits, runnable: it runs next on this P. */
void goro__goready(struct g *gp);
/* The same; the trace has been told of it. */
void goro__goready_told(struct g *gp);

/* The running G may have been asked to yield: do what was asked for. */
GORO_UNWINDS GORO_NOINLINE void goro__preempted(struct g *gp);

/* A safe point: every call of the runtime that may unwind has one.  gp is the
 * running G, or NULL before boot. */
static inline GORO_UNWINDS void goro__safepoint(struct g *gp) {
  if (unlikely(!gp)) return;
  struct m *mp = gp->m;
  if (unlikely((mp->points-- == 0) | LoadRelaxed(&mp->preempt)))
    goro__preempted(gp);
}

GORO_UNWINDS void goro__Gosched(void); /* to the end of the global queue */
GORO_UNWINDS void goro__goyield(void); /* to the end of the local queue */
GORO_UNWINDS void goro__Goexit(void);

struct sudog *goro__acquireSudog(void);
void goro__releaseSudog(struct sudog *s);

/* Without Gscan. */
static inline uint32_t readgstatus(struct g *gp) {
  return LoadRelaxed(&gp->atomicstatus) & ~(uint32_t)Gscan;
}
void goro__casgstatus(struct g *gp, uint32_t oldval, uint32_t newval);

/* The running goroutine; fatal, naming the operation, if there is none. */
struct g *goro__needg(const char *op);

void *goro__mallocz(size_t size); /* os_alloc, or goro__oom */

int32_t goro__gcount(void);

/* ---- runq.c ---- */
void goro__runqput(struct p *pp, struct g *gp, bool next);
struct g *goro__runqget(struct p *pp, bool *inheritTime);
struct g *goro__runqsteal(struct p *pp, struct p *p2, bool stealRunNextG);
bool goro__runqempty(struct p *pp);
/* q is the global queue or an agent's, under sched.lock. */
void goro__globrunqput(struct gQueue *q, struct g *gp);
void goro__globrunqputbatch(struct gQueue *q, struct gQueue *batch);
static inline struct gQueue *globq_of(struct p *pp) {
  return GORO_THREADS ? pp->globq : &sched.runq;
}
struct g *goro__globrunqget(struct p *pp, int32_t max);

/* ---- processor.c ---- */
/* The number of Ps; n > 0 changes it, which stops the world. */
GORO_UNWINDS int32_t goro__GOMAXPROCS(int32_t n);

/* ---- machine.c ---- */
/* Bind the running goroutine to its M, and undo that; calls count. */
void goro__LockOSThread(void);
void goro__UnlockOSThread(void);
/* There is an idle P and work for it: wake or start an M, unless one looks for
 * work already. */
GORO_NOINLINE void goro__wakep_slow(void);

/* Work was made visible: have an M look for it if a P is idle.  Who sees none
 * sets needspinning and looks again; who gives up a P looks at needspinning
 * again after npidle has risen (put_p_down): one of them sees the other.
 *
 * Differs from Go, which takes sched.lock to find out that all Ps are busy. */
static inline void goro__wakep(void) {
  goro__point();
  if (!GORO_THREADS || LoadRelaxed(&nallp) == 1) return;
  if (Load(&sched.nmspinning) != 0) return;
  if (Load(&sched.npidle) == 0) {
    if (!Load(&sched.needspinning)) Store(&sched.needspinning, 1);
    goro__point();
    if (Load(&sched.npidle) == 0) return;
  }
  goro__wakep_slow();
}

/* ---- syscall.c ---- */
/* The running goroutine is about to block in the host, and is back.  Between
 * the two it may call nothing of the runtime. */
void goro__entersyscall(void);
GORO_UNWINDS void goro__exitsyscall(void);

/* ---- hostevent.c ---- */
/* Park the running goroutine until goro__host_ready.  start(gp, arg) asks the
 * host for that; it runs on the M after the switch, and must return true. */
GORO_UNWINDS void goro__host_wait(nounwind_func start, void *arg,
                                  enum waitReason reason);
/* What gp awaits has come.  Any thread that is an M may call this, also without
 * a P, but not while it is in the scheduler. */
void goro__host_ready(struct g *gp);
/* Nothing but n goroutines' host events, if they are all that is awaited, can
 * ever let the program go on. */
bool goro__host_only(int32_t n);

/* ---- preempt.c ---- */
/* Stop all goroutines but the caller, and let them go on.  In between the
 * caller must not park. */
GORO_UNWINDS void goro__stopTheWorld(void);
void goro__startTheWorld(void);

/* A goroutine that stands still until resumeG.  In between the caller must
 * neither park nor yield: who would wake that goroutine waits on its M. */
struct suspendGState {
  struct g *g;
  bool dead;    /* it was over; nothing to resume */
  bool stopped; /* it stopped itself for us */
};
GORO_UNWINDS struct suspendGState goro__suspendG(struct g *gp);
void goro__resumeG(struct suspendGState s);

/* ---- checkdead.c ---- */
/* No M may be running, see there.  Needs sched.lock. */
void goro__checkdead(void);

/* ---- systematic.c ---- */
/* True if this scheduling point should go the other way than usual. */
bool goro__systematic_flip(void);
bool goro__systematic_preempt(void);
/* Which of n queued Gs to run next. */
uint32_t goro__systematic_pick(uint32_t n);

/* ---- panic.c ---- */
GORO_UNWINDS void goro__gopanic(const char *msg, void *value,
                                bool runtime_error);
/* Print gp's panics and gp itself: what the program would end with. */
void goro__panic_report(struct g *gp);
/* The text of a panic without one, which is a runtime.Error.  Go:
 * PanicNilError, which goes on "(use GODEBUG=panicnil=1 to disable)". */
#define PANIC_NIL "panic called with nil argument"
/* A panic with a static text. */
GORO_UNWINDS void goro__plainpanic(const char *msg);
/* The same with one that is a runtime.Error.  Go: error.go plainError. */
GORO_UNWINDS void goro__plainError(const char *msg);
/* A copy of msg, or of prefix and msg, that lives until the goroutine panics
 * again or ends. */
const char *goro__keepmsg(const char *msg);
const char *goro__keepmsgs(const char *prefix, const char *msg);
void goro__deferproc(void (*fn)(void *), void *arg);
/* The same with d in the caller's block, at whose end one of the three below
 * has to be called. */
void goro__deferprocStack(struct _defer *d, void (*fn)(void *), void *arg);
GORO_UNWINDS void goro__deferend(struct _defer *d); /* make the call */
void goro__deferpop(struct _defer *d);              /* forget it */
/* What is deferred between the two runs at the latter. */
void goro__scopebegin(struct _defer *d);
GORO_UNWINDS void goro__scopeend(struct _defer *d);
const struct _panic *goro__gorecover(void);
/* recover for functions that must be the deferred call themselves: fn asks on
 * entry, and hands on what it got. */
const void *goro__deferredenter(void (*fn)(void *));
const struct _panic *goro__gorecoverin(const void *frame);
/* Run fn(arg) as a frame; false: it panicked, and *p is a copy of the panic. */
GORO_UNWINDS bool goro__try(void (*fn)(void *), void *arg, struct _panic *p);
/* Run fn(arg) as a frame with deferred calls; false: a panic was recovered. */
GORO_UNWINDS bool goro__callframe(void (*fn)(void *), void *arg);

/* ---- error.c ---- */
/* Panics of Go's runtime, for what its compiler checks. */
GORO_UNWINDS void goro__panicmem(void);
GORO_UNWINDS void goro__panicdivide(void);
GORO_UNWINDS void goro__panicIndex(int64_t x, int64_t len);
GORO_UNWINDS void goro__panicSliceAcap(int64_t hi, int64_t cap);
GORO_UNWINDS void goro__panicSliceB(int64_t lo, int64_t hi);

/* ---- traceback.c ---- */
/* A goroutine, as it was.  Same layout as the public goro_goroutine. */
struct ginfo {
  uint64_t goid;
  uint64_t parent;
  const struct gosite *site;
  const char *name;
  const char *state;
  const char *reason;
  uintptr_t object;
  int64_t waitms;
};
/* False: it is dead. */
bool goro__ginfo(struct g *gp, struct ginfo *to);
/* The first n of all; how many there are. */
size_t goro__ginfos(struct ginfo *list, size_t n);
void goro__printg(struct g *gp);          /* one goroutine */
void goro__tracebackothers(struct g *me); /* all but me */
void goro__dump(void);                    /* all, to fd 2 */

/* ---- tracer.c ---- */
#if GORO_TRACE
/* The M that this runs on.  Where there is one only, its address is known. */
static inline struct m *trace_m(void) {
  return GORO_THREADS ? getg()->m : &goro__m0;
}
/* An event about gp, or NULL, on this M, mp.  what is as goro__trace's. */
static inline void goro__trace_on(struct m *mp, uint32_t what, struct g *gp,
                                  uintptr_t object) {
  if (!GORO_THREADS) mp = trace_m();
  goro__trace(&mp->trace, mp->id, what, gp ? gp->goid : 0, object);
}
static inline void goro__trace_now(uint32_t what, struct g *gp,
                                   uintptr_t object) {
  goro__trace_on(trace_m(), what, gp, object);
}
/* The same where speed does not count, or where the M may have no P: then there
 * is no event. */
GORO_NOINLINE void goro__trace_g(uint32_t what, struct g *gp, uintptr_t object);
/* gp is about to park. */
GORO_NOINLINE void goro__trace_park(struct g *gp, uint32_t reason);
GORO_NOINLINE void goro__trace_m_idle(struct m *mp);
#else
static inline void goro__trace_on(struct m *mp, uint32_t what, struct g *gp,
                                  uintptr_t object) {
  (void)mp, (void)what, (void)gp, (void)object;
}
static inline void goro__trace_now(uint32_t what, struct g *gp,
                                   uintptr_t object) {
  (void)what, (void)gp, (void)object;
}
#define goro__trace_g goro__trace_now
static inline void goro__trace_park(struct g *gp, uint32_t reason) {
  (void)gp, (void)reason;
}
static inline void goro__trace_m_idle(struct m *mp) { (void)mp; }
#endif
/* Start a trace, with all goroutines that there are as its first events; and
 * end it.  As goro__trace_begin; reading as goro__trace_take. */
GORO_UNWINDS void goro__trace_start(size_t n, bool exact);
GORO_UNWINDS void goro__trace_stop(void);
size_t goro__trace_read(struct traceevent *to, size_t n, uint64_t *lost);
/* What gp, which waits, waits for: an address, or 0. */
uintptr_t goro__waits_for(struct g *gp);

/* ---- time.c ---- */
void goro__timer_init(struct timer *t, void (*f)(void *, uintptr_t, int64_t),
                      void *arg);
bool goro__timer_modify(struct timer *t, int64_t when, int64_t period,
                        void (*f)(void *, uintptr_t, int64_t), void *arg,
                        uintptr_t seq);
bool goro__timer_reset(struct timer *t, int64_t when, int64_t period);
bool goro__timer_stop(struct timer *t);
/* Stops t and frees it, now or when its heap has let go of it.  t is the start
 * of a block of os_alloc, and nobody uses it any more. */
void goro__timer_delete(struct timer *t);
/* Called by channel operations on a timer's channel. */
void goro__timer_maybeRunChan(struct timer *t);
void goro__blockTimerChan(struct timer *t);   /* with the channel lock held */
void goro__unblockTimerChan(struct timer *t); /* with the channel lock held */
/* Runs what is due, a few hundred timers at most; returns the time of the next
 * timer, which may be past, or 0.  *ran is set if any ran. */
int64_t goro__timers_check(struct timers *ts, int64_t now, bool *ran);
int64_t goro__timers_wakeTime(struct timers *ts);
int64_t goro__timeSleepUntil(void); /* INT64_MAX if there are no timers */
void goro__timers_bury(void);
/* now + d, saturated; d <= 0 gives now (Go: time.when). */
int64_t goro__when(int64_t d);
void goro__timers_check_invariants(struct timers *ts);
/* Moves all timers of src, which no M runs any more, into ts. */
void goro__timers_take(struct timers *ts, struct timers *src);

/* ---- netpoll.c ---- */
/* A timer was added or moved to `when`: an M that idles for longer must wake.
 * Go: wakeNetPoller. */
void goro__wakeNetPoller(int64_t when);
/* The poller shall look again. */
void goro__netpollBreak(void);
/* A goroutine waits for a descriptor from now on: a poller shall look at that,
 * too. */
void goro__netpollRearm(void);
static inline bool goro__netpollAnyWaiters(void) {
  return Load(&sched.netpollWaiters) > 0;
}

#endif
