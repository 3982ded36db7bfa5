/* ffi_module.c: calls of a user's C functions from JavaScript, and the other
 * way; beside ffi.c in modules that goro cc makes for the npm package.
 *
 * Go: none; syscall/js (FuncOf runs callbacks as goroutines).
 *
 * The other half is bindings/src/c/ and bindings/cc/passes/guest.mjs, which
 * must match.  The pass makes a thunk of each exported function:
 *
 *     void thunk(int64_t *slots) {
 *       slots[0] = f(slots[0], slots[1]...);      as f's types say
 *       goro__call_returned(slots);
 *     }
 *
 * and of each function that the user imports
 *
 *     int f(int x...) {
 *       struct g *gp = goro__import_enter();
 *       int r = JavaScript's f(x...);
 *       if (goro__import_leave(gp)) r = goro__import_wait();
 *       return r;
 *     }
 *
 * Terms: the caller of a call is the G that waits for it in JavaScript: that of
 * a generator, or one for this wait alone (sched/hostg.h).
 *
 * Invariants:
 *  1. A struct call is on its goroutine's list of deferred calls, as the last,
 *     until it is told of: there is no end of which JavaScript does not hear.
 *  2. It is freed once: by call_end if its caller has been told, by tell if it
 *     has no caller any more.
 *  3. JavaScript that C calls runs outside of any goroutine: getg() is g0, so
 *     what it calls here does not take the C goroutine for its own.
 *
 * Locks: none, there is one M.
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <wasi/api.h>

#include "api/ffi.h"
#include "api/goro.h"
#include "wait/chan.h"

/* For the pass, which takes it away. */
#define PASS(name) __attribute__((export_name(#name))) name

enum callstate { CALL_RUNS, CALL_RETURNED, CALL_PANICKED, CALL_EXITED };

/* One call.  The package and the thunks know it by its slots; the package reads
 * state, 8 bytes before them. */
struct call {
  struct _defer d; /* runs over; the goroutine's while it runs */
  uint32_t cap;    /* slots that there is room for; r/o */
  struct call *link;
  _Alignas(8) uint32_t state; /* enum callstate */
  struct g *caller;           /* who is to be told; NULL: nobody any more */
  int64_t slots[];            /* arguments, then the result in the first */
};
_Static_assert(offsetof(struct call, slots) - offsetof(struct call, state) == 8,
               "bindings/src/c/calls.ts");

enum { CALL_SLOTS = 8 }; /* more are rare, and not kept */
static struct call *callfree;

static struct call *call_of(int64_t *slots) {
  return (struct call *)(void *)((char *)slots - offsetof(struct call, slots));
}

/* ---- calls from JavaScript ---- */

/* The panic of this call, whose report has just been written; heard: to be
 * told to its caller. */
JS(panicked)
void goro_js_panicked(int64_t *slots, const char *msg, size_t n, bool heard);

/* Room for a call with n arguments. */
int64_t *FFI(call_new)(uint32_t n) {
  struct call *c = callfree;
  if (n <= CALL_SLOTS && c) {
    callfree = c->link;
    c->state = CALL_RUNS;
    return c->slots;
  }
  uint32_t cap = GORO_MAX(n, (uint32_t)CALL_SLOTS);
  c = goro__mallocz(sizeof *c + cap * sizeof c->slots[0]);
  c->cap = cap;
  return c->slots;
}

static void call_free(struct call *c) {
  if (c->cap != CALL_SLOTS) {
    os_free(c);
    return;
  }
  c->link = callfree;
  callfree = c;
}

static void tell(struct call *c) {
  struct g *caller = c->caller;
  if (!caller) {
    call_free(c);
    return;
  }
  c->caller = NULL;
  goro__goready(caller);
}

/* A panic that nobody else has recovered ends here. */
static void take_panic(struct call *c, struct g *gp) {
  const char *msg = gp->_panic->msg;
  goro__panic_report(gp);
  goro_js_panicked(c->slots, msg, strlen(msg), c->caller != NULL);
  goro__gorecover();
  c->state = CALL_PANICKED;
}

/* The function itself was cut off by a recover: it returns, a zero. */
static void recovered(struct call *c) {
  c->slots[0] = 0;
  c->state = CALL_RETURNED;
}

