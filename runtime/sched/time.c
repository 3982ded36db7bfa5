/* time.c: timers, a heap of them for every P.
 *
 * Go: runtime/time.go.
 *
 * Terms:
 *  heap     ts.heap: a 4-ary heap of (timer, when) pairs, so that sifting
 *           touches 16 bytes an entry and never the timers themselves.
 *  zombie   a stopped timer that is still in a heap.  Stopping only marks it;
 *           the P that owns the heap takes it out in passing.
 *  modified a timer whose `when` is no longer that of its heap entry.
 *  channel timer  isChan: f sends on a channel.  It is in a heap only while a
 *           goroutine is blocked on the channel; otherwise the next look at
 *           the channel (maybeRunChan) sends what should have been sent.
 *
 * States (t.state), and who acts next:
 *  0                  In no heap.  Idle, or a channel timer that runs unseen:
 *                     whoever looks at the channel or blocks on it.
 *  Heaped             The heap's M, when the entry is due.
 *  Heaped, Modified   The heap's M, when it comes to the head, or at the
 *                     adjust that minWhenModified brings about.
 *  Heaped, Zombie     The heap's M, when it comes to either end of the heap, or
 *                     when there are too many; or whoever revives it (Reset, a
 *                     goroutine that blocks on the channel).
 * Deleted may come with any of them; then only the heap's M acts.
 *
 * Any goroutine may change any timer without touching its heap: that is why
 * stop and modify take t.mu only, and leave the heap to its M.  So a timer
 * that is moved a million times before it goes off costs one sift.
 *
 * Invariants (goro__timers_check_invariants):
 *  1. Parents come first: heap[(i-1)/4].when <= heap[i].when.
 *  2. t.ts is ts for all timers in ts.heap, and they are timerHeaped; all
 *     others have t.ts == NULL and no state bit but timerDeleted.
 *  3. heap[i].when == t.when unless t is timerModified or timerZombie.
 *  4. ts.minWhenHeap is heap[0].when; ts.minWhenModified, if not 0, is a lower
 *     bound of t.when over the modified timers, if 0, there are none but
 *     zombies.  So wakeTime is never too late.
 *  5. ts.zombies counts the timers in ts.heap that are timerZombie.
 *  6. A timer's memory outlives its heap entry and every call of f: see
 *     Lifetime.
 *
 * Locks: ts.mu (rank Timers) guards the heap, t.mu (rank Timer, so taken
 * inside) the timer, t.sendLock (rank TimerSend, the outermost) sends on its
 * channel.  f runs under none of them but sendLock.
 *
 * Lifetime: nobody collects timers.  goro__timer_delete marks one as given up
 * by its owner; whoever unlocks it last, with the timer out of its heap and no
 * M about to call or inside f, frees it.  Deleting is thus as lazy and as
 * cheap as stopping, and zombies, deleted or not, never exceed a quarter of a
 * heap for long (goro__timers_check).  Rejected: an index in each timer, to
 * take it out at once.  Every step of a sift would be a cache miss.
 */
#include "sched/runtime2.h"

#include <string.h>

/* Bits of timer.state. */
enum {
  /* In some P's heap. */
  timerHeaped = 1,
  /* `when` was changed, heap[i].when was not yet.  Only with timerHeaped. */
  timerModified = 2,
  /* Stopped, but still in the heap; or a channel timer that runs, but has
   * nobody blocked on its channel.  Only with timerHeaped. */
  timerZombie = 4,
  /* Given up by its owner: free it once it is out of the heap. */
  timerDeleted = 8,
  timerInHeap = timerHeaped | timerModified | timerZombie,
};

enum {
  timerHeapN = 4,
  heap_first = 16,   /* entries of a first heap array */
  fire_batch = 256,  /* timers run by one check */
  verify_batch = 64, /* entries verified at each unlock in debug builds */
};

#define maxWhen INT64_MAX

/* A timer and its heap disagree.  Either somebody wrote to one of them without
 * its lock, or a timer's memory was given to somebody else. */
static _Noreturn void badTimer(void) {
  goro__throw("time: timer data corruption");
}

