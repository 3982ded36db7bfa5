/* ffi_mt.c: what the npm package calls besides in the build with threads:
 * agents (sched/agent.c), and channels that several of them have.
 *
 * The other half is bindings/src/ffi.ts, which must match.  A worker has an
 * instance of the module of its own over the one memory, and calls agent_enter
 * before anything else.
 *
 * A channel counts the references that agents have to it, and that lie in
 * messages; the package counts.  What is in elements it alone knows.
 */
#include "api/ffi.h"
#include "os/os_npm.h"
#include "os/os_npm_mt.h"
#include "wait/hostflight.h"
#include "wait/hostlock.h"

/* ---- agents ---- */

/* NULL: there is no memory, or there are too many. */
struct hostagent *FFI(agent_new)(void) {
  INSIDE;
  struct npm_thread *t = goro__npm_thread_new();
  if (!t) return NULL;
  struct hostagent *a = goro__agent_new();
  if (!a || a->thread) /* it has been used before */
    goro__npm_thread_free(t);
  else
    a->thread = t;
  return a;
}

static GORO_NOINLINE void enter(struct hostagent *a) {
  goro__agent_enter(a);
  StoreRelaxed(&a->inside, false);
}

/* No frame: there is neither a stack nor thread-locals yet. */
void FFI(agent_enter)(struct hostagent *a) {
  StoreRelaxed(&a->inside, true);
  goro__npm_thread_enter(a->thread);
  enter(a);
}

void FFI(agent_leave)(void) {
  INSIDE;
  goro__agent_leave();
}

int FFI(agent_lost)(struct hostagent *a) {
  INSIDE;
  return goro__agent_lost(a);
}

/* It is in the middle of the runtime just now. */
int FFI(agent_inside)(struct hostagent *a) { return LoadRelaxed(&a->inside); }

/* After agent_lost: a channel from which it has received a value without having
 * been told, and that is in out.val; NULL: no more. */
struct hchan *FFI(agent_orphan)(void) {
  INSIDE;
  return goro__agent_orphan();
}

struct hostagent *FFI(agent)(void) { return getagent(); }

/* ---- sleeping ---- */

/* The word to wait on; and two that the package writes, by atomic additions:
 * async goroutines, and other reasons to give no verdict of deadlock. */
uint32_t *FFI(note)(void) { return &getagent()->dozing; }
uint32_t *FFI(counts)(void) { return &getagent()->asyncs; }

/* The value of the word while nothing has come; -1: there is work. */
int FFI(doze)(void) {
  INSIDE;
  return goro__agent_doze() ? 1 : -1;
}

void FFI(awake)(void) {
  INSIDE;
  goro__agent_awake();
}

int FFI(stuck)(void) {
  INSIDE;
  return goro__agents_stuck();
}

/* Who wakes this agent shall call goro.wake as well. */
void FFI(message)(int on) { Store(&getagent()->message, on != 0); }
void goro__host_wake(struct hostagent *a) { goro_js_wake(a); }

/* ---- channels ---- */

void FFI(chan_ref)(struct hchan *c) { Xadd(&c->refs, 1); }

/* True: that was the last one, and the channel is the caller's. */
int FFI(chan_unref)(struct hchan *c) { return Xadd(&c->refs, -1) == 0; }

void FFI(lock_ref)(struct hostlock *l) { Xadd(&l->refs, 1); }
int FFI(lock_unref)(struct hostlock *l) { return Xadd(&l->refs, -1) == 0; }

/* ---- single flights ---- */

struct hostflight *FFI(flight_new)(void) {
  INSIDE;
  return goro__hostflight();
}

void FFI(flight_ref)(struct hostflight *f) { Xadd(&f->refs, 1); }

void FFI(flight_unref)(struct hostflight *f) {
  INSIDE;
  if (Xadd(&f->refs, -1) == 0) goro__hostflight_free(f);
}

/* The call's channel; and 1 more if this begins the call. */
uintptr_t FFI(flight_join)(struct hostflight *f, struct flightkey *key,
                           uint32_t owner) {
  INSIDE;
  bool first;
  struct hchan *c = goro__hostflight_join(f, key, owner, &first);
  return (uintptr_t)c + first;
}

struct hchan *FFI(flight_find)(struct hostflight *f, struct flightkey *key) {
  INSIDE;
  return goro__hostflight_find(f, key);
}

void FFI(flight_forget)(struct hostflight *f, struct flightkey *key) {
  INSIDE;
  goro__hostflight_forget(f, key);
}

uint32_t FFI(flight_end)(struct hostflight *f, struct flightkey *key,
                         struct hchan *results) {
  INSIDE;
  return goro__hostflight_end(f, key, results);
}

void FFI(flight_over)(struct hostflight *f, struct flightkey *key,
                      struct hchan *results) {
  INSIDE;
  goro__hostflight_over(f, key, results);
}

struct hchan *FFI(flight_orphan)(struct hostflight *f, uint32_t owner) {
  INSIDE;
  return goro__hostflight_orphan(f, owner);
}

/* ---- what is in channels ---- */

/* Where the i-th element is that somebody will receive: of the buffer, or of a
 * goroutine that waits to send it; or NULL.  For a channel that only the
 * calling agent has. */
void *FFI(chan_elem)(struct hchan *c, uint32_t i) {
  if (i < c->qcount) return chanbuf(c, (c->recvx + i) % c->dataqsiz);
  struct sudog *sg = c->sendq.first;
  for (i -= c->qcount; sg && i > 0; i--) sg = sg->next;
  return sg ? sg->elem : NULL;
}
