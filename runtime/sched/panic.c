/* panic.c: defer, panic, recover, Goexit; fatal errors.
 *
 * Go: runtime/panic.go.
 *
 * Terms: a call frame is a stretch of stack whose end runs deferred calls: a
 * goroutine's entry (frame NULL), a goro_call, and each deferred call itself.
 * Deferred calls run on top of the panicking stack.  A recover makes the frame
 * that deferred the recovering call return normally: the stack is cut back to
 * that frame's scope (stack/switch.h).
 *
 * Invariants:
 *  1. gp->_defer lists deferred calls innermost frame first; a frame's own, in
 *     reverse order of deferral, are in one piece.
 *  2. gp->_panic lists panics and Goexits in progress, the innermost first;
 *     the frames they began in never get deeper along the list.
 *  3. A deferred call is taken off the list before it runs, so it runs once.
 *  4. A recover does not end a Goexit: when cutting back to a frame forgets
 *     one, the frame is marked exiting and takes it up again at its end.
 *  5. A record on the C stack (heap false) is off the list before its block
 *     is left: the block's end takes it off, and nothing cuts the stack back
 *     to a frame before that frame's deferred calls have run.
 *
 * Locks: none; all of it is the goroutine's own.
 *
 * Differs from Go: goro_recover works in the frame of the deferred call, and
 * so also in plain C functions that it calls: C has no way to tell.  A function
 * that knows itself to be the deferred one (goro_scope.h, GORO_DEFERRED) has
 * Go's rule.  A panic with the text and value of the one just recovered counts
 * as the same ("repanicked"); Go compares values.
 */
#include <string.h>

#include "base/print.h"
#include "sched/runtime2.h"
#include "sched/schedule.h"

/* ---- deferred calls ---- */

/* d's memory is the caller's, which calls goro__deferpop on every way out that
 * is no unwinding. */
void goro__deferprocStack(struct _defer *d, void (*fn)(void *), void *arg) {
  struct g *gp = goro__needg("goro_defer");
  *d = (struct _defer){
      .link = gp->_defer, .frame = gp->frame, .fn = fn, .arg = arg};
  gp->_defer = d;
}

void goro__deferproc(void (*fn)(void *), void *arg) {
  goro__needg("goro_defer");
  struct _defer *d = goro__mallocz(sizeof *d);
  goro__deferprocStack(d, fn, arg);
  d->heap = true;
}

/* A mark that is no call: where a scope began. */
void goro__scopebegin(struct _defer *d) {
  goro__deferprocStack(d, NULL, NULL);
  d->mark = true;
}

/* What was deferred to the frame since may stand before it. */
void goro__deferpop(struct _defer *d) {
  struct _defer **link = &getg()->_defer;
  while (*link != d) {
    if (!*link) goro__throw("defer: the record of a block is not on the list");
    link = &(*link)->link;
  }
  *link = d->link;
}

/* To call a NULL function is an error of the call, not of the defer. */
static void call_nil(void *unused) {
  (void)unused;
  goro__panicmem();
}

struct framecall {
  void (*fn)(void *);
  void *arg;
  struct g *gp;
  struct callframe *frame;
};

static void callframe_run(struct g *gp, void (*fn)(void *), void *arg,
                          struct _panic *running, bool *returned);

/* Run the innermost deferred call, on behalf of p, or of a frame that returned
 * (p NULL). */
static void rundefer(struct g *gp, struct _panic *p) {
  struct _defer *d = gp->_defer;
  void (*fn)(void *) = d->fn ? d->fn : call_nil;
  void *arg = d->arg;
  gp->_defer = d->link;
  if (d->mark) return;
  if (d->heap) os_free(d);
  bool returned;
  callframe_run(gp, fn, arg, p, &returned);
}

/* The block of d has ended: its call runs now, as a frame. */
void goro__deferend(struct _defer *d) {
  goro__deferpop(d);
  bool returned;
  callframe_run(getg(), d->fn ? d->fn : call_nil, d->arg, NULL, &returned);
}

