/* once.c: sync.Once, exactly one call.
 *
 * Go: sync/once.go.
 *
 * Setting done first and then calling would be wrong: the second of two
 * callers must not return before the first one's call is over.  So the call
 * runs under m, and done is set behind it.
 *
 * Invariants:
 *  1. done goes from 0 to 1 once, under m, after the call is over.
 *  2. done is set and m unlocked however the call ends: by return, by panic
 *     (which goes on), by Goexit.  So they stand in a deferred call.
 *
 * Locks: m, a Mutex of this package.
 */
#include "lib/sync/sync.h"

/* Lives in the frame of goro__Once_doSlow; owned by its goroutine. */
struct once_call {
  struct Once *o;
  void (*f)(void *);
  void *arg;
};

static void once_finish(void *once) {
  struct Once *o = once;
  Store(&o->done, 1);
  goro__Mutex_Unlock(&o->m);
}

static void once_run(void *call) {
  struct once_call *c = call;
  goro__deferproc(once_finish, c->o);
  c->f(c->arg);
}

GORO_NOINLINE GORO_UNWINDS void goro__Once_doSlow(struct Once *o,
                                                  void (*f)(void *),
                                                  void *arg) {
  goro__Mutex_Lock(&o->m);
  if (Load(&o->done)) {
    goro__Mutex_Unlock(&o->m);
    return;
  }
  struct once_call call = {o, f, arg};
  goro__callframe(once_run, &call);
}
