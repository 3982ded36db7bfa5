/* poll.pml: a goroutine that waits for a descriptor is woken when that is ready,
 * or closed, and no M waits in the host for nothing.
 *
 * C:
 *   sched/polldesc.c  Goroutine is pollWait: netpollblock_begin, netpollblock,
 *                     netpollblockcommit; unblock is netpollunblock; less is
 *                     waiters_less; collect and take are look_collect and
 *                     look_take; Closer is pollUnblock
 *   sched/netpoll.c   Poller is poll_begin, poll_sleep, poll_once, poll_end;
 *                     rearm is netpollRearm; break_it is netpollBreak
 * Goroutines run on Ms of their own here.  Poller is the M that has nothing to
 * do: whenever somebody waits, it becomes the one that waits in the host (who
 * that is, is park.pml's).  There are no timers.
 *
 * Properties, once nothing moves any more:
 *  1. Every goroutine is over: all that came was read, or the close was seen.
 *  2. Nobody is counted as waiting, and the poller has come back.
 *
 * Configurations, by -D:
 *  PROG   1: two descriptors, each becomes ready twice; 2: one is ready once,
 *         the other is closed; 3: one, ready once and closed.
 *  BUG_*  a mistake, which must be found:
 *   BUG_REARM_FIRST    lastpoll is read before rg says that somebody waits
 *   BUG_COLLECT_FIRST  the poller collects before it says that it polls
 *   BUG_REARM_LATE     the word is cleared after collecting
 *   BUG_COUNT_LATE     netpollWaiters is raised last
 *   BUG_LAST           who takes the last one off does not break
 *   BUG_NO_LOOK        the poller does not look at the word before it waits, when
 *                      it may have set that itself
 *   BUG_NO_CHECK       no second look at closing before the park
 */
#ifndef PROG
#define PROG 1
#endif

#if PROG == 1
#define N 2
#define TIMES(i) 2
#define CLOSED(i) false
#elif PROG == 2
#define N 2
#define TIMES(i) (i == 0 -> 1 : 0)
#define CLOSED(i) (i == 1)
#else
#define N 1
#define TIMES(i) 1
#define CLOSED(i) true
#endif

mtype = { nil, ready, wait, parked };

mtype rg[N] = nil;
bool hostready[N]; /* in the host: a read would not block */
bool closing[N];   /* atomicInfo */
bool woken[N];     /* goready */
byte waiters;      /* netpollWaiters */
bool polling;      /* lastpoll is 0 */
byte pollbreak;    /* 1 POLL_BREAK, 2 POLL_REARM */
bool event;        /* os_pollbreak's, and the futex's wakeup */
bool inhost;       /* the poller waits */
byte over;         /* goroutines that are */

inline break_it() {
  atomic {
    if
    :: pollbreak == 0 -> pollbreak = 1; event = true
    :: else -> pollbreak = 1
    fi
  }
}

inline rearm() {
  if
  :: polling ->
     if
     :: atomic { pollbreak == 0 -> pollbreak = 2; event = true }
     :: atomic { pollbreak != 0 }
     fi
  :: !polling
  fi
}

/* One does not wait any more. */
inline less() {
#ifdef BUG_LAST
  waiters--
#else
  atomic { waiters--; last = waiters == 0 };
  if
  :: last ->
     if
     :: polling -> break_it()
     :: !polling
     fi
  :: else
  fi
#endif
}

/* Take i's waiter; `what` is left in its place. */
inline unblock(i, what) {
  atomic {
    had = rg[i];
    if
    :: had == ready || (had == nil && what == nil)
    :: else -> rg[i] = what
    fi;
    if
    :: had == parked -> woken[i] = true
    :: else
    fi
  }
}