/* ---- locks ---- */

/* Bits of the state of t, which is locked.  astate follows at the unlock, or
 * sooner where another M must not miss it (timer_markModified). */
static void timer_set(struct timer *t, int bits) {
  t->state = (uint8_t)(t->state | bits);
}

static void timer_clear(struct timer *t, int bits) {
  t->state = (uint8_t)(t->state & ~bits);
}

static void timer_lock(struct timer *t) { lock(&t->mu); }

/* Publish t's state for the fast paths and unlock t, which may be the end of
 * it (Lifetime): callers that go on with t know of a reason that keeps it. */
static void timer_unlock(struct timer *t) {
  bool last = t->state == timerDeleted && t->running == 0;
  Store(&t->astate, t->state);
  unlock(&t->mu);
  if (last) os_free(t);
}

static void timers_lock(struct timers *ts) { lock(&ts->mu); }

static void timers_verify(struct timers *ts, uint32_t n);

/* len is written only here, so that it never shows a heap in between a
 * deletion and an addition under one lock. */
static void timers_unlock(struct timers *ts) {
  Store(&ts->len, ts->nheap);
#if GORO_DEBUG
  timers_verify(ts, verify_batch);
#endif
  unlock(&ts->mu);
}

/* ---- the heap; ts.mu is held ---- */

/* Publish the head for wakeTime, which Ms call that do not hold ts.mu. */
static void timers_updateMinWhenHeap(struct timers *ts) {
  assertLockHeld(&ts->mu);
  Store(&ts->minWhenHeap, ts->nheap == 0 ? 0 : ts->heap[0].when);
}

/* Lower ts.minWhenModified to when; without ts.mu. */
static void timers_updateMinWhenModified(struct timers *ts, int64_t when) {
  for (;;) {
    int64_t old = Load(&ts->minWhenModified);
    if (old != 0 && old < when) return;
    if (Cas(&ts->minWhenModified, old, when)) return;
  }
}

/* Move entry i up to its place: the entry is held aside and a hole moves, so
 * that a level costs one write instead of a swap. */
static void timers_siftUp(struct timers *ts, uint32_t i) {
  if (i >= ts->nheap) badTimer();
  struct timerWhen *heap = ts->heap;
  struct timerWhen tw = heap[i];
  if (tw.when <= 0) badTimer();
  while (i > 0) {
    uint32_t parent = (i - 1) / timerHeapN;
    if (tw.when >= heap[parent].when) break;
    heap[i] = heap[parent];
    i = parent;
  }
  heap[i] = tw;
}

/* The child of i that comes first, or n if i has none. */
static uint32_t timers_firstChild(const struct timerWhen *heap, uint32_t n,
                                  uint32_t i) {
  uint32_t left = i * timerHeapN + 1;
  if (left >= n) return n;
  uint32_t end = GORO_MIN(left + timerHeapN, n);
  uint32_t c = left;
  for (uint32_t j = left + 1; j < end; j++)
    if (heap[j].when < heap[c].when) c = j;
  return c;
}

/* Move entry i down to its place. */
static void timers_siftDown(struct timers *ts, uint32_t i) {
  uint32_t n = ts->nheap;
  if (i >= n) badTimer();
  struct timerWhen *heap = ts->heap;
  struct timerWhen tw = heap[i];
  if (tw.when <= 0) badTimer();
  for (;;) {
    uint32_t c = timers_firstChild(heap, n, i);
    if (c == n || heap[c].when >= tw.when) break;
    heap[i] = heap[c];
    i = c;
  }
  heap[i] = tw;
}

/* Restore the order of the whole heap, in O(n): from the last entry that has
 * children to the first, each sinks into a heap that is in order already. */
static void timers_initHeap(struct timers *ts) {
  if (ts->nheap <= 1) return;
  uint32_t last_parent = (ts->nheap - 2) / timerHeapN;
  for (uint32_t i = last_parent + 1; i-- > 0;) timers_siftDown(ts, i);
}

/* Double the room of the heap.  It never shrinks: a program that once had a
 * million timers is likely to have them again. */
