/* hostg.h: goroutines whose code runs in the host, and the agents that run it
 * (hostg.c, agent.c). */
#ifndef GORO_HOSTG_H
#define GORO_HOSTG_H

#include "sched/runtime2.h"

/* One element of a channel of the host's. */
union hostval {
  uint32_t handle; /* of a value that the host keeps */
  double f64;
  int64_t i64; /* a timer's channel: a time */
};

/* Where results are that do not fit into an int. */
struct hostout {
  union hostval val; /* the value received */
  uint32_t ok;       /* select: it was one, not a close */
  int32_t result;    /* of a wait that is over */
};

/* What the host has to attend to.  It clears HOST_RUNNABLE; HOST_READY is set
 * while hostg_next has more. */
enum { HOST_READY = 1, HOST_RUNNABLE = 2 };

enum { HOSTSEL_SIZES = 29 };

/* A thread that runs code of the host's, with an M and a P of its own. */
struct hostagent {
  /* The agent's own, code of the host's included. */
  struct hostout out;
  uint32_t flags;
  struct gQueue ready;                    /* HOST_WAITs that are runnable */
  struct g *parked;                       /* the last G that has parked */
  struct hostsel *selfree[HOSTSEL_SIZES]; /* wait/hostwait.c, by size */
  int64_t until;                          /* goro__run's result, of its slice */

  /* Of several agents; agent.c. */
  struct g *inbox; /* atomic: Gs that others made ready, the last first */
  uint32_t dozing; /* atomic: it sleeps on this, or is about to */
  uint32_t turns;  /* atomic: how often it has woken */
  uint32_t asyncs; /* atomic: the host's: reasons to give no verdict of */
  uint32_t holds;  /* deadlock */
  bool inside;     /* atomic: it is within the runtime */
  bool message;    /* atomic: who wakes it calls goro__host_wake as well */
  bool gone;       /* atomic: its thread has ended in order */
  struct m *m;     /* r/o */
  void *thread;    /* r/o: what the host's file keeps for its thread */
  struct hostagent *alllink;  /* r/o once in goro__allagents */
  struct hostagent *freelink; /* under sched.lock */
};

extern struct hostagent goro__agent0; /* of M0 */

/* The agent that calls. */
static inline struct hostagent *getagent(void) {
  return GORO_THREADS ? getg()->m->agent : &goro__agent0;
}

enum hostkind {
  HOST_STEP, /* a goroutine: a slice steps its code */
  HOST_WAIT, /* one call's wait; the host is told when it is over */
};

/* What it waits for. */
enum hostop {
  HOSTOP_NONE, /* its turn */
  HOSTOP_SEND,
  HOSTOP_RECV,
  HOSTOP_SELECT,
  HOSTOP_SLEEP,
  HOSTOP_LOCK,
};

struct hostsel;

/* What such a G has in place of a stack, in its stack0.  Owned with the G's
 * state; a waker writes elem through the sudog. */
struct hostg {
  uint32_t slot;           /* the host's number for it; r/o while alive */
  uint8_t kind;            /* enum hostkind; r/o while alive */
  uint8_t op;              /* enum hostop */
  bool cancelled;          /* its wait was called off */
  bool exclusive;          /* HOSTOP_LOCK */
  union hostval elem;      /* HOSTOP_LOCK: f64, how much */
  struct hchan *c;         /* HOSTOP_SEND, HOSTOP_RECV; NULL: the nil channel */
  struct hostsel *sel;     /* HOSTOP_SELECT; the G's until the wait is over */
  struct hostlock *lock;   /* HOSTOP_LOCK */
  struct hostlock *wg;     /* HOST_STEP: it is a task of; api/ffi.c's */
  struct hostagent *agent; /* whose it is; r/o while alive */
};

static inline struct hostg *hostg_of(struct g *gp) {
  return (struct hostg *)(((uintptr_t)gp->stack0 + 7) & ~(uintptr_t)7);
}

/* From now on this thread's host calls in: M0 keeps its P. */
void goro__hostg_init(void);

/* A goroutine of the host's, runnable. */
struct g *goro__hostg_go(uint32_t slot, const struct gosite *site);
/* Who is to wait: the running goroutine of the host, or a G for this wait
 * alone, which is dead as yet. */
struct g *goro__hostg_waiter(uint32_t slot);
/* It waits from now on, for op.  It needs not have left the host's code. */
void goro__hostg_park(struct g *gp, enum hostop op, enum waitReason reason);
/* gp, which is on no queue, is over. */
void goro__hostg_end(struct g *gp);

/* Of goready, of any G.  True: the host is told instead of a run queue. */
bool goro__hostg_ready(struct g *gp);
/* The next HOST_WAIT that is ready, now running; or NULL. */
struct g *goro__hostg_next(void);
/* A timer is set, or earlier: a slice shall look. */
void goro__hostg_timer(void);
/* A slice of budget nanoseconds begins. */
void goro__hostg_begin(int64_t budget);
/* Run goroutines up to one of the host's, which is now m.curg: GORO_RUN_HOST.
 * Otherwise the slice is over, and the result is goro__run's. */
int64_t goro__hostg_run(void);
#define GORO_RUN_HOST INT64_MIN
/* The code of mp->curg has come back, having waited or given way, or ended. */
void goro__hostg_stepped(struct m *mp, bool over);

/* Where the host's code is in this program, as in a unit test: run gp's until
 * it waits or ends.  True: it has ended. */
__attribute__((weak)) bool goro__host_step(struct g *gp);

/* ---- agent.c ---- */

#if GORO_THREADS
/* gp, of agent a, is runnable.  Any agent may call this. */
void goro__agent_post(struct hostagent *a, struct g *gp);
/* Queue what others have made ready.  True: there was something. */
bool goro__hostg_collect(void);
#else
static inline void goro__agent_post(struct hostagent *a, struct g *gp) {
  (void)a, (void)gp;
}
static inline bool goro__hostg_collect(void) { return false; }
#endif

/* An agent for a thread that the host will start.  NULL: there are MAXPROCS. */
struct hostagent *goro__agent_new(void);
/* Its thread's first call. */
void goro__agent_enter(struct hostagent *a);
/* The caller's last: it has no goroutines any more that matter. */
void goro__agent_leave(void);
/* a's thread is gone: end what it left, for another one to be had by
 * agent_new.  False: it was within the runtime; nothing can go on. */
bool goro__agent_lost(struct hostagent *a);
/* A channel from which such an agent's goroutine has received a value that it
 * was not told of any more; that is in the caller's out.val.  NULL: no more. */
struct hchan *goro__agent_orphan(void);

/* The agent is about to sleep, while `dozing` is 1.  False: there is work. */
bool goro__agent_doze(void);
/* It has slept, or not. */
void goro__agent_awake(void);
/* All agents sleep, no timer is set, and the host gives no reason: nothing will
 * ever happen again, unless from outside. */
bool goro__agents_stuck(void);

/* gp, which waits, is off all that it waits for, as if never woken.  False:
 * somebody has taken it off, and makes it ready.  And: gp was woken, and will
 * not run.  The channel if it has received, with the value in out.val; or NULL.
 * In wait/hostwait.c. */
bool goro__host_unqueue(struct g *gp);
struct hchan *goro__host_over(struct g *gp);

/* Wake an agent that cannot wait on its word: a->message. */
__attribute__((weak)) void goro__host_wake(struct hostagent *a);

#endif
