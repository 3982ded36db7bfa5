/* schedule.h: what the files of this room share with each other only. */
#ifndef GORO_SCHEDULE_H
#define GORO_SCHEDULE_H

#include "sched/runtime2.h"

/* proc.c: gp is over; free what it holds.  Runs on the M. */
void goro__goexit0(struct m *mp, struct g *gp);

/* proc.c: gopark's usual unlock function. */
bool goro__parkunlock_c(struct g *gp, void *lock);

/* panic.c: the goroutine's function has returned; run what it deferred. */
GORO_UNWINDS void goro__rundefers_at_entry(void *gp);

/* panic.c: free the texts that goro__keepmsg made. */
void goro__freemsgs(struct g *gp);

#endif