static void timers_grow(struct timers *ts) {
  struct timerWhen *heap;
  size_t cap = ts->capheap ? (size_t)ts->capheap * 2 : heap_first;
  if (cap > INT32_MAX / sizeof *heap) goro__oom(cap * sizeof *heap);
  heap = goro__mallocz(cap * sizeof *heap);
  if (ts->nheap) memcpy(heap, ts->heap, ts->nheap * sizeof *heap);
  os_free(ts->heap);
  ts->heap = heap;
  ts->capheap = (uint32_t)cap;
}

/* Add t, which belongs into a heap and is in none.  t is locked. */
static void timers_addHeap(struct timers *ts, struct timer *t) {
  assertLockHeld(&ts->mu);
  if (t->ts) goro__throw("time: ts set in timer");
  if (ts->nheap == ts->capheap) timers_grow(ts);
  t->ts = ts;
  timer_set(t, timerHeaped);
  ts->heap[ts->nheap++] = (struct timerWhen){t, t->when};
  timers_siftUp(ts, ts->nheap - 1);
  if (ts->heap[0].timer == t) timers_updateMinWhenHeap(ts);
}

/* t, a locked zombie, has left the heap. */
static void timer_leftHeap(struct timer *t) {
  Xadd(&t->ts->zombies, -1);
  timer_clear(t, timerInHeap);
  t->ts = NULL;
}

/* Shorten the heap by its last entry.
 *
 * Differs from Go: its cleanHead leaves minWhenHeap as it was when it takes the
 * last timer from the tail; wakeTime then names a timer that is gone. */
static void timers_dropLast(struct timers *ts) {
  ts->nheap--;
  if (ts->nheap > 0) return;
  /* No timers, so certainly no modified ones. */
  timers_updateMinWhenHeap(ts);
  Store(&ts->minWhenModified, 0);
}

/* Remove entry 0. */
static void timers_deleteMin(struct timers *ts) {
  ts->heap[0] = ts->heap[ts->nheap - 1];
  timers_dropLast(ts);
  if (ts->nheap == 0) return;
  timers_siftDown(ts, 0);
  timers_updateMinWhenHeap(ts);
}

/* Do to t, the locked head of its locked heap, what its state asks for.
 * Returns whether that changed the head. */
static bool timer_updateHeap(struct timer *t) {
  assertLockHeld(&t->mu);
  struct timers *ts = t->ts;
  if (!ts || ts->heap[0].timer != t) badTimer();
  assertLockHeld(&ts->mu);
  if (t->state & timerZombie) {
    timer_leftHeap(t);
    timers_deleteMin(ts);
    return true;
  }
  if (t->state & timerModified) {
    timer_clear(t, timerModified);
    ts->heap[0].when = t->when;
    timers_siftDown(ts, 0);
    timers_updateMinWhenHeap(ts);
    return true;
  }
  return false;
}

/* If the last entry is a zombie, take it out; that needs no sifting. */
static bool timers_cleanTail(struct timers *ts) {
  struct timer *t = ts->heap[ts->nheap - 1].timer;
  if (!(Load(&t->astate) & timerZombie)) return false;
  timer_lock(t);
  bool zombie = t->state & timerZombie;
  if (zombie) {
    timer_leftHeap(t);
    timers_dropLast(ts);
  }
  timer_unlock(t);
  return zombie;
}

/* Take zombies from both ends of the heap.  Programs that make and stop many
 * timers pay for a stopped one here, before it slows other operations.  The
 * tail goes first: what replaces a removed head is then likely alive. */
static void timers_cleanHead(struct timers *ts) {
  assertLockHeld(&ts->mu);
  while (ts->nheap > 0) {
    if (timers_cleanTail(ts)) continue;
    struct timer *t = ts->heap[0].timer;
    if (t->ts != ts) badTimer();
    if (!(Load(&t->astate) & (timerModified | timerZombie))) return;
    timer_lock(t);
    bool updated = timer_updateHeap(t);
    timer_unlock(t);
    if (!updated) return;
  }
}

