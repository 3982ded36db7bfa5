/* select.pml: one case of a select is committed, whoever gets there first.
 *
 * C:
 *   wait/select.c  sellock, selunlock; pass 1 (select_attempt, try_send,
 *                  try_recv), pass 2 (enqueue_on_all, selparkcommit), pass 3
 *                  (dequeue_from_all, select_woken)
 *   wait/chan.c    dequeue is waitq_dequeue; hand_over is send_to, recv_from
 *                  and wake; remove is waitq_dequeueSudoG; Close is
 *                  close_attempt with release_all
 * A plain send or receive is a select of one case that claims nothing: the
 * same steps as chansend1 and chanrecv2, but for the lock that these need not
 * take again.
 *
 * Terms: sudog 2 * g + i is that of case i of goroutine g.
 *
 * Properties:
 *  1. Each operation commits one case, once.
 *  2. A value is received once if its sender's case is the one committed, and
 *     else never; and whoever is handed a value returns with it.
 *  3. After the return no channel holds a sudog of the goroutine.
 *  4. In the end no goroutine waits for another that waits for it, none waits
 *     on a closed channel, and all locks are free.
 *
 * Configurations, by -D; all channels are unbuffered:
 *  PROG   who does what, at the end of this file.
 *  BUG_*  a mistake, which must be found.
 */
#ifndef PROG
#define PROG 1
#endif

#define NC 2
#define BIT(n) (1 << (n))

mtype = { none, send, recv };

/* The cases of each goroutine, and how often it does the whole. */
#if PROG == 1 /* both ends select on the same two channels, twice */
#define NG 2
#define ROUNDS(g) 2
#elif PROG == 2 /* two plain senders wake one select, which comes again */
#define NG 3
#define ROUNDS(g) (g == 0 -> 2 : 1)
#elif PROG == 3 /* a closer, a sender that may go elsewhere, a receiver */
#define NG 2
#define CLOSES 1
#define ROUNDS(g) 2
#elif PROG == 4 /* a closer of a channel that a select sends on */
#define NG 2
#define CLOSES 1
#define ROUNDS(g) 1
#elif PROG == 5 /* selects with the same channel twice, both ways */
#define NG 3
#define ROUNDS(g) 2
#elif PROG == 6 /* three selects on the same two channels */
#define NG 3
#define ROUNDS(g) 2
#endif

mtype kind[2 * NG]; /* of a case; r/o */
byte on[2 * NG];    /* its channel; r/o */
#define SELECTS(g) (kind[2 * g + 1] != none)
#define G(s) (s / 2)

bool locked[NC];  /* c.lock */
bool closed[NC];  /* under c.lock */
chan recvq[NC] = [NG * 2] of { byte }; /* under c.lock */
chan sendq[NC] = [NG * 2] of { byte };

bool selectDone[NG]; /* atomic */
byte param[NG];      /* g.param: sudog + 1; the claimer's, then g's */
bool success[NG];    /* sudog.success of that one */
bool woken[NG];      /* goready */

/* Bookkeeping of the properties, of the operation under way. */
byte commits[NG];
byte received[NG]; /* how often g's value was */
byte value[NG];    /* what g was handed, sender + 1 */
bool waiting[NG];  /* queued, and not woken */

#define QUEUED(c, s) (recvq[c]??[eval(s)] || sendq[c]??[eval(s)])

/* ---- channels ---- */

inline lock(c) { atomic { !locked[c] -> locked[c] = true } }
inline unlock(c) { locked[c] = false }

/* The first waiter of q that can be had, s + 1, or 0. */
inline dequeue(q) {
  do
  :: atomic { empty(q) -> w = 0; break }
  :: atomic {
       q?w ->
       w++;
       if
       :: !SELECTS(G((w - 1))) -> break
       :: else
       fi
     };
#ifdef BUG_CLAIM
     if
     :: !selectDone[G((w - 1))] -> selectDone[G((w - 1))] = true; break
     :: selectDone[G((w - 1))]
     fi
#else
     if
     :: atomic {
          !selectDone[G((w - 1))] -> selectDone[G((w - 1))] = true; break
        }
     :: selectDone[G((w - 1))]
     fi
#endif
  od
}

