/* oncefunc.c: OnceFunc, OnceValue and OnceValues.
 *
 * Go: sync/oncefunc.go.
 *
 * One object for all three: a function that writes its result behind the
 * object, and is called once.  If it panicked, each call panics with the same
 * text and value.
 *
 * Invariants:
 *  1. All that the call leaves behind is written before once is done, and r/o
 *     from then on.
 *  2. Unless valid, msg is a text of the object's own.
 *
 * Locks: those of once.
 *
 * Differs from Go: the program frees the object.
 */
#include <string.h>

#include "lib/sync/sync.h"

struct OnceFunc *goro__OnceFunc_new(size_t size) {
  struct OnceFunc *o = goro__mallocz(sizeof *o + size);
  return o;
}

void goro__OnceFunc_free(struct OnceFunc *o) {
  if (!o) return;
  os_free(o->msg);
  os_free(o);
}

static GORO_NOINLINE GORO_UNWINDS void oncefunc_panic(struct OnceFunc *o) {
  goro__gopanic(goro__keepmsg(o->msg), o->value, o->runtime_error);
}

/* Deferred: the call of o.f is over.  Its panic goes on from here, so that the
 * report of the first one shows where it began. */
static void oncefunc_finish(void *once_func) {
  struct OnceFunc *o = once_func;
  if (o->valid) return;
  const struct _panic *p = goro__gorecover(); /* NULL: Goexit */
  const char *msg = p ? p->msg : PANIC_NIL;
  size_t n = strlen(msg) + 1;
  o->msg = memcpy(goro__mallocz(n), msg, n);
  o->value = p ? p->value : NULL;
  o->runtime_error = !p || p->runtime_error;
  oncefunc_panic(o);
}

static void oncefunc_call(void *once_func) {
  struct OnceFunc *o = once_func;
  o->call(o);
}

/* The call of o.f is a frame of its own: with a panic that f itself recovers it
 * has returned. */
static void oncefunc_run(void *once_func) {
  struct OnceFunc *o = once_func;
  goro__deferproc(oncefunc_finish, o);
  goro__callframe(oncefunc_call, o);
  o->valid = true;
}

GORO_UNWINDS void goro__OnceFunc_call(struct OnceFunc *o) {
  goro__Once_Do(&o->once, oncefunc_run, o);
  if (unlikely(!o->valid)) oncefunc_panic(o);
}