/* One entry of adjust: true if the entry changed; *i is then the next one to
 * look at, as the last entry takes the place of a removed one. */
static bool timers_adjust1(struct timers *ts, uint32_t *i) {
  struct timerWhen *tw = &ts->heap[*i];
  struct timer *t = tw->timer;
  if (t->ts != ts) badTimer();
  if (!(Load(&t->astate) & (timerModified | timerZombie))) return false;
  bool changed = true;
  timer_lock(t);
  if (t->state & timerZombie) {
    timer_leftHeap(t);
    *tw = ts->heap[--ts->nheap];
    --*i;
  } else if (t->state & timerModified) {
    timer_clear(t, timerModified);
    tw->when = t->when;
  } else {
    changed = false;
  }
  timer_unlock(t);
  return changed;
}

/* Bring the heap up to date with all modified and stopped timers, unless none
 * of the modified ones is due: a program that moves its timers to and fro pays
 * nothing until one of them matters.
 *
 * wakeTime must stay right for other Ms during the scan, and a change that
 * comes during the scan must not be lost:
 *  1. minWhenHeap = wakeTime() takes over what minWhenModified said.
 *  2. minWhenModified = 0: changes from now on are recorded anew.
 *  3. The scan handles all changes before that.  A change sets timerModified
 *     in t.astate before it looks at minWhenModified: either it finds the 0 of
 *     step 2, or the scan finds the bit.
 *  4. minWhenHeap = heap[0].when.
 * wakeTime reads the two in the other order, so it never misses both.
 *
 * Differs from Go: there the bit is published only by a change that lowers
 * minWhenModified.  One that finds it low enough can be overtaken by steps 2
 * and 3, and its timer, if moved forward, runs at the old time. */
static void timers_adjust(struct timers *ts, int64_t now, bool force) {
  assertLockHeld(&ts->mu);
  if (!force) {
    int64_t first = Load(&ts->minWhenModified);
    if (first == 0 || first > now) return;
  }
  Store(&ts->minWhenHeap, goro__timers_wakeTime(ts));
  Store(&ts->minWhenModified, 0);
  bool changed = false;
  for (uint32_t i = 0; i < ts->nheap; i++)
    if (timers_adjust1(ts, &i)) changed = true;
  if (changed) timers_initHeap(ts);
  timers_updateMinWhenHeap(ts);
}

/* ---- calls of f ---- */

/* A call of f, with the arguments it had while t was locked: during the call it
 * is not, and the owner of t may set it for something else. */
struct timer_call {
  void (*f)(void *arg, uintptr_t seq, int64_t delay);
  void *arg;
  uintptr_t seq;
  int64_t delay;
};

/* For goro__nounwind.  f runs on the M's own stack, where nobody can park: a
 * timer's function readies goroutines, starts one, or sends without waiting. */
static int64_t timer_callf(void *call, void *unused) {
  (void)unused;
  struct timer_call *tc = call;
  tc->f(tc->arg, tc->seq, tc->delay);
  return 0;
}

/* Send on t's channel, unless t was stopped or modified since tc was read: no
 * stale value comes after Stop or Reset.  They change seq under both t.mu and
 * sendLock; seq was read under the one and is read again under the other,
 * which cannot be the same lock because a send takes the channel's lock, a
 * lower rank than t.mu.  isSending tells them of a send they have cut off. */
static void timer_send(struct timer *t, struct timer_call *tc, bool oneshot) {
  lock(&t->sendLock);
  if (oneshot && Xadd(&t->isSending, -1) < 0)
    goro__throw("time: mismatched isSending updates");
  if (t->seq == tc->seq) goro__nounwind(timer_callf, tc, NULL);
  unlock(&t->sendLock);
}

/* The first time after now at which a timer of this period is due, counted from
 * when <= now, so that it does not drift and what was missed is skipped.
 * Nothing overflows: last <= now, and the end of time stops the addition. */
static int64_t timer_next(int64_t when, int64_t period, int64_t now) {
  int64_t last = when + (now - when) / period * period;
  return last > maxWhen - period ? maxWhen : last + period;
}