/* Tell the waiter w that its case it is, and copy the value: `from` is the
 * sender + 1, `to` the receiver + 1; 0 and 0 if the channel is closed. */
inline hand_over(from, to, ok) {
  atomic {
    assert(param[G((w - 1))] == 0);
    param[G((w - 1))] = w;
    success[G((w - 1))] = ok;
    commits[G((w - 1))]++;
    if
    :: ok -> received[from]++; value[to] = from + 1
    :: else
    fi
  }
}

/* goready, with all locks released. */
inline ready() {
  atomic {
    assert(waiting[G((w - 1))]);
    waiting[G((w - 1))] = false;
    woken[G((w - 1))] = true;
    w = 0
  }
}

inline remove(c, s) {
  if
  :: recvq[c]??[eval(s)] -> recvq[c]??eval(s)
  :: sendq[c]??[eval(s)] -> sendq[c]??eval(s)
  :: else
  fi
}

/* ---- select ---- */

#define USES(c) \
  (on[2 * id] == c || (SELECTS(id) && on[2 * id + 1] == c))

inline sellock() {
#ifdef BUG_LOCKORDER /* as the cases stand */
  lock(on[2 * id]);
  if
  :: SELECTS(id) && on[2 * id] != on[2 * id + 1] -> lock(on[2 * id + 1])
  :: else
  fi
#else
  if
  :: USES(0) -> lock(0)
  :: else
  fi;
  if
  :: USES(1) -> lock(1)
  :: else
  fi
#endif
}

/* For pass 1 and 3 from the last to the first, after a park the other way;
 * it makes no difference. */
inline selunlock() {
  if
  :: USES(0) -> unlock(0)
  :: else
  fi;
  if
  :: USES(1) -> unlock(1)
  :: else
  fi
}

proctype Goroutine(byte id) {
  byte todo, i, w, round;
  bool sent;       /* the committed case is a send that went over */
  bool got;        /* or a receive that brought a value */
again:
  /* Pass 1. */
  sellock();
  todo = (SELECTS(id) -> 3 : 1);
  do
  :: todo != 0 ->
     if
     :: todo & 1 -> i = 0
     :: todo & 2 -> i = 1
     fi;
     todo = todo & ~BIT(i);
     if
     :: kind[2 * id + i] == send && closed[on[2 * id + i]] ->
        commits[id]++;
        break
     :: kind[2 * id + i] == send && !closed[on[2 * id + i]] ->
        dequeue(recvq[on[2 * id + i]]);
        if
        :: w != 0 ->
           hand_over(id, G((w - 1)), true);
           sent = true;
           commits[id]++;
           break
        :: else
        fi
     :: kind[2 * id + i] == recv ->
        dequeue(sendq[on[2 * id + i]]);
        if
        :: w != 0 ->
           hand_over(G((w - 1)), id, true);
           got = true;
           commits[id]++;
           break
        :: w == 0 && closed[on[2 * id + i]] -> commits[id]++; break
        :: else
        fi
     fi
  :: todo == 0 -> goto wait
  od;
  todo = 0;
  selunlock();
  if
  :: w != 0 -> ready()
  :: else
  fi;
  goto done;

wait:
  /* Pass 2. */
  atomic {
    i = 0;
    do
    :: i < 2 ->
       if
       :: kind[2 * id + i] == send -> sendq[on[2 * id + i]]!(2 * id + i)
       :: kind[2 * id + i] == recv -> recvq[on[2 * id + i]]!(2 * id + i)
       :: else
       fi;
       i++
    :: else -> i = 0; break
    od
  };
#ifdef BUG_PARK
  selunlock();
  waiting[id] = true;
#else
  waiting[id] = true; /* the switch is complete */
  selunlock();
#endif
end_parked:
  atomic { woken[id] -> woken[id] = false };

  /* Pass 3. */
#ifdef BUG_RESET
  selectDone[id] = false;
  sellock();
#else
  sellock();
  selectDone[id] = false;
#endif
  atomic {
    i = param[id] - 1 - 2 * id;
    assert(i < 2);
    sent = (success[id] && kind[param[id] - 1] == send);
    got = (success[id] && kind[param[id] - 1] == recv);
    success[id] = false;
#ifndef BUG_LOSERS
    remove(on[2 * id], 2 * id);
    if
    :: SELECTS(id) -> remove(on[2 * id + 1], 2 * id + 1)
    :: else
    fi;
#endif
    param[id] = 0;
    i = 0
  };
  selunlock();

done:
  /* Pass 4. */
  atomic {
    assert(commits[id] == 1);
    assert(received[id] == (sent -> 1 : 0));
    assert((value[id] != 0) == got);
    assert(!QUEUED(0, 2 * id) && !QUEUED(1, 2 * id));
    assert(!QUEUED(0, 2 * id + 1) && !QUEUED(1, 2 * id + 1));
    commits[id] = 0; received[id] = 0; value[id] = 0;
    sent = false; got = false; i = 0;
    round++
  };
  if
  :: round < ROUNDS(id) -> goto again
  :: else
  fi
}

