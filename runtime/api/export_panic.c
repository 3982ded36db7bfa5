/* export_panic.c: the functions of goro.h for defer, panic and recover, and
 * those behind the macros of goro_scope.h.
 *
 * Invariant: goro_deferred begins with a struct _defer, so a pointer to one is
 * a pointer to the other.
 */
#include "api/goro.h"
#include "api/goro_scope.h"
#include "sched/runtime2.h"

_Static_assert(sizeof(((goro_deferred *)0)->opaque_) >= sizeof(struct _defer),
               "goro_deferred");
_Static_assert(offsetof(goro_deferred, opaque_) == 0, "goro_deferred");

#define DEFER(d) ((struct _defer *)(d))

bool goro_call(goro_func fn, void *arg) { return goro__callframe(fn, arg); }

void goro_defer(goro_func fn, void *arg) { goro__deferproc(fn, arg); }

/* ---- panic, recover ---- */

void goro_panic(const char *msg) { goro_panic_value(msg, NULL); }

void goro_panic_value(const char *msg, void *value) {
  goro__gopanic(goro__keepmsg(msg ? msg : PANIC_NIL), value, msg == NULL);
}

static bool tell(const struct _panic *p, goro_panic_info *info) {
  if (!p) return false;
  *info = (goro_panic_info){p->msg, p->value, p->runtime_error};
  return true;
}

bool goro_recover_info(goro_panic_info *info) {
  return tell(goro__gorecover(), info);
}

const char *goro_recover_value(void **value) {
  goro_panic_info info = {NULL, NULL, false};
  goro_recover_info(&info);
  if (value) *value = info.value;
  return info.msg;
}

const char *goro_recover(void) { return goro_recover_value(NULL); }

bool goro_try(goro_func fn, void *arg, goro_panic_info *info) {
  struct _panic p;
  bool returned = goro__try(fn, arg, &p);
  if (!returned && info) tell(&p, info);
  return returned;
}

/* ---- errors of the runtime ---- */

void goro_runtime_error(const char *msg) {
  goro__gopanic(goro__keepmsgs("runtime error: ", msg), NULL, true);
}

int64_t goro_index(int64_t i, int64_t len) {
  if (unlikely((uint64_t)i >= (uint64_t)len)) goro__panicIndex(i, len);
  return i;
}

void goro_slice(int64_t lo, int64_t hi, int64_t cap) {
  if (unlikely((uint64_t)hi > (uint64_t)cap))
    goro__panicSliceAcap(hi, cap);
  else if (unlikely((uint64_t)lo > (uint64_t)hi))
    goro__panicSliceB(lo, hi);
}

int64_t goro_div(int64_t a, int64_t b) {
  if (unlikely(b == 0)) {
    goro__panicdivide();
    return 0; /* unwinding */
  }
  return b == -1 ? (int64_t)-(uint64_t)a : a / b;
}

int64_t goro_mod(int64_t a, int64_t b) {
  if (unlikely(b == 0)) {
    goro__panicdivide();
    return 0; /* unwinding */
  }
  return b == -1 ? 0 : a % b;
}

void *goro_nonnil(const void *p) {
  if (unlikely(!p)) goro__panicmem();
  return (void *)(uintptr_t)p;
}

void goro_nil_map(void) { goro__plainError("assignment to entry in nil map"); }

/* ---- goro_scope.h ---- */

void goro_defer_begin_(goro_deferred *d, goro_call_func_ call, goro_func fn,
                       void *arg) {
  d->call_ = call;
  d->fn_ = fn;
  d->arg_ = arg;
  if (call)
    goro__deferprocStack(DEFER(d), call, d);
  else
    goro__deferprocStack(DEFER(d), fn, arg);
}

/* A function of goro.h defers and recovers nothing: it needs no frame. */
void goro_defer_end_(goro_deferred *d) {
  if (!d->call_) {
    goro__deferend(DEFER(d));
    return;
  }
  goro__deferpop(DEFER(d));
  d->call_(d);
}

void goro_defer_drop_(goro_deferred *d) { goro__deferpop(DEFER(d)); }

goro_deferred *goro_scope_begin_(goro_deferred *d) {
  goro__scopebegin(DEFER(d));
  return d;
}

void goro_scope_end_(goro_deferred *d) { goro__scopeend(DEFER(d)); }

const void *goro_deferred_enter_(goro_func fn) {
  return goro__deferredenter(fn);
}

bool goro_recover_in_(const void *token, goro_panic_info *info) {
  return tell(goro__gorecoverin(token), info);
}

const char *goro_recover_msg_(const void *token) {
  goro_panic_info info = {NULL, NULL, false};
  tell(goro__gorecoverin(token), &info);
  return info.msg;
}