/* t, locked, goes off: it is over, or runs again after a period.  A timer in a
 * heap leaves it or sinks in it now, before f runs: f may set it anew. */
static void timer_rearm(struct timer *t, int64_t now) {
  t->when = t->period > 0 ? timer_next(t->when, t->period, now) : 0;
  if (!(t->state & timerHeaped)) return;
  timer_set(t, timerModified);
  if (t->when == 0) {
    timer_set(t, timerZombie);
    Xadd(&t->ts->zombies, 1);
  }
  timer_updateHeap(t);
}

/* Run t, which is locked and due.  If t is in a heap, that is locked as well;
 * it is unlocked during the call of f and locked again.  t ends unlocked, and
 * perhaps freed.
 *
 * f may set, stop and delete t like any other code: nothing of t is read after
 * it but what `running` keeps alive, and callers start anew with the heap.
 * isSending is raised before t is unlocked, so that a stop that comes between
 * the unlock and the send learns that the value has not gone out yet. */
static void timer_unlockAndRun(struct timer *t, int64_t now) {
  assertLockHeld(&t->mu);
  if (t->state & (timerModified | timerZombie)) badTimer();
  struct timer_call tc = {t->f, t->arg, t->seq, now - t->when};
  struct timers *ts = t->ts;
  bool oneshot = t->period == 0;
  timer_rearm(t, now);
  t->running++;
  if (t->isChan && oneshot) Xadd(&t->isSending, 1);
  if (traceon()) goro__trace_g(TRACE_TIMER, NULL, (uintptr_t)t);
  timer_unlock(t);
  if (ts) timers_unlock(ts);
  if (t->isChan)
    timer_send(t, &tc, oneshot);
  else
    goro__nounwind(timer_callf, &tc, NULL);

  timer_lock(t);
  t->running--;
  timer_unlock(t);
  if (ts) timers_lock(ts);
}

/* ---- one timer ---- */

void goro__timer_init(struct timer *t, void (*f)(void *, uintptr_t, int64_t),
                      void *arg) {
  memset(t, 0, sizeof *t);
  lockInit(&t->mu, lockRankTimer);
  lockInit(&t->sendLock, lockRankTimerSend);
  t->f = f;
  t->arg = arg;
}

/* Whether t, locked, must be put into a heap. */
static bool timer_needsAdd(struct timer *t) {
  assertLockHeld(&t->mu);
  return !(t->state & timerHeaped) && t->when > 0 &&
         (!t->isChan || t->blocked > 0);
}

/* Add t to ts, usually this P's, if it needs to be in one.  No timer or heap is
 * locked: ts.mu comes before t.mu, and another M may have added t by now. */
static void timer_maybeAddTo(struct timers *ts, struct timer *t) {
  int64_t wake = 0;
  timers_lock(ts);
  timers_cleanHead(ts);
  timer_lock(t);
  if (timer_needsAdd(t)) {
    int64_t first = goro__timers_wakeTime(ts);
    if (first == 0 || t->when < first) wake = t->when;
    timers_addHeap(ts, t);
  }
  timer_unlock(t);
  timers_unlock(ts);
  if (wake) goro__wakeNetPoller(wake);
}

static void timer_maybeAdd(struct timer *t) {
  timer_maybeAddTo(&getg()->m->p->timers, t);
}

static int64_t timer_calldrain(void *t, void *unused) {
  (void)unused;
  return ((struct timer *)t)->drain(((struct timer *)t)->arg);
}

/* For stop and modify of a channel timer, with sendLock held and t unlocked:
 * true if a value lay in the channel, which is gone now. */
static bool timer_drained(struct timer *t) {
  return goro__nounwind(timer_calldrain, t, NULL) != 0;
}

/* For stop and modify of a channel timer, with sendLock and t locked: make
 * sends that are under way stale.  True if there was one: it never happens,
 * so that the timer was stopped in time although when is 0. */
static bool timer_cutSends(struct timer *t, bool oneshot) {
  t->seq++;
  return oneshot && Load(&t->isSending) > 0;
}

