/* goro_js.c: the functions of goro_js.h, for JavaScript hosts.
 *
 * Go: none; syscall/js has no await, and blocks in a callback's channel.
 *
 * Goroutines park by sched/hostevent.c.  Promises and handles are the main
 * thread's (goro_js.js, which must match): a goroutine of a worker asks it by a
 * message, goro__js_later, once it has left its stack.
 *
 * Invariants:
 *  1. JavaScript that can call back is entered from the event loop or from a
 *     slice, and calls back from the event loop only: below a slice M0 may
 *     hold a lock.
 *  2. A struct js_await or js_call is on the C stack of its goroutine, which is
 *     parked while others write to it.
 *
 * Locks: none of its own.
 */
#include "api/goro_js.h"

#include "os/os_js.h"
#include "sched/runtime2.h"

/* For the JavaScript of programs. */
EM_JS_DEPS(goro_js, "$goro,$UTF8ToString,$stringToNewUTF8");

struct js_await {
  struct g *gp;
  goro_js promise;
  goro_js value; /* by the main thread, before gp is ready */
  bool ok;       /* likewise */
};

struct js_call {
  struct g *gp;
  goro_func fn;
  void *arg;
};

/* ---- imports, from goro_js.js; main thread ---- */

extern void goro_js_attach(struct js_await *wait, goro_js promise);
extern void goro_js_drop(goro_js value);
extern char *goro_js_string(goro_js value);

static bool on_m0(struct g *gp) { return gp->m == &goro__m0; }

/* ---- await ---- */

static void attach(void *wait) {
  goro_js_attach(wait, ((struct js_await *)wait)->promise);
}

/* gopark's unlock function. */
static int64_t begin_await(void *gp, void *wait) {
  (void)gp;
  if (on_m0(getg()))
    attach(wait);
  else
    goro__js_later(attach, wait);
  return true;
}

/* The promise is settled. */
EMSCRIPTEN_KEEPALIVE void goro__js_settled(struct js_await *wait, int ok,
                                           goro_js value) {
  wait->ok = ok;
  wait->value = value;
  goro__host_ready(wait->gp);
}

bool goro_await(goro_js promise, goro_js *result) {
  struct js_await wait = {goro__needg("goro_await"), promise, 0, false};
  goro__safepoint(wait.gp);
  goro__host_wait(begin_await, &wait, waitReasonAwait);
  if (result)
    *result = wait.value;
  else
    goro_js_release(wait.value);
  return wait.ok;
}

/* Do `awaits` promises keep the program from going on, and nothing else? */
EMSCRIPTEN_KEEPALIVE int goro__js_only_awaits(int awaits) {
  return goro__host_only(awaits);
}

/* ---- on the main thread ---- */

/* For goro_js_later. */
EMSCRIPTEN_KEEPALIVE void goro__js_call(void (*fn)(void *), void *arg) {
  fn(arg);
}

static void call_asked(void *v) {
  struct js_call *call = v;
  call->fn(call->arg);
  goro__host_ready(call->gp);
}

/* gopark's unlock function. */
static int64_t begin_call(void *gp, void *call) {
  (void)gp;
  goro__js_later(call_asked, call);
  return true;
}

static int64_t call_here(void *gp, void *v) {
  struct js_call *call = v;
  setg(goro__m0.g0); /* as from the event loop: it belongs to no goroutine */
  call->fn(call->arg);
  setg(gp);
  return 0;
}

void goro_on_main(goro_func fn, void *arg) {
  struct js_call call = {goro__needg("goro_on_main"), fn, arg};
  goro__safepoint(call.gp);
  if (on_m0(call.gp))
    goro__nounwind(call_here, call.gp, &call);
  else
    goro__host_wait(begin_call, &call, waitReasonOnMain);
}

/* ---- values ---- */

struct js_text {
  goro_js value;
  char *text;
};

static void get_text(void *v) {
  struct js_text *t = v;
  t->text = goro_js_string(t->value);
}

char *goro_js_text(goro_js value) {
  goro__needg("goro_js_text");
  struct js_text t = {value, NULL};
  goro_on_main(get_text, &t);
  if (!t.text) goro__oom(1);
  return t.text;
}

static void drop(void *value) { goro_js_drop((goro_js)(uintptr_t)value); }

void goro_js_release(goro_js value) {
  if (value == 0) return;
  struct g *gp = getg();
  if (!gp || on_m0(gp))
    goro_js_drop(value);
  else
    goro__js_later(drop, (void *)(uintptr_t)value);
}
