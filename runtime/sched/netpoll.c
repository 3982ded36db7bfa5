/* netpoll.c: one M waits, without a P, for what comes from outside: for now the
 * time of the next timer.
 *
 * Go: runtime/proc.go (findRunnable's end, wakeNetPoller), netpoll_*.go
 * (netpollBreak).
 *
 * Protocol: lastpoll is 0 while there is such an M, and pollUntil then says
 * when it will wake (0: it has not said yet).  Who adds an earlier timer wakes
 * it; if there is no such M, somebody must become it.
 *
 * No wakeup is lost.  The poller first makes lastpoll 0 and only then reads
 * when the timers are due (or has read it before, and a later change finds
 * lastpoll 0 or a spinning M, which looks again); a changer first changes the
 * timer and then reads lastpoll.  A break that comes before the sleep has begun
 * is found by the futex, which sleeps only while pollbreak is 0.  M0, which
 * cannot sleep, says that it is away and then looks at pollbreak again; who
 * breaks sets pollbreak and then asks whether it is away.
 *
 * Nor does the poller wait for a timer that has been stopped, when there is no
 * other: it would be in the way of a deadlock verdict.  Who finds no timers
 * before it goes idle reads lastpoll and breaks; the poller makes lastpoll 0
 * and looks whether there are timers.
 *
 * Locks: none.
 */
#include "sched/runtime2.h"
#include "sched/schedule.h"

void goro__netpollBreak(void) {
  if (Xchg(&sched.pollbreak, 1) != 0) return; /* it was told already */
  goro__futexwakeup(&sched.pollbreak, 1);
  if (Load(&sched.pollisaway)) os_wakem0();
}

/* Have the poller wake at `when`. */
static void poll_sooner(int64_t when) {
  int64_t until = Load(&sched.pollUntil);
  if (until == 0 || until > when) goro__netpollBreak();
}

void goro__wakeNetPoller(int64_t when) {
  if (Load(&sched.lastpoll) == 0)
    poll_sooner(when);
  else
    goro__wakep();
}

bool goro__poll_begin(int64_t when) {
  if (Load(&sched.lastpoll) == 0 || Xchg(&sched.lastpoll, 0) == 0) {
    poll_sooner(when);
    return false;
  }
  goro__point();
  Store(&sched.pollUntil, when);
  if (goro__timeSleepUntil() == INT64_MAX) Store(&sched.pollbreak, 1);
  return true;
}

bool goro__poll_sleep(struct m *mp, int64_t when) {
  if (!mp->canblock) {
    Store(&sched.pollisaway, 1);
    mp->away = MPOLLING;
    return Load(&sched.pollbreak) != 0;
  }
  int64_t ns = when - nanotime();
  if (ns > 0) goro__futexsleep(&sched.pollbreak, 0, ns);
  return true;
}

void goro__poll_end(void) {
  Store(&sched.pollisaway, 0);
  Store(&sched.pollUntil, 0);
  Store(&sched.pollbreak, 0);
  Store(&sched.lastpoll, nanotime());
}
