/* waitgroup.c: sync.WaitGroup, wait until a number of tasks is done.
 *
 * Go: sync/waitgroup.go.
 *
 * The counter of tasks and the number of waiters are one 64-bit word: whoever
 * brings the counter to 0 learns in the same step how many to wake.
 *
 * Invariants:
 *  1. state = counter << 32 | waiters, counter >= 0.
 *  2. Waiters are counted only while the counter is above 0; the Add that
 *     brings it to 0 sets the whole word to 0 and releases each of them.
 *     Between these two steps nobody may change the word: an Add from 0 must
 *     happen before Wait, and reuse begins after every Wait has returned.
 *     What breaks that is found by chance, and panics.
 *
 * Lifetime: after the word is 0 Add touches the WaitGroup only to release sema
 * (see wait/sema.h), so with one waiter that one may free it on return.
 *
 * Locks: none.
 *
 * Differs from Go: no synctest bubbles, so waiters have 32 bits.
 */
#include "lib/sync/sync.h"

/* The counter is 0 and there are waiters. */
static GORO_NOINLINE void waitgroup_release(struct WaitGroup *wg, uint32_t w) {
  Store(&wg->state, 0);
  for (; w != 0; w--) goro__semrelease(&wg->sema);
}

/* What is wrong after adding delta gave state, or NULL. */
static const char *waitgroup_misuse(struct WaitGroup *wg, uint64_t state,
                                    int32_t delta) {
  int32_t v = waitgroup_counter(state);
  if (v < 0) return "sync: negative WaitGroup counter";
  if (waitgroup_waiters(state) == 0) return NULL;
  /* Waiters while the counter rose from 0, or fell to 0 and did not stay. */
  if ((delta > 0 && v == delta) || (v == 0 && Load(&wg->state) != state))
    return "sync: WaitGroup misuse: Add called concurrently with Wait";
  return NULL;
}

/* Adding delta gave state: a mistake, or waiters to be released, or nothing
 * to do. */
GORO_NOINLINE GORO_UNWINDS void goro__WaitGroup_addSlow(struct WaitGroup *wg,
                                                        uint64_t state,
                                                        int32_t delta) {
  const char *misuse = waitgroup_misuse(wg, state, delta);
  if (misuse != NULL)
    goro__gopanic(misuse, NULL, false);
  else if (waitgroup_counter(state) == 0)
    waitgroup_release(wg, waitgroup_waiters(state));
}

/* Count the caller as a waiter; false if there is nothing to wait for. */
static bool waitgroup_enter(struct WaitGroup *wg) {
  for (;;) {
    uint64_t state = Load(&wg->state);
    if (waitgroup_counter(state) == 0) return false;
    if (Cas(&wg->state, state, state + 1)) return true;
  }
}

GORO_UNWINDS void goro__WaitGroup_Wait(struct WaitGroup *wg) {
  if (!waitgroup_enter(wg)) return;
  goro__semacquire1(&wg->sema, false, waitReasonSyncWaitGroupWait);
  if (unlikely(Load(&wg->state) != 0))
    goro__gopanic("sync: WaitGroup is reused before previous Wait has "
                  "returned",
                  NULL, false);
}

/* ---- Go ---- */

/* What the new goroutine has to do.  On the heap; owned by that goroutine. */
struct waitgroup_task {
  struct WaitGroup *wg;
  void (*f)(void *);
  void *arg;
};

/* Deferred by the task: it returned, called Goexit, or panicked.  A panic
 * goes on, which ends the program.  Done before that could let the waiter
 * through, and the program end as if all were well. */
static void waitgroup_taskDone(void *wg) {
  const struct _panic *p = goro__gorecover();
  if (p != NULL)
    goro__gopanic(p->msg, p->value, p->runtime_error);
  else
    goro__WaitGroup_Done(wg);
}

static void waitgroup_run(void *task) {
  struct waitgroup_task *t = task;
  void (*f)(void *) = t->f;
  void *arg = t->arg;
  goro__deferproc(waitgroup_taskDone, t->wg);
  os_free(t);
  f(arg);
}

GORO_UNWINDS void goro__WaitGroup_Go(struct WaitGroup *wg, void (*f)(void *),
                                     void *arg, const struct gosite *site) {
  struct waitgroup_task *t = goro__mallocz(sizeof *t);
  *t = (struct waitgroup_task){wg, f, arg};
  goro__WaitGroup_Add(wg, 1);
  goro__newproc(waitgroup_run, t, site);
}
