/* parked.h: for reports that show what the other goroutines do: they shall all
 * wait, whichever M they run on. */
#ifndef GORO_CRASH_PARKED_H
#define GORO_CRASH_PARKED_H

#include <goro.h>

#include "sched/runtime2.h"
#include "sched/schedule.h"

static bool is_running(struct g *gp) {
  uint32_t status = LoadAcq(&gp->atomicstatus); /* with casgstatus */
  return gp != getg() && status != Gwaiting && status != Gdead;
}

/* Yield until all goroutines but this one are parked, or over. */
static void until_parked(void) {
  for (uint32_t i = 0; i < Load(&allglen); i++)
    while (is_running(goro__allg(i))) goro_gosched();
}

#endif
