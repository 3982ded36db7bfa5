/* hostg.h: goroutines whose code runs in the host (hostg.c). */
#ifndef GORO_HOSTG_H
#define GORO_HOSTG_H

#include "sched/runtime2.h"

/* One element of a channel of the host's. */
union hostval {
  uint32_t handle; /* of a value that the host keeps */
  double f64;
  int64_t i64; /* a timer's channel: a time */
};

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
};

struct hostsel;

/* What such a G has in place of a stack, in its stack0.  Owned with the G's
 * state; a waker writes elem through the sudog. */
struct hostg {
  uint32_t slot;  /* the host's number for it; r/o while alive */
  uint8_t kind;   /* enum hostkind; r/o while alive */
  uint8_t op;     /* enum hostop */
  bool cancelled; /* its wait was called off */
  union hostval elem;
  struct hchan *c;     /* HOSTOP_SEND, HOSTOP_RECV; NULL: the nil channel */
  struct hostsel *sel; /* HOSTOP_SELECT; the G's until the wait is over */
};

static inline struct hostg *hostg_of(struct g *gp) {
  return (struct hostg *)(((uintptr_t)gp->stack0 + 7) & ~(uintptr_t)7);
}

/* What the host has to attend to.  It clears HOST_RUNNABLE; HOST_READY is set
 * while hostg_next has more. */
enum { HOST_READY = 1, HOST_RUNNABLE = 2 };
extern uint32_t goro__hostflags;

/* From now on this thread's host calls in: M0 keeps its P. */
void goro__hostg_init(void);

/* A goroutine of the host's, runnable. */
struct g *goro__hostg_go(uint32_t slot, const struct gosite *site);
/* Who is to wait: the running goroutine of the host, or a G for this wait
 * alone, which is dead as yet. */
struct g *goro__hostg_waiter(uint32_t slot);
/* It waits from now on, for op.  It needs not have left the host's code. */
void goro__hostg_park(struct g *gp, enum hostop op, enum waitReason reason);
/* The last one that did. */
extern struct g *goro__hostg_parked;
/* gp, which is on no queue, is over. */
void goro__hostg_end(struct g *gp);

/* Of goready.  True: the host is told instead of a run queue. */
bool goro__hostg_ready(struct g *gp);
/* The next HOST_WAIT that is ready, now running; or NULL. */
struct g *goro__hostg_next(void);
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

#endif
