/* ffi.c: what the npm package calls of the runtime, and what it is called for.
 *
 * The other half is bindings/src/ffi.ts, which must match.  It checks all
 * arguments and makes the errors; nothing here panics.  A goroutine of
 * JavaScript is a G without a stack (sched/hostg.h), and `slot` is the
 * package's number for what waits.
 *
 * Results are enum hostresult, or more than that says (wait/hostwait.h).
 *
 * Invariant: nothing here calls the package.  It asks for what is to be run,
 * because engines inline calls in that direction.
 *
 * In the build with threads this runs on several of them, each for its own
 * agent (sched/agent.c), and ffi_mt.c has what only that needs.
 */
#include "api/ffi.h"

#include "api/goro.h"
#include "lib/time/time.h"
#include "os/flatten.h"
#include "wait/hostlock.h"

enum { SLICE_NS = 5 * 1000 * 1000 };

/* ---- the scheduler ---- */

void FFI(boot)(void) {
  goro__schedinit();
  goro__hostg_init();
}

/* Where the package reads and writes: the calling agent's. */
struct hostout *FFI(out)(void) { return &getagent()->out; }
uint32_t *FFI(flags)(void) { return &getagent()->flags; }

void FFI(begin)(void) { goro__hostg_begin(SLICE_NS); }

/* What gp, running again, waited for came to. */
static GORO_FLATTEN_NPM int32_t result_of(struct g *gp) {
  struct hostg *h = hostg_of(gp);
  if (h->cancelled) {
    h->cancelled = false;
    return HOST_CANCELLED;
  }
  switch ((enum hostop)h->op) {
  case HOSTOP_SEND:
  case HOSTOP_RECV:
  case HOSTOP_SELECT:
  case HOSTOP_LOCK:
    return goro__host_woken(gp);
  case HOSTOP_NONE:
  case HOSTOP_SLEEP:
    break;
  }
  return 0;
}

/* The code of mp->curg is over, which may be a task of a WaitGroup's. */
static GORO_FLATTEN_NPM void ended(struct m *mp) {
  struct hostlock *wg = hostg_of(mp->curg)->wg;
  if (wg && !goro__hostlock_give(wg, 1, false))
    goro__throw("sync: negative WaitGroup counter");
  goro__hostg_stepped(mp, true);
}

/* The slot of the goroutine that is to be stepped now; hostout.result is what
 * its wait came to.  -1: the slice is over.  last: the one before has ended
 * (1), has not (0), or there was none (-1). */
GORO_FLATTEN_NPM int32_t FFI(next)(int last) {
  INSIDE;
  struct hostagent *a = getagent();
  struct m *mp = a->m;
  if (last == 1)
    ended(mp);
  else if (last == 0)
    goro__hostg_stepped(mp, false);
  a->until = goro__hostg_run();
  if (a->until != GORO_RUN_HOST) return -1;
  struct hostg *h = hostg_of(mp->curg);
  a->out.result = result_of(mp->curg);
  h->op = HOSTOP_NONE;
  return (int32_t)h->slot;
}

/* Milliseconds until the next slice: 0 if there is work left, and less than 0
 * if only a call can bring any. */
double FFI(wait)(void) {
  int64_t until = getagent()->until;
  if (until == 0) return 0;
  if (until == INT64_MAX) return -1;
  int64_t wait = until - os_nanotime();
  return wait > 0 ? (double)wait / 1e6 : 0;
}

static GORO_FLATTEN_NPM int32_t next_settled(void) {
  struct g *gp = goro__hostg_next();
  uint32_t slot = hostg_of(gp)->slot;
  getagent()->out.result = result_of(gp);
  goro__hostg_end(gp);
  return (int32_t)slot;
}

/* The slot of a call whose wait is over, with hostout.result; there is one
 * while the flags have HOST_READY. */
int32_t FFI(settled)(void) {
  INSIDE;
  return next_settled();
}

/* ---- goroutines ---- */

/* wg: the WaitGroup of which it is a task, up to its end; or NULL. */
struct g *FFI(go)(uint32_t slot, const goro_site *site, struct hostlock *wg) {
  INSIDE;
  struct g *gp = goro__hostg_go(slot, (const struct gosite *)site);
  hostg_of(gp)->wg = wg;
  if (wg) goro__hostlock_give(wg, -1, false);
  return gp;
}

/* The G that the last operation that had to wait has parked. */
struct g *FFI(parked)(void) { return getagent()->parked; }

/* Call gp's wait off.  False: it is over already, and will be told of.  True:
 * a HOST_WAIT is gone; a goroutine will be resumed with HOST_CANCELLED. */
int FFI(cancel)(struct g *gp) {
  INSIDE;
  if (readgstatus(gp) != Gwaiting || !goro__host_unqueue(gp)) return false;
  struct hostg *h = hostg_of(gp);
  if (h->kind == HOST_WAIT) {
    goro__hostg_end(gp);
    return true;
  }
  h->cancelled = true;
  goro__goready(gp);
  return true;
}

int FFI(sleep)(double ms, uint32_t slot) {
  INSIDE;
  struct g *gp = goro__hostg_waiter(slot);
  goro__hostg_park(gp, HOSTOP_SLEEP, waitReasonSleep);
  goro__sleep_set(gp, (int64_t)(ms * 1e6));
  return HOST_PARKED;
}

/* The running goroutine waits for the host, which will call ready. */
void FFI(park)(void) {
  INSIDE;
  goro__hostg_park(goro__hostg_waiter(0), HOSTOP_NONE, waitReasonAwait);
}
void FFI(ready)(struct g *gp) {
  INSIDE;
  goro__goready(gp);
}

double FFI(goid)(struct g *gp) { return (double)gp->goid; }

/* ---- traces ---- */

