/* errgroup.c: groups of tasks; the first error cancels the rest.
 *
 * Go: golang.org/x/sync/errgroup/errgroup.go.
 *
 * A WaitGroup counts the tasks, a channel holds a token for each that runs, if
 * their number is limited.
 *
 * Invariants:
 *  1. sem, if there is one, holds a token for each task from before its
 *     goroutine starts until just before its Done.
 *  2. Who sets failed writes err before its own Done, so that Wait sees it.
 *  3. A task that panics is never done: its panic ends the program, and must
 *     not be overtaken by who waits for the group.
 *
 * Locks: none of its own.
 *
 * Differs from Go: failed, a word, for a Once.  A second task that fails does
 * not wait for the first one's cancel.  SetLimit panics as long as there are
 * tasks, whatever the limit was and is to be: it frees the channel on which
 * they give their tokens back.  Go panics if both are limits.
 */
#include <string.h>

#include "lib/xsync/xsync.h"

/* On the heap; owned by the goroutine that runs it. */
struct task {
  struct Group *g;
  errgroup_func f;
  void *arg;
  struct error *err; /* what f returned */
  struct _defer end; /* of the goroutine */
};

GORO_UNWINDS struct Context *goro__Group_WithContext(struct Group *g,
                                                     struct Context *parent) {
  *g = (struct Group){.ctx = goro__WithCancel(parent)};
  return g->ctx;
}

/* The deferred call that asks runs because of a panic. */
static bool task_panics(void) {
  const struct _panic *p = getg()->frame->running;
  return p && !p->goexit;
}

/* Deferred: the task has returned, or called Goexit. */
static void task_done(void *tv) {
  struct task *t = tv;
  struct Group *g = t->g;
  if (task_panics()) return;
  os_free(t);
  if (g->sem) goro__chanrecv2(g->sem, NULL);
  goro__WaitGroup_Done(&g->wg);
}

static GORO_UNWINDS void group_fail(struct Group *g, struct error *err) {
  if (!Cas(&g->failed, 0, 1)) {
    goro__error_release(err);
    return;
  }
  g->err = err;
  if (g->ctx) goro__cancelCtx_cancel(g->ctx->cancel, err);
}

static void task_call(void *tv) {
  struct task *t = tv;
  t->err = t->f(t->arg);
}

/* f is a frame of its own: what it defers runs before its error counts. */
static void task_run(void *tv) {
  struct task *t = tv;
  goro__deferprocStack(&t->end, task_done, t);
  goro__callframe(task_call, t);
  if (t->err) group_fail(t->g, t->err);
}

static void group_start(struct Group *g, errgroup_func f, void *arg) {
  struct task *t = goro__mallocz(sizeof *t);
  t->g = g;
  t->f = f;
  t->arg = arg;
  goro__WaitGroup_Add(&g->wg, 1);
  goro__newproc(task_run, t, NULL);
}

GORO_UNWINDS void goro__Group_Go(struct Group *g, errgroup_func f, void *arg) {
  if (g->sem) goro__chansend1(g->sem, NULL);
  group_start(g, f, arg);
}

GORO_UNWINDS bool goro__Group_TryGo(struct Group *g, errgroup_func f,
                                    void *arg) {
  if (g->sem && !goro__selectnbsend(g->sem, NULL)) return false;
  group_start(g, f, arg);
  return true;
}

/* ---- the limit ---- */

/* Writes n in decimal; returns its end. */
static char *put_number(char *to, size_t n) {
  char digits[24];
  int i = 0;
  do {
    digits[i++] = (char)('0' + n % 10);
  } while ((n /= 10) != 0);
  while (i > 0) *to++ = digits[--i];
  return to;
}

static GORO_NOINLINE GORO_UNWINDS void limit_panic(size_t active) {
  char msg[112] = "errgroup: modify limit while ";
  strcpy(put_number(msg + strlen(msg), active),
         " goroutines in the group are still active");
  goro__gopanic(goro__keepmsg(msg), NULL, false);
}

/* The tasks, with those that Go has a token for but has not counted yet. */
static size_t group_active(struct Group *g) {
  size_t tokens = goro__chanlen(g->sem);
  size_t tasks = (size_t)waitgroup_counter(Load(&g->wg.state));
  return tasks > tokens ? tasks : tokens;
}

GORO_UNWINDS void goro__Group_SetLimit(struct Group *g, int n) {
  size_t active = group_active(g);
  if (active != 0) {
    limit_panic(active);
    return; /* unwinding */
  }
  goro__chanfree(g->sem);
  g->sem = n < 0 ? NULL : goro__makechan(0, (size_t)n);
}

/* ---- the end ---- */

GORO_UNWINDS struct error *goro__Group_Wait(struct Group *g) {
  goro__WaitGroup_Wait(&g->wg);
  if (g->ctx) goro__cancelCtx_cancel(g->ctx->cancel, g->err);
  return g->err;
}

GORO_UNWINDS void goro__Group_free(struct Group *g) {
  if (waitgroup_counter(Load(&g->wg.state)) != 0)
    goro__fatal("free of an errgroup whose goroutines are still active");
  if (g->ctx) {
    goro__cancelCtx_cancel(g->ctx->cancel, NULL);
    goro__Context_release(g->ctx);
  }
  goro__chanfree(g->sem);
  goro__error_release(g->err);
  *g = (struct Group){0};
}
