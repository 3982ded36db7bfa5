/* sema.pml: no wakeup of a semaphore is lost.
 *
 * C: runtime/wait/sema.c
 *   cansemacquire   cansemacquire
 *   semacquire      goro__semacquire1, with sema_enqueue
 *   release         sema_release
 *   semrelease      goro__semrelease
 *   semhandoff      goro__semhandoff; its yield is not here, as it decides
 *                   nothing
 * The treap is a set of waiters: which of those on an address comes first does
 * not matter here.
 *
 * Properties:
 *  1. In the end nobody waits for a count that is there.
 *  2. Nobody gets a count that was not released.
 *  3. nwait is the number of queued waiters whenever root.lock is free, but for
 *     one that has it and is about to queue.
 *
 * Configurations, by -D:
 *  PROG=1  two acquire address 0, one address 1, in the same root; as much is
 *          released, once by handoff.
 *  PROG=2  three use address 0 as a mutex, one of them with handoff.
 *  BUG_*   a mistake, which must be found.
 */
#ifndef PROG
#define PROG 1
#endif

#define NG 3
#define BIT(n) (1 << (n))

byte count[2];     /* *addr */
byte nwait;        /* root.nwait; atomic, written under the lock */
bool rootlock;     /* root.lock */
byte queued[2];    /* the treap: for each address the goroutines, a bit each;
                      under the lock */
bool ticket[NG];   /* sudog.ticket; the waiter's once it is woken */
bool woken[NG];    /* goready */
byte acquired[2];
byte released[2];
byte finished;

#define MEMBERS(set) ((set & 1) + ((set & 2) >> 1) + ((set & 4) >> 2))

inline lock() { atomic { !rootlock -> rootlock = true } }

inline unlock() {
  atomic {
    assert(nwait == MEMBERS(queued[0]) + MEMBERS(queued[1]));
    rootlock = false
  }
}

/* Go's loop of a load and a compare and swap, as the one step it comes to. */
inline cansemacquire(a, ok) {
  atomic {
    if
    :: count[a] > 0 -> count[a]--; ok = true
    :: else -> ok = false
    fi
  }
}

inline semacquire(a) {
  cansemacquire(a, ok);
  do
  :: ok -> break
  :: else ->
     lock();
#ifdef BUG_ORDER
     cansemacquire(a, ok);
     nwait++;
#else
     nwait++;
     cansemacquire(a, ok);
#endif
     if
     :: ok -> nwait--; unlock(); break
     :: else
     fi;
     queued[a] = queued[a] | BIT(id);
     unlock();
     atomic { woken[id] -> woken[id] = false };
     if
     :: ticket[id] -> ticket[id] = false; break
     :: else
     fi;
#ifdef BUG_NO_RETRY
     ok = true
#else
     cansemacquire(a, ok)
#endif
  od;
  ok = false;
  atomic { acquired[a]++; assert(acquired[a] <= released[a]) }
}

/* s becomes the waiter to wake, + 1, or 0. */
inline release(a) {
  atomic { released[a]++; s = 0 };
#ifdef BUG_RELEASE_ORDER
  some = (nwait != 0);
  count[a]++;
#else
  count[a]++;
  some = (nwait != 0);
#endif
  if
  :: some ->
     some = false;
     lock();
     atomic {
       if
       :: queued[a] & 1 -> s = 1
       :: queued[a] & 2 -> s = 2
       :: queued[a] & 4 -> s = 3
       :: queued[a] == 0
       fi;
       if
       :: s != 0 -> queued[a] = queued[a] & ~BIT(s - 1); nwait--
       :: else
       fi
     };
     unlock()
  :: else
  fi
}

inline semrelease(a) {
  release(a);
  if
  :: s != 0 -> woken[s - 1] = true; s = 0
  :: else
  fi
}

inline semhandoff(a) {
  release(a);
  if
  :: s != 0 ->
     cansemacquire(a, ok);
     ticket[s - 1] = ok;
     woken[s - 1] = true;
     s = 0;
     ok = false
  :: else
  fi
}

#if PROG == 1
proctype Acquirer(byte id; byte a) {
  byte ok;
  semacquire(a);
  finished++
}

proctype Releaser(byte a; bool handoff) {
  byte ok, s;
  bool some;
  if
  :: handoff -> semhandoff(a)
  :: else -> semrelease(a)
  fi
}
#else
byte inside;

proctype User(byte id) {
  byte ok, s;
  bool some;
  semacquire(0);
  atomic { inside++; assert(inside == 1) };
  inside--;
  if
  :: id == 0 -> semhandoff(0)
  :: else -> semrelease(0)
  fi;
  finished++
}
#endif

init {
  atomic {
#if PROG == 1
    run Acquirer(0, 0);
    run Acquirer(1, 0);
    run Acquirer(2, 1);
    run Releaser(0, false);
    run Releaser(0, true);
    run Releaser(1, false)
#else
    count[0] = 1;
    released[0] = 1;
    run User(0);
    run User(1);
    run User(2)
#endif
  };
  timeout ->
  assert(finished == NG);
  assert(nwait == 0 && !rootlock);
  assert(acquired[0] + count[0] == released[0]);
  assert(acquired[1] + count[1] == released[1])
}
