/* baton.h: one M at a time, and a seed decides which (baton.c).
 *
 * Debug builds only, with GORO_SEED and more than one M.  In other builds
 * everything here is empty, and futexes are the host's.
 */
#ifndef GORO_BATON_H
#define GORO_BATON_H

#include "base/base.h"
#include "os/os.h"

/* Any queue has a goroutine to run.  Defined in sched/schedule.c. */
bool goro__work_anywhere(void);

#if GORO_DEBUG

extern bool goro__baton_on; /* r/o once a second M has started */

/* Take part from now on; the caller has the baton.  seed > 0. */
void goro__baton_start(uint64_t seed);

/* A place at which another M may go on instead. */
void goro__baton_pass(void);
static inline void goro__point(void) {
  if (unlikely(goro__baton_on)) goro__baton_pass();
}

/* A hash of the Ms at all points so far, and of what else was told to this
 * function: the same for the same seed. */
uint64_t goro__baton_trace(uint64_t what);

/* A new thread: its creator makes it known, and gives it the number; the thread
 * waits until it is its turn. */
int goro__baton_new(void);
void goro__baton_join(int number);

/* The time, which goes on as the seed decides. */
int64_t goro__baton_nanotime(void);
static inline int64_t nanotime(void) {
  return unlikely(goro__baton_on) ? goro__baton_nanotime() + OS_CLOCK_JUMP
                                  : os_nanotime();
}

/* The M goes to block in the host, and is back. */
void goro__baton_leave(void);
void goro__baton_return(void);

/* Another one must do something first. */
void goro__yield_m(void);

void goro__futexsleep(uint32_t *addr, uint32_t val, int64_t ns);
void goro__futexwakeup(uint32_t *addr, uint32_t cnt);

#else

enum { goro__baton_on = 0 };
static inline int64_t nanotime(void) { return os_nanotime(); }
static inline void goro__baton_start(uint64_t seed) { (void)seed; }
static inline void goro__point(void) {}
static inline uint64_t goro__baton_trace(uint64_t what) { return what; }
static inline int goro__baton_new(void) { return 0; }
static inline void goro__baton_join(int number) { (void)number; }
static inline void goro__baton_leave(void) {}
static inline void goro__baton_return(void) {}
static inline void goro__yield_m(void) { os_procyield(); }
static inline void goro__futexsleep(uint32_t *addr, uint32_t val, int64_t ns) {
  os_futexsleep(addr, val, ns);
}
static inline void goro__futexwakeup(uint32_t *addr, uint32_t cnt) {
  os_futexwakeup(addr, cnt);
}

#endif

#endif
