/* hostlock.h: locks for goroutines of the host (hostlock.c). */
#ifndef GORO_HOSTLOCK_H
#define GORO_HOSTLOCK_H

#include "sched/hostg.h"
#include "wait/chan.h"

struct hostlock {
  struct mutex lock;
  uint8_t reasons[2]; /* enum waitReason; r/o.  [1] is 0: no exclusive takers */
  uint32_t refs;      /* atomic: of agents, which count them */
  double taken;       /* under lock */
  double size;        /* under lock */
  struct waitq q[2];  /* under lock: shared takers, exclusive ones */
};

struct hostlock *goro__hostlock(double size, uint8_t shared, uint8_t exclusive);

/* Take n of it; block: wait, as slot.  0, HOST_PARKED, or HOST_NONE. */
int32_t goro__hostlock_take(struct hostlock *l, double n, bool exclusive,
                            bool block, uint32_t slot);
/* Give n back, which may be less than 0.  False: so much was not taken. */
bool goro__hostlock_give(struct hostlock *l, double n, bool exclusive);
/* Let one pass that waits, or all, however much is taken. */
void goro__hostlock_signal(struct hostlock *l, bool all);

/* gp, which waits for h->lock, does not any more.  False: it has got it. */
bool goro__hostlock_unqueue(struct g *gp);

#endif