/* The answer is whether t was stopped before it went off, as far as its owner
 * can tell: a value that nobody has received yet has not been seen, so taking
 * it back counts as "before".  The heap entry stays, as a zombie: to take it
 * out needs ts.mu, which comes before t.mu, and a sift. */
bool goro__timer_stop(struct timer *t) {
  if (t->isChan) lock(&t->sendLock);
  timer_lock(t);
  if (t->state & timerHeaped) {
    timer_set(t, timerModified);
    if (!(t->state & timerZombie)) {
      timer_set(t, timerZombie);
      Xadd(&t->ts->zombies, 1);
    }
  }
  bool pending = t->when > 0;
  t->when = 0;
  if (t->isChan && timer_cutSends(t, t->period == 0)) pending = true;
  timer_unlock(t);
  if (t->isChan) {
    if (timer_drained(t)) pending = true;
    unlock(&t->sendLock);
  }
  return pending;
}

/* t, locked and in a heap, has a new when: leave word for the heap, and revive
 * a zombie.  Returns whether the heap's M may have to wake earlier.  A timer
 * moved to later lowers minWhenModified as well if that is 0: a bound of all
 * modified timers is simpler than one of those that matter. */
static bool timer_markModified(struct timer *t) {
  timer_set(t, timerModified);
  if (t->state & timerZombie) {
    timer_clear(t, timerZombie);
    Xadd(&t->ts->zombies, -1);
  }
  Store(&t->astate, t->state); /* before the next: see timers_adjust */
  int64_t first = Load(&t->ts->minWhenModified);
  if (first != 0 && t->when >= first) return false;
  timers_updateMinWhenModified(t->ts, t->when);
  return true;
}

/* Without f, the function and its arguments stay.  The answer is that of a stop
 * in between.
 *
 * For a channel timer the whole change happens under sendLock: a send is either
 * over, and what it sent is drained, or it comes later, and seq stops it. */
bool goro__timer_modify(struct timer *t, int64_t when, int64_t period,
                        void (*f)(void *, uintptr_t, int64_t), void *arg,
                        uintptr_t seq) {
  if (when <= 0) goro__throw("time: timer when must be positive");
  if (period < 0) goro__throw("time: timer period must be non-negative");
  bool isChan = t->isChan;
  if (isChan) lock(&t->sendLock);
  timer_lock(t);
  bool was_oneshot = t->period == 0;
  bool pending = t->when > 0;
  t->period = period;
  t->when = when;
  if (f) {
    t->f = f;
    t->arg = arg;
    t->seq = seq;
  }
  bool wake = (t->state & timerHeaped) && timer_markModified(t);
  bool add = timer_needsAdd(t);
  if (isChan && timer_cutSends(t, was_oneshot)) pending = true;
  timer_unlock(t);
  if (isChan) {
    if (timer_drained(t)) pending = true;
    unlock(&t->sendLock);
  }
  if (add) timer_maybeAdd(t);
  if (wake) goro__wakeNetPoller(when);
  return pending;
}

bool goro__timer_reset(struct timer *t, int64_t when, int64_t period) {
  return goro__timer_modify(t, when, period, NULL, NULL, 0);
}

/* Two steps: stop lets go of sendLock before t may be freed by the unlock. */
void goro__timer_delete(struct timer *t) {
  goro__timer_stop(t);
  timer_lock(t);
  if (t->blocked) goro__fatal("free of a timer that goroutines wait for");
  timer_set(t, timerDeleted);
  timer_unlock(t);
}

/* ---- timers and their channels ---- */

/* Whoever looks at the channel sends what no M has sent while nobody was
 * blocked on it: all operations see the channel as if one had. */
GORO_NOINLINE void goro__timer_maybeRunChan(struct timer *t) {
  /* In a heap: the scheduler sends in time. */
  if (Load(&t->astate) & timerHeaped) return;
  timer_lock(t);
  int64_t now = nanotime();
  if ((t->state & timerHeaped) || t->when == 0 || t->when > now)
    timer_unlock(t);
  else
    timer_unlockAndRun(t, now);
}