/* The block that began at mark d has ended. */
void goro__scopeend(struct _defer *d) {
  struct g *gp = getg();
  while (gp->_defer != d) {
    if (!gp->_defer || gp->_defer->frame != gp->frame)
      goro__throw("defer: the mark of a scope is not on the list");
    rundefer(gp, NULL);
  }
  gp->_defer = d->link;
}

static bool has_defers(struct g *gp, struct callframe *f) {
  return gp->_defer && gp->_defer->frame == f;
}

static void rundefers_of(void *fv) {
  struct callframe *f = fv;
  struct g *gp = getg();
  while (has_defers(gp, f)) rundefer(gp, NULL);
}

void goro__rundefers_at_entry(void *gpv) {
  struct g *gp = gpv;
  while (gp->_defer) rundefer(gp, NULL);
}

/* Run fn(arg) as a frame.  What it deferred runs before this returns, also if
 * it is cut off by a recover; a deferred call that is itself cut off (its
 * panic was recovered by another one of the same frame) leaves the rest to be
 * run. */
static void callframe_run(struct g *gp, void (*fn)(void *), void *arg,
                          struct _panic *running, bool *returned) {
  struct callframe f = {.link = gp->frame, .fn = fn, .running = running};
  f.depth = f.link ? f.link->depth + 1 : 1;
  gp->frame = &f;
  *returned = goro__scope_call(&f.scope, fn, arg);
  while (has_defers(gp, &f)) {
    gp->frame = &f;
    if (!goro__scope_call(&f.scope, rundefers_of, &f)) *returned = false;
  }
  gp->frame = f.link;
  if (f.exiting) goro__Goexit();
}

bool goro__callframe(void (*fn)(void *), void *arg) {
  bool returned;
  callframe_run(goro__needg("goro_call"), fn, arg, NULL, &returned);
  return returned;
}

/* ---- panic ---- */

static uint32_t depth(struct callframe *f) { return f ? f->depth : 0; }

_Noreturn static void fatalpanic(struct g *gp);

/* What the program ends with if main returns by way of a recover. */
static int main_code;

/* Forget the panics that began in target or in what it called, and the frames
 * of the latter.  Returns whether a Goexit is among them. */
static bool forget_panics(struct g *gp, struct callframe *target) {
  bool exiting = false;
  for (; gp->frame != target; gp->frame = gp->frame->link)
    exiting |= gp->frame->exiting;
  while (gp->_panic && depth(gp->_panic->frame) >= depth(target)) {
    exiting |= gp->_panic->goexit;
    gp->_panic = gp->_panic->link;
  }
  return exiting;
}

/* The frame that deferred the recovering call returns normally.  What else it
 * deferred runs first, on top of the stack: the records may lie in there.
 * Differs from Go, which cuts the stack back first. */
static void recovery(struct g *gp, struct callframe *target) {
  bool exiting = forget_panics(gp, target);
  if (target) {
    target->exiting |= exiting;
    rundefers_of(target);
    goro__scope_abort(&target->scope);
    return;
  }
  /* The goroutine's own function returns. */
  gp->exiting |= exiting;
  goro__rundefers_at_entry(gp);
  if (gp->ismain && !gp->exiting) os_libc_exit(main_code);
  goro__drop();
}

/* The program ends when what main deferred has run. */
void goro__main_returned(int code) {
  main_code = code;
  goro__rundefers_at_entry(getg());
  os_libc_exit(code);
}

void goro__gopanic(const char *msg, void *value, bool runtime_error) {
  struct g *gp = getg();
  if (!gp || gp == gp->m->g0) goro__throw(msg);
  struct _panic p = {.link = gp->_panic,
                     .msg = msg,
                     .value = value,
                     .frame = gp->frame,
                     .runtime_error = runtime_error};
  gp->_panic = &p;
  while (gp->_defer) {
    struct callframe *target = gp->_defer->frame;
    rundefer(gp, &p);
    if (p.recovered) {
      recovery(gp, target);
      return; /* unwinding */
    }
  }
  fatalpanic(gp);
}

