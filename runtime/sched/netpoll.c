/* netpoll.c: one M waits, without a P, for what comes from outside: the time of
 * the next timer, and descriptors that goroutines wait for (polldesc.c).
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
 * and looks whether there are timers.  The same with descriptors: who takes the
 * last goroutine off them breaks, if there is a poller (waiters_less).
 *
 * While goroutines wait for descriptors the poller waits in os_poll, and
 * os_pollbreak ends that; otherwise on pollbreak.  Who breaks does both.
 * POLL_REARM in pollbreak stands for less: there is another descriptor to look
 * at, or the first.  tests/models/poll.pml is this.
 *
 * Locks: none.
 */
#include "sched/hostg.h"
#include "sched/runtime2.h"
#include "sched/schedule.h"

enum { POLL_BREAK = 1, POLL_REARM = 2 }; /* values of pollbreak */

static void poll_wake(void) {
  goro__futexwakeup(&sched.pollbreak, 1);
  if (Load(&sched.netpollinited)) os_pollbreak();
  if (Load(&sched.pollisaway)) os_wakem0();
}

void goro__netpollBreak(void) {
  if (Xchg(&sched.pollbreak, POLL_BREAK) != 0) return; /* it was told already */
  poll_wake();
}

void goro__netpollRearm(void) {
  /* Who broke before may have seen no poll to end. */
  if (!Load(&sched.netpollinited) && Cas(&sched.netpollinited, 0, 1))
    os_pollbreak();
  if (Load(&sched.lastpoll) != 0) return;
  if (Cas(&sched.pollbreak, 0, POLL_REARM)) poll_wake();
}

/* Have the poller wake at `when`. */
static void poll_sooner(int64_t when) {
  int64_t until = Load(&sched.pollUntil);
  if (until == 0 || until > when) goro__netpollBreak();
}

void goro__wakeNetPoller(int64_t when) {
  if (unlikely(sched.hosted)) {
    goro__hostg_timer();
    return;
  }
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
  if (goro__timeSleepUntil() == INT64_MAX && !goro__netpollAnyWaiters())
    Store(&sched.pollbreak, POLL_BREAK);
  return true;
}

/* With a seed nobody waits in the host: it is asked again and again. */
static void poll_nap(int64_t ns) {
  enum { NAP = 100 * 1000 };
  goro__futexsleep(&sched.pollbreak, 0, ns < 0 || ns > NAP ? NAP : ns);
}

/* Wait.  True: it is time to come back, or descriptors were ready. */
static bool poll_once(int64_t when) {
  int64_t ns = when == INT64_MAX ? -1 : when - nanotime();
  if (ns <= 0 && when != INT64_MAX) return true;
  if (!goro__netpollAnyWaiters()) {
    goro__futexsleep(&sched.pollbreak, 0, ns);
    return false;
  }
  if (goro__netpoll(ns)) return true;
  if (goro__baton_on) poll_nap(ns);
  return false;
}

bool goro__poll_sleep(struct m *mp, int64_t when) {
  if (!mp->canblock) {
    Store(&sched.pollisaway, 1);
    mp->away = MPOLLING;
    return Load(&sched.pollbreak) != 0;
  }
  /* poll_begin has set the word, maybe: then nobody ends the wait. */
  while (Load(&sched.pollbreak) != POLL_BREAK && !poll_once(when))
    Cas(&sched.pollbreak, POLL_REARM, 0); /* before what is to be looked at */
  return true;
}

void goro__poll_end(void) {
  Store(&sched.pollisaway, 0);
  Store(&sched.pollUntil, 0);
  Store(&sched.pollbreak, 0);
  Store(&sched.lastpoll, nanotime());
}