/* The first deferred call of the goroutine, and so the last to run. */
static void over(void *v) {
  struct call *c = v;
  struct g *gp = getg();
  if (gp->_panic && gp->_panic->goexit)
    c->state = CALL_EXITED;
  else if (gp->_panic)
    take_panic(c, gp);
  else if (c->state == CALL_RUNS)
    recovered(c);
  tell(c);
}

/* The thunk's last act.  What the function has deferred is still to be run. */
void PASS(goro__call_returned)(int64_t *slots) {
  struct call *c = call_of(slots);
  struct g *gp = getg();
  c->state = CALL_RETURNED;
  if (unlikely(gp->_defer != &c->d)) return;
  gp->_defer = NULL;
  tell(c);
}

/* Start it, as a goroutine; the caller, or slot, waits for its end. */
int32_t FFI(call)(int64_t *slots, goro_func thunk, const goro_site *site,
                  uint32_t slot) {
  struct call *c = call_of(slots);
  struct g *gp = goro__newproc(thunk, slots, (const struct gosite *)site);
  c->d = (struct _defer){.fn = over, .arg = c};
  gp->_defer = &c->d;
  getagent()->flags |= HOST_RUNNABLE;
  c->caller = goro__hostg_waiter(slot);
  goro__hostg_park(c->caller, HOSTOP_NONE, waitReasonAwait);
  return HOST_PARKED;
}

/* The caller, who was told, has read the result. */
void FFI(call_end)(int64_t *slots) { call_free(call_of(slots)); }

/* The caller does not wait any more: the call runs on for nobody. */
void FFI(call_forget)(int64_t *slots) {
  struct call *c = call_of(slots);
  if (c->state == CALL_RUNS || c->caller)
    c->caller = NULL;
  else
    call_free(c);
}

/* ---- calls of JavaScript ---- */

/* Lives in the frame of goro__import_wait. */
struct import_wait {
  int64_t value; /* by the package, as of the import's type */
  char *error;   /* likewise: NULL, or a text of goro_ffi_alloc */
  struct g *gp;
};

/* Have `ready` called when the promise that the import has returned is settled.
 * False: the import has failed, and *wait has the error. */
JS(attach) bool goro_js_attach(struct import_wait *wait);

static uint32_t import_left; /* by the package: it has no result yet, or none */
uint32_t *FFI(import_left)(void) { return &import_left; }

struct g *PASS(goro__import_enter)(void) {
  struct g *gp = getg();
  setg(goro__m0.g0);
  return gp;
}

uint32_t PASS(goro__import_leave)(struct g *gp) {
  setg(gp);
  return import_left;
}

GORO_UNWINDS static void fail(char *error) {
  const char *msg = goro__keepmsg(error);
  os_free(error);
  goro__plainpanic(msg);
}

int64_t PASS(goro__import_wait)(void) {
  struct import_wait w = {
      .gp = goro__needg("an import that returns a promise was")};
  import_left = 0;
  if (goro_js_attach(&w)) goro__gopark(NULL, NULL, waitReasonAwait);
  if (w.error) fail(w.error);
  return w.value;
}

void FFI(import_settled)(struct import_wait *w) { goro__goready(w->gp); }

/* ---- channels that C has made ---- */

uint32_t FFI(chan_elemsize)(struct hchan *c) { return c->elemsize; }
uint32_t FFI(chan_cap)(struct hchan *c) { return (uint32_t)c->dataqsiz; }

/* ---- libc, whose other calls are in bindings/src/c/wasi.ts ---- */

/* There are no files: whoever opens one is told why, on stderr. */
int __syscall_openat(int dirfd, intptr_t path, int flags, ...) {
  (void)dirfd, (void)flags;
  static const char why[] =
      ": a module of the npm package has no files; give it what it needs by "
      "arguments, imports or channels\n";
#define TEXT(s, n) {(const uint8_t *)(s), (n)}
  const char *name = (const char *)path;
  const __wasi_ciovec_t text[] = {TEXT("goro: cannot open ", 18),
                                  TEXT(name, strlen(name)),
                                  TEXT(why, sizeof why - 1)};
  __wasi_size_t written;
  (void)!__wasi_fd_write(2, text, 3, &written);
  return -ENOSYS;
}

/* stdout is written line by line, as to a terminal. */
int __syscall_ioctl(int fd, int op, ...) {
  return op == TIOCGWINSZ && (fd == 1 || fd == 2) ? 0 : -ENOTTY;
}

int getentropy(void *p, size_t n) {
  os_random(p, n);
  return 0;
}