/* Panics in progress may still need the text of an older one, so the copies
 * are chained: each begins with a pointer to the one before. */
const char *goro__keepmsgs(const char *prefix, const char *msg) {
  struct g *gp = goro__needg("goro_panic");
  size_t np = strlen(prefix), n = strlen(msg) + 1;
  char *copy = goro__mallocz(sizeof gp->panicmsg + np + n);
  char *text = copy + sizeof gp->panicmsg;
  memcpy(text, prefix, np);
  memcpy(text + np, msg, n); /* msg may be an older copy */
  if (!gp->_panic) goro__freemsgs(gp);
  memcpy(copy, &gp->panicmsg, sizeof gp->panicmsg);
  gp->panicmsg = copy;
  return text;
}

const char *goro__keepmsg(const char *msg) { return goro__keepmsgs("", msg); }

void goro__freemsgs(struct g *gp) {
  while (gp->panicmsg) {
    char *older;
    memcpy(&older, gp->panicmsg, sizeof older);
    os_free(gp->panicmsg);
    gp->panicmsg = older;
  }
}

void goro__plainpanic(const char *msg) { goro__gopanic(msg, NULL, false); }

void goro__plainError(const char *msg) { goro__gopanic(msg, NULL, true); }

const struct _panic *goro__gorecover(void) {
  struct g *gp = getg();
  if (!gp || !gp->frame) return NULL;
  struct _panic *p = gp->_panic;
  if (!p || p->goexit || p->recovered || gp->frame->running != p) return NULL;
  p->recovered = true;
  return p;
}

/* The frame of the deferred call that runs, if fn is that call and has not
 * asked before: then its caller is the runtime. */
const void *goro__deferredenter(void (*fn)(void *)) {
  struct g *gp = getg();
  struct callframe *f = gp ? gp->frame : NULL;
  if (!f || f->fn != fn || f->entered) return NULL;
  f->entered = true;
  return f;
}

/* recover in the function that goro__deferredenter gave frame to. */
const struct _panic *goro__gorecoverin(const void *frame) {
  struct g *gp = getg();
  if (!frame || !gp || gp->frame != frame) return NULL;
  return goro__gorecover();
}

/* Lives in the frame of goro__try. */
struct tried {
  void (*fn)(void *);
  void *arg;
  bool recovered;
  struct _panic panic; /* what was recovered */
  struct _defer d;
};

static void try_recover(void *tried) {
  struct tried *t = tried;
  const struct _panic *p = goro__gorecover();
  if (!p) return;
  t->panic = *p;
  t->recovered = true;
}

static void try_run(void *tried) {
  struct tried *t = tried;
  goro__deferprocStack(&t->d, try_recover, t);
  t->fn(t->arg);
}

bool goro__try(void (*fn)(void *), void *arg, struct _panic *p) {
  struct tried t = {.fn = fn, .arg = arg};
  goro__callframe(try_run, &t);
  if (t.recovered) *p = t.panic;
  return !t.recovered;
}

void goro__Goexit(void) {
  struct g *gp = goro__needg("goro_goexit");
  struct _panic p = {.link = gp->_panic, .frame = gp->frame, .goexit = true};
  gp->_panic = &p;
  while (gp->_defer) rundefer(gp, &p);
  gp->_panic = NULL;
  gp->frame = NULL;
  goro__drop();
}

/* ---- reports ---- */

static int64_t flush_stdio(void *a, void *b) {
  (void)a, (void)b;
  os_flush();
  return 0;
}

static struct m *dying;   /* atomic: the M that reports, and ends it all */
static uint32_t reported; /* atomic: it has printed everything */

/* Another M reports already.  It ends the program; M0 of a host with an event
 * loop must not wait for that long, as the end may need its thread. */
_Noreturn static void wait_for_end(void) {
  uint32_t never = 0;
  while (os_canblock()) goro__futexsleep(&never, 0, -1);
  while (!Load(&reported)) goro__yield_m();
  os_exit(2);
}