/* The timer goes into a heap, so that the scheduler sends in time.  It may be
 * there still, as a zombie, from a goroutine that has just gone; a zombie whose
 * when is 0 was stopped, and stays one until somebody resets it. */
void goro__blockTimerChan(struct timer *t) {
  timer_lock(t);
  if (!t->isChan) badTimer();
  t->blocked++;
  if ((t->state & timerZombie) && t->when > 0) {
    timer_clear(t, timerZombie);
    Xadd(&t->ts->zombies, -1);
  }
  bool add = timer_needsAdd(t);
  timer_unlock(t);
  if (add) timer_maybeAdd(t);
}

/* Once for each block: a select with the same channel in several cases blocks
 * on it as often.  The last one to go takes the timer out of the heap, so that
 * a ticker nobody listens to costs nothing. */
void goro__unblockTimerChan(struct timer *t) {
  timer_lock(t);
  if (!t->isChan || t->blocked == 0) badTimer();
  t->blocked--;
  if (t->blocked == 0 && (t->state & timerHeaped) &&
      !(t->state & timerZombie)) {
    /* Out of the heap, but when stays: the timer still runs. */
    timer_set(t, timerZombie);
    Xadd(&t->ts->zombies, 1);
  }
  timer_unlock(t);
}

/* ---- what the scheduler calls ---- */

/* Too many of the n entries of ts are zombies, and ts is this M's own P's.
 * Other Ps' heaps are left to their Ms. */
static bool timers_crowded(struct timers *ts, uint32_t n) {
  int32_t zombies = Load(&ts->zombies);
  if (zombies < 0) badTimer();
  struct p *pp = getg()->m->p;
  return pp && ts == &pp->timers && (uint32_t)zombies > n / 4;
}

/* Run the head of the heap if it is due; false if it is not, or there is none.
 * ts is locked; it is unlocked during the call of f. */
static bool timers_run(struct timers *ts, int64_t now) {
  assertLockHeld(&ts->mu);
  while (ts->nheap > 0) {
    struct timerWhen tw = ts->heap[0];
    struct timer *t = tw.timer;
    if (t->ts != ts) badTimer();
    bool current = !(Load(&t->astate) & (timerModified | timerZombie));
    if (current && tw.when > now) return false;
    timer_lock(t);
    if (timer_updateHeap(t)) {
      timer_unlock(t);
      continue;
    }
    if (!(t->state & timerHeaped)) badTimer();
    if (t->when > now) {
      timer_unlock(t);
      return false;
    }
    timer_unlockAndRun(t, now);
    return true;
  }
  return false;
}

/* Differs from Go: one check runs at most fire_batch timers, so that a slice
 * of a page's main thread ends in time; the rest stays due, which the result
 * says.  And the result counts the modified timers in, not the head alone, so
 * that the caller can sleep on it. */
int64_t goro__timers_check(struct timers *ts, int64_t now, bool *ran) {
  int64_t next = goro__timers_wakeTime(ts);
  if (next == 0) return 0;
  if (now < next && !timers_crowded(ts, Load(&ts->len))) return next;
  timers_lock(ts);
  timers_adjust(ts, now, false);
  for (int i = 0; i < fire_batch && timers_run(ts, now); i++) *ran = true;
  /* After the run: many of the zombies may have gone by then. */
  if (timers_crowded(ts, ts->nheap)) timers_adjust(ts, now, true);
  timers_unlock(ts);
  return goro__timers_wakeTime(ts);
}

/* For any M, without ts.mu: 0, or a time that is not later than the first timer
 * of ts.  Too early is allowed; the check that follows costs little. */
int64_t goro__timers_wakeTime(struct timers *ts) {
  /* In this order: see timers_adjust. */
  int64_t modified = Load(&ts->minWhenModified);
  int64_t when = Load(&ts->minWhenHeap);
  return when == 0 || (modified != 0 && modified < when) ? modified : when;
}