#if GORO_TRACE

void FFI(trace_start)(uint32_t records) {
  INSIDE;
  goro__trace_start(records, true);
}
void FFI(trace_stop)(void) { goro__trace_stop(); }

/* What bindings/src/trace.ts reads. */
_Static_assert(offsetof(struct tracering, done) == 20 &&
                   sizeof(struct tracerec) == 16 && TRACE_BATCH_MAX == 1024 &&
                   TRACE_CLOCK == 14,
               "trace");

/* The rings, and all times in this agent's. */
struct tracering *FFI(trace_rings)(void) {
  INSIDE;
  goro__trace_flush(&getagent()->m->trace);
  return goro__trace_rings();
}

#endif

/* ---- the rest ---- */

/* All goroutines, by goro_js_write. */
void FFI(dump)(void) {
  INSIDE;
  goro__dump();
}

void *FFI(alloc)(size_t size) {
  INSIDE;
  return os_alloc(size);
}

void FFI(free)(void *p) {
  INSIDE;
  os_free(p);
}

/* ---- locks ---- */

/* REASON of bindings/src/lock.ts. */
_Static_assert(waitReasonSemacquire == 7 && waitReasonSyncCondWait == 9 &&
                   waitReasonSyncMutexLock == 10 &&
                   waitReasonSyncRWMutexRLock == 11 &&
                   waitReasonSyncRWMutexLock == 12 &&
                   waitReasonSyncWaitGroupWait == 13,
               "enum waitReason");

/* The reasons are for reports: enum waitReason. */
struct hostlock *FFI(lock_new)(double size, uint32_t shared,
                               uint32_t exclusive) {
  INSIDE;
  return goro__hostlock(size, (uint8_t)shared, (uint8_t)exclusive);
}

int32_t FFI(lock_take)(struct hostlock *l, double n, int exclusive,
                       uint32_t slot) {
  INSIDE;
  return goro__hostlock_take(l, n, exclusive, true, slot);
}

int32_t FFI(lock_try)(struct hostlock *l, double n, int exclusive) {
  INSIDE;
  return goro__hostlock_take(l, n, exclusive, false, 0);
}

/* HOST_NONE: so much was not taken.  tells: the package can be told at once of
 * a wait that is over, most often of who waited for this: the result is 1 more
 * than settled's. */
GORO_FLATTEN_NPM int32_t FFI(lock_give)(struct hostlock *l, double n,
                                        int exclusive, int tells) {
  INSIDE;
  if (!goro__hostlock_give(l, n, exclusive)) return HOST_NONE;
  return tells && getagent()->ready.head ? next_settled() + 1 : 0;
}

void FFI(lock_signal)(struct hostlock *l, int all) {
  INSIDE;
  goro__hostlock_signal(l, all);
}

double FFI(lock_taken)(struct hostlock *l) { return l->taken; }

/* Nobody waits for it, as who waits refers to it. */
void FFI(lock_free)(struct hostlock *l) {
  INSIDE;
  os_free(l);
}

/* ---- channels ---- */

/* NULL: out of memory. */
struct hchan *FFI(chan)(uint32_t elemsize, uint32_t cap) {
  INSIDE;
  size_t mem = sizeof(struct hchan) + (size_t)elemsize * cap;
  void *room = os_alloc(mem); /* makechan does not come back without it */
  if (!room) return NULL;
  os_free(room);
  struct hchan *c = goro__makechan(elemsize, cap);
  c->refs = 1;
  return c;
}

/* Goroutines wait on it. */
int FFI(chan_waits)(struct hchan *c) {
  return c->recvq.first || c->sendq.first;
}

/* False: goroutines wait on it. */
int FFI(chan_free)(struct hchan *c) {
  INSIDE;
  if (c->recvq.first || c->sendq.first) return false;
  goro__chanfree(c);
  return true;
}

GORO_FLATTEN_NPM int32_t FFI(send)(struct hchan *c, uint32_t handle,
                                   uint32_t slot) {
  INSIDE;
  getagent()->out.val.handle = handle;
  return goro__host_send(c, true, slot);
}

int32_t FFI(try_send)(struct hchan *c, uint32_t handle) {
  INSIDE;
  getagent()->out.val.handle = handle;
  return goro__host_send(c, false, 0);
}

/* What the package has written to out.val. */
int32_t FFI(send_val)(struct hchan *c, uint32_t slot) {
  INSIDE;
  return goro__host_send(c, true, slot);
}

int32_t FFI(try_send_val)(struct hchan *c) {
  INSIDE;
  return goro__host_send(c, false, 0);
}

GORO_FLATTEN_NPM int32_t FFI(recv)(struct hchan *c, uint32_t slot) {
  INSIDE;
  return goro__host_recv(c, true, slot);
}

int32_t FFI(try_recv)(struct hchan *c) {
  INSIDE;
  return goro__host_recv(c, false, 0);
}

/* False: it is closed already. */
int FFI(close)(struct hchan *c) {
  INSIDE;
  return goro__chanclose(c);
}

uint32_t FFI(len)(struct hchan *c) { return (uint32_t)goro__chanlen(c); }

/* ---- select ---- */

/* Where to write the cases of the next one. */
struct scase *FFI(cases)(uint32_t n) { return goro__hostsel(n)->cases; }
union hostval *FFI(vals)(uint32_t n) { return goro__hostsel(n)->vals; }

int32_t FFI(select)(uint32_t n, int block, uint32_t slot) {
  INSIDE;
  return goro__host_select(n, block, slot);
}

/* A channel that gets a time, in ms; freed as any other. */
struct hchan *FFI(after)(double ms) {
  INSIDE;
  struct hchan *c = goro__After((int64_t)(ms * 1e6));
  c->refs = 1;
  return c;
}