/* What the program printed so far comes first, and a report is made only once:
 * an error while reporting one ends the program at once. */
static void startpanic_m(void) {
  struct g *gp = getg();
  struct m *mp = gp && gp->m ? gp->m : &goro__m0;
  if (!Cas(&dying, NULL, mp)) {
    if (Load(&dying) == mp) os_exit(3);
    wait_for_end();
  }
  goro__nounwind(flush_stdio, NULL, NULL);
}

_Noreturn static void endpanic(void) {
  goro__printflush();
  Store(&reported, 1);
  os_exit(2);
}

static bool same_value(const struct _panic *a, const struct _panic *b) {
  return a->value == b->value && strcmp(a->msg, b->msg) == 0;
}

/* Go: preprintpanics.  A panic with the value just recovered is shown once. */
static void mark_repanicked(struct _panic *p) {
  for (; p->link; p = p->link)
    if (!p->goexit && !p->link->goexit && same_value(p, p->link))
      p->link->repanicked = true;
}

/* Go: printindented.  A text cannot look like the rest of the report. */
static void printindented(const char *s) {
  for (const char *nl; (nl = strchr(s, '\n')); s = nl + 1) {
    goro__printsn(s, (size_t)(nl + 1 - s));
    goro__prints("\t");
  }
  goro__prints(s);
}

static void printpanics(struct _panic *p) {
  if (p->link) {
    printpanics(p->link);
    if (p->link->repanicked) return;
    if (!p->link->goexit) goro__prints("\t");
  }
  if (p->goexit) return;
  goro__prints("panic: ");
  printindented(p->msg);
  if (p->recovered && p->repanicked)
    goro__prints(" [recovered, repanicked]");
  else if (p->recovered)
    goro__prints(" [recovered]");
  goro__prints("\n");
}

void goro__panic_report(struct g *gp) {
  mark_repanicked(gp->_panic);
  printpanics(gp->_panic);
  goro__prints("\n");
  goro__printg(gp);
  goro__printflush();
}

_Noreturn static void fatalpanic(struct g *gp) {
  startpanic_m();
  goro__panic_report(gp);
  endpanic();
}

_Noreturn static void die(const char *msg) {
  goro__prints("fatal error: ");
  printindented(msg);
  goro__prints("\n\n");
  goro__dump();
  endpanic();
}

void goro__throw(const char *msg) {
  startpanic_m();
  die(msg);
}

/* Go: printPreFatalDeferPanic.  Differs from Go, which calls no methods here
 * and so prints an error's type and fields in place of its text. */
static void print_panics_before(void) {
  struct g *gp = getg();
  if (!gp || !gp->_panic) return;
  mark_repanicked(gp->_panic);
  printpanics(gp->_panic);
  goro__prints("\t");
}

void goro__fatal(const char *msg) {
  startpanic_m();
  print_panics_before();
  die(msg);
}

static void print_culprit(void) {
  struct g *gp = getg();
  if (!gp || gp->goid == 0) return;
  const struct gosite *site = gp->startsite;
  goro__prints("runtime: goroutine ");
  goro__printuint(gp->goid);
  goro__prints(" running ");
  goro__prints(site && site->fn ? site->fn : "?");
  if (site && site->file) {
    goro__prints(", started at ");
    goro__prints(site->file);
    goro__prints(":");
    goro__printint(site->line);
  }
  goro__prints("\n");
}

void goro__stack_overflow(const char *what, size_t size) {
  startpanic_m();
  goro__prints("runtime: goroutine ");
  goro__prints(what);
  goro__prints(" exceeds ");
  goro__printuint(size);
  goro__prints("-byte limit (set GORO_STACK_MAX to change it)\n");
  print_culprit();
  die("stack overflow");
}

void goro__oom(size_t size) {
  startpanic_m();
  goro__prints("runtime: out of memory: cannot allocate ");
  goro__printuint(size);
  goro__prints("-byte block\n");
  print_culprit();
  die("out of memory");
}

void goro__host_fault(const char *msg) { goro__fatal(msg); }
