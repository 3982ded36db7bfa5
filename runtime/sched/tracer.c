/* tracer.c: what the scheduler tells the trace (base/trace.c).
 *
 * Go: runtime/traceruntime.go.
 *
 * Invariants:
 *  1. An event that others may answer, as a park or a wakeup, is written before
 *     they can.
 *  2. Nothing here unwinds but the two that stop the world.
 *
 * Locks: none.
 */
#include "sched/schedule.h"

/* A channel; or the address of a semaphore or notifyList. */
uintptr_t goro__waits_for(struct g *gp) {
  struct sudog *sg = LoadRelaxed(&gp->waiting);
  if (!sg) return 0;
  struct hchan *c = LoadRelaxed(&sg->c);
  return (uintptr_t)(c ? (void *)c : LoadRelaxed(&sg->elem));
}

#if GORO_TRACE

void goro__trace_g(uint32_t what, struct g *gp, uintptr_t object) {
  if (trace_m()->p) goro__trace_now(what, gp, object);
}

void goro__trace_park(struct g *gp, uint32_t reason) {
  goro__trace_now(TRACE_PARK | TRACE_REASON(reason), gp, goro__waits_for(gp));
}

void goro__trace_m_idle(struct m *mp) { goro__trace_idle(&mp->trace, mp->id); }

/* ---- starting and ending ---- */

/* Tell of gp, which was there before the trace. */
static void tell_of(struct g *gp) {
  uint32_t status = readgstatus(gp);
  if (status == Gdead || status == Gidle || LoadRelaxed(&gp->goid) == 0) return;
  goro__trace_g(TRACE_CREATE | TRACE_REASON(TRACE_BEFORE), gp,
                (uintptr_t)LoadRelaxed(&gp->startsite));
  const char *name = LoadRelaxed(&gp->name);
  if (name) goro__trace_g(TRACE_NAME, gp, (uintptr_t)name);
  if (status == Gwaiting)
    goro__trace_park(gp, LoadRelaxed(&gp->waitreason));
  else if (status == Gsyscall)
    goro__trace_g(TRACE_SYSCALL, gp, 0);
  else if (gp == getg())
    goro__trace_g(TRACE_START, gp, 0);
}

/* The world may go on meanwhile where there is no goroutine to stop it. */
static bool stop_world(void) {
  bool others = GORO_THREADS && goro__on_gstack();
  if (others) goro__stopTheWorld();
  return others;
}

/* Have all Ms begin anew: while the world stands still, or at none but this one
 * if it does not. */
static void reset(bool stopped) {
  for (struct m *mp = LoadAcq(&sched.allm); mp; mp = mp->alllink)
    if (!GORO_THREADS || stopped || mp == trace_m()) {
      StoreRelaxed(&mp->trace.next, NULL);
      mp->trace.limit = NULL;
    }
}

void goro__trace_start(size_t n, bool exact) {
  bool stopped = stop_world();
  reset(stopped);
  goro__trace_begin(n, exact);
  for (uint32_t i = 0; i < LoadAcq(&allglen); i++) tell_of(goro__allg(i));
  if (stopped) goro__startTheWorld();
}

void goro__trace_stop(void) {
  if (!traceon()) return;
  goro__trace_flush(&trace_m()->trace);
  goro__trace_end();
  if (stop_world()) goro__startTheWorld(); /* all Ms have seen it */
}

size_t goro__trace_read(struct traceevent *to, size_t n, uint64_t *lost) {
  if (traceon()) goro__trace_flush(&trace_m()->trace);
  return goro__trace_take(to, n, lost);
}

#else

void goro__trace_start(size_t n, bool exact) { (void)n, (void)exact; }
void goro__trace_stop(void) {}
size_t goro__trace_read(struct traceevent *to, size_t n, uint64_t *lost) {
  (void)to, (void)n, (void)lost;
  return 0;
}

#endif