#ifdef CLOSES
proctype Closer(byte c) {
  byte w;
  byte list; /* the goroutines to ready, a bit each */
  lock(c);
  closed[c] = true;
  do
  :: dequeue(recvq[c]);
     if
     :: w != 0 -> hand_over(0, 0, false); list = list | BIT(G((w - 1)))
     :: else -> break
     fi
  od;
  do
  :: dequeue(sendq[c]);
     if
     :: w != 0 -> hand_over(0, 0, false); list = list | BIT(G((w - 1)))
     :: else -> break
     fi
  od;
  unlock(c);
  do
  :: list & 1 -> w = 1; ready(); list = list & ~1
  :: list & 2 -> w = 3; ready(); list = list & ~2
  :: list & 4 -> w = 5; ready(); list = list & ~4
  :: list == 0 -> break
  od
}
#endif

/* ---- the end ---- */

/* s sends, t receives, on one channel, and both wait. */
#define MATCH(s, t)                                                \
  (s < 2 * NG && t < 2 * NG && G(s) != G(t) && waiting[G(s)] &&    \
   waiting[G(t)] && kind[s] == send && kind[t] == recv && on[s] == on[t])
#define ON_CLOSED(s) (waiting[G(s)] && kind[s] != none && closed[on[s]])

#define CASE(s, k, c) kind[s] = k; on[s] = c

init {
  byte s, t;
  atomic {
    do
    :: s < 2 * NG -> kind[s] = none; s++
    :: else -> s = 0; break
    od;
#if PROG == 1
    CASE(0, send, 0); CASE(1, recv, 1);
    CASE(2, send, 1); CASE(3, recv, 0);
#elif PROG == 2
    CASE(0, recv, 0); CASE(1, recv, 1);
    CASE(2, send, 0);
    CASE(4, send, 1);
#elif PROG == 3
    CASE(0, recv, 0); CASE(1, recv, 1);
    CASE(2, send, 0); CASE(3, recv, 1);
#elif PROG == 4
    CASE(0, send, 0); CASE(1, send, 1);
    CASE(2, recv, 0);
#elif PROG == 5
    CASE(0, send, 0); CASE(1, recv, 0);
    CASE(2, recv, 0); CASE(3, send, 0);
    CASE(4, recv, 0); CASE(5, recv, 0);
#elif PROG == 6
    CASE(0, send, 0); CASE(1, recv, 1);
    CASE(2, send, 1); CASE(3, recv, 0);
    CASE(4, recv, 0); CASE(5, recv, 1);
#endif
    do
    :: s < NG -> run Goroutine(s); s++
    :: else -> s = 0; break
    od;
#ifdef CLOSES
    run Closer(CLOSES);
#endif
  };
  timeout ->
  atomic {
    assert(!locked[0] && !locked[1]);
    do
    :: s < 2 * NG ->
       assert(!ON_CLOSED(s));
       t = 0;
       do
       :: t < 2 * NG -> assert(!MATCH(s, t)); t++
       :: else -> break
       od;
       s++
    :: else -> break
    od
  }
}