proctype Goroutine(byte i) {
  byte got;
  bool last;
  mtype old;
  do
  :: got == TIMES(i) && !CLOSED(i) -> break
  :: atomic { hostready[i] -> hostready[i] = false; got++ }
  :: closing[i] -> break
  :: atomic { !hostready[i] && !closing[i] && (CLOSED(i) || got < TIMES(i)) };
     if
     :: atomic { rg[i] == ready -> rg[i] = nil }; goto again
     :: atomic { rg[i] != ready }
     fi;
#ifdef BUG_REARM_FIRST
     rearm();
#endif
#ifndef BUG_COUNT_LATE
     waiters++;
#endif
     if
     :: atomic { rg[i] == nil -> rg[i] = wait }
     :: atomic { rg[i] == ready -> rg[i] = nil };
#ifndef BUG_COUNT_LATE
        less();
#endif
        goto again
     fi;
#ifndef BUG_REARM_FIRST
     rearm();
#endif
#ifdef BUG_COUNT_LATE
     waiters++;
#endif
     if
#ifndef BUG_NO_CHECK
     :: closing[i]
     :: !closing[i] ->
#else
     :: true ->
#endif
        if
        :: atomic { rg[i] == wait -> rg[i] = parked };
           atomic { woken[i] -> woken[i] = false }
        :: atomic { rg[i] != wait } /* the park is taken back */
        fi
     fi;
     atomic { old = rg[i]; rg[i] = nil };
     assert(old != parked);
     if
     :: old == wait -> less()
     :: else
     fi;
again:
  od;
  over++
}

proctype Host(byte i) {
  byte sent;
  do
  :: atomic { sent < TIMES(i) && !hostready[i] -> hostready[i] = true; sent++ }
  :: sent == TIMES(i) -> break
  od
}

proctype Closer(byte i) {
  mtype had;
  bool last;
  closing[i] = true;
  unblock(i, nil);
  if
  :: had == wait || had == parked -> less()
  :: else
  fi
}

inline collect() {
  set = 0;
  k = 0;
  do
  :: k < N ->
     atomic {
       if
       :: rg[k] == wait || rg[k] == parked -> set = set | (1 << k)
       :: else
       fi;
       k++
     }
  :: else -> break
  od
}

#define IN(k) (k < N && (set & (1 << k)) && hostready[k])

inline take() {
  found = false;
  k = 0;
  do
  :: k < N ->
     if
     :: IN(k) ->
        unblock(k, ready);
        if
        :: had == wait || had == parked -> waiters--; found = true
        :: else
        fi
     :: else
     fi;
     k++
  :: else -> break
  od
}

/* In os_poll, or on the futex, until there is something. */
inline wait_in_host() {
  inhost = true;
  atomic { (event || IN(0) || IN(1)) -> event = false; inhost = false }
}

active proctype Poller() {
  byte set, k;
  bool found;
  mtype had;
end:
  do
  :: waiters > 0 ->
#ifdef BUG_COLLECT_FIRST
     collect();
#endif
     polling = true;
     if
     :: waiters == 0 -> pollbreak = 1
     :: else
     fi;
     do
#ifndef BUG_NO_LOOK
     :: pollbreak == 1 -> break
     :: pollbreak != 1 ->
#else
     :: true ->
#endif
        found = false;
        if
        :: waiters > 0 ->
#ifndef BUG_COLLECT_FIRST
           collect();
#endif
#ifdef BUG_REARM_LATE
           atomic { if :: pollbreak == 2 -> pollbreak = 0 :: else fi };
#endif
           wait_in_host();
           take();
           if
           :: found -> break
           :: else
           fi
        :: waiters == 0 -> /* futexsleep, which looks at the word first */
           set = 0;
           if
           :: pollbreak == 0 -> wait_in_host()
           :: pollbreak != 0
           fi
        fi;
#ifndef BUG_REARM_LATE
        atomic { if :: pollbreak == 2 -> pollbreak = 0 :: else fi };
#endif
#ifdef BUG_NO_LOOK
        if
        :: pollbreak == 1 -> break
        :: pollbreak != 1
        fi;
#endif
#ifdef BUG_COLLECT_FIRST
        collect()
#endif
     od;
     pollbreak = 0;
     polling = false
  od
}

init {
  byte i = 0;
  atomic {
    do
    :: i < N ->
       run Goroutine(i);
       run Host(i);
       if
       :: CLOSED(i) -> run Closer(i)
       :: else
       fi;
       i++
    :: else -> break
    od
  };
  timeout;
  assert(over == N && waiters == 0 && !inhost && !polling)
}