/* Of all Ps, idle ones too.  While there is one, no deadlock (checkdead.c). */
int64_t goro__timeSleepUntil(void) {
  int64_t next = maxWhen;
  for (int32_t i = 0; i < Load(&nallp); i++) {
    int64_t when = goro__timers_wakeTime(&LoadAcq(&allp[i])->timers);
    if (when != 0 && when < next) next = when;
  }
  return next;
}

/* Empty the heaps in which all timers are stopped.
 * Differs from Go: there one of an idle P puts off the deadlock verdict. */
void goro__timers_bury(void) {
  for (int32_t i = 0; i < Load(&nallp); i++) {
    struct timers *ts = &LoadAcq(&allp[i])->timers;
    int32_t zombies = Load(&ts->zombies);
    if (zombies == 0 || (uint32_t)zombies < Load(&ts->len)) continue;
    timers_lock(ts);
    timers_adjust(ts, 0, true);
    timers_unlock(ts);
  }
}

int64_t goro__when(int64_t d) {
  int64_t now = nanotime();
  if (d <= 0) return now;
  return d > maxWhen - now ? maxWhen : now + d;
}

/* Take the head of ts, which is locked, with a hold on its memory.  It is as
 * one that was never in a heap.  NULL: the head is another one now. */
static struct timer *timers_takeMin(struct timers *ts) {
  struct timer *t = ts->heap[0].timer;
  timer_lock(t);
  bool updated = timer_updateHeap(t);
  if (!updated) {
    timer_clear(t, timerInHeap);
    t->ts = NULL;
    t->running++;
    timers_deleteMin(ts);
  }
  timer_unlock(t);
  return updated ? NULL : t;
}

/* One by one: the locks of both heaps have the same rank. */
void goro__timers_take(struct timers *ts, struct timers *src) {
  for (bool more = true; more;) {
    timers_lock(src);
    timers_cleanHead(src);
    more = src->nheap > 0;
    struct timer *t = more ? timers_takeMin(src) : NULL;
    timers_unlock(src);
    if (!t) continue;
    timer_maybeAddTo(ts, t);
    timer_lock(t);
    t->running--;
    timer_unlock(t);
  }
}

/* ---- invariants ---- */

/* Check entry i; returns whether it is a zombie. */
static bool timers_verify1(struct timers *ts, uint32_t i) {
  struct timerWhen tw = ts->heap[i];
  struct timer *t = tw.timer;
  if (i > 0 && tw.when < ts->heap[(i - 1) / timerHeapN].when)
    goro__throw("time: bad timer heap");
  timer_lock(t);
  bool zombie = t->state & timerZombie;
  bool modified = t->state & timerModified;
  int64_t bound = Load(&ts->minWhenModified);
  if (t->ts != ts || !(t->state & timerHeaped))
    goro__throw("time: timer in a heap it knows nothing of");
  if (!zombie && !modified && tw.when != t->when)
    goro__throw("time: stale when in timer heap");
  if (!zombie && modified && (bound == 0 || bound > t->when))
    goro__throw("time: bad minWhenModified");
  timer_unlock(t);
  return zombie;
}

/* Check the first n entries of ts, which is locked.  Other Ms may make
 * zombies meanwhile: their exact number is only known where there are none. */
static void timers_verify(struct timers *ts, uint32_t n) {
  assertLockHeld(&ts->mu);
  bool all = ts->nheap <= n;
  int32_t zombies = 0;
  for (uint32_t i = 0; i < n && i < ts->nheap; i++)
    if (timers_verify1(ts, i)) zombies++;
  int32_t count = Load(&ts->zombies);
  if (count < 0 || (uint32_t)count > ts->nheap ||
      (all && LoadRelaxed(&nallp) == 1 && count != zombies))
    goro__throw("time: bad count of zombies");
  if (Load(&ts->minWhenHeap) != (ts->nheap ? ts->heap[0].when : 0))
    goro__throw("time: bad minWhenHeap");
  if (Load(&ts->len) != ts->nheap) goro__throw("time: bad timer heap len");
}

void goro__timers_check_invariants(struct timers *ts) {
  timers_lock(ts);
  timers_verify(ts, UINT32_MAX);
  unlock(&ts->mu);
}
