/* export.c: the functions of goro.h: check the arguments, make one call.
 *
 * Invariant: public structs and the runtime's own have the same layout (the
 * assertions below), so a pointer to one is a pointer to the other.
 */
#include <string.h>

#include "api/export.h"
#include "api/goro.h"
#include "lib/sync/sync.h"
#include "lib/time/time.h"
#include "sched/runtime2.h"
#include "wait/chan.h"
#include "wait/select.h"

SAME_SIZE(goro_site, struct gosite);
SAME_SIZE(goro_case, struct scase);
SAME_SIZE(goro_mutex, struct Mutex);
SAME_SIZE(goro_rwmutex, struct RWMutex);
SAME_SIZE(goro_waitgroup, struct WaitGroup);
SAME_SIZE(goro_once, struct Once);
_Static_assert(sizeof(goro_cond) >= sizeof(struct Cond), "goro_cond");
_Static_assert(offsetof(goro_case, order_) == offsetof(struct scase, pollorder),
               "goro_case");

#define CHAN(c) ((struct hchan *)(c))
#define MUTEX(m) ((struct Mutex *)(m))
#define RWMUTEX(rw) ((struct RWMutex *)(rw))
#define WAITGROUP(wg) ((struct WaitGroup *)(wg))
#define COND(c) ((struct Cond *)(c))
#define TIMER(t) ((struct timeTimer *)(t))

/* ---- goroutines ---- */

void goro_go_at(const goro_site *site, goro_func fn, void *arg) {
  goro__needg("goro_go");
  if (!fn) goro__fatal("go of nil func value");
  goro__newproc(fn, arg, (const struct gosite *)site);
}

void goro_go(goro_func fn, void *arg) { goro_go_at(NULL, fn, arg); }

FLAT void goro_gosched(void) { goro__Gosched(); }

void goro_goexit(void) { goro__Goexit(); }

int goro_num_goroutine(void) { return goro__gcount(); }

uint64_t goro_goid(void) {
  struct g *gp = getg();
  return gp ? gp->goid : 0;
}

void goro_set_name(const char *name) {
  struct g *gp = goro__needg("goro_set_name");
  StoreRelaxed(&gp->name, name);
  if (traceon()) goro__trace_g(TRACE_NAME, gp, (uintptr_t)name);
}

void goro_lock_os_thread(void) { goro__LockOSThread(); }

void goro_unlock_os_thread(void) { goro__UnlockOSThread(); }

static int64_t call_syscall(void *fn, void *arg) {
  ((goro_func)(uintptr_t)fn)(arg);
  return 0;
}

void goro_syscall(goro_func fn, void *arg) {
  SAFEPOINT();
  goro__entersyscall();
  goro__nounwind(call_syscall, (void *)(uintptr_t)fn, arg);
  goro__exitsyscall();
}

int goro_gomaxprocs(int n) {
  if (n > 0) goro__needg("goro_gomaxprocs");
  return goro__GOMAXPROCS(n);
}

int goro_num_cpu(const char **reason) {
  if (reason) *reason = sched.cpureason;
  return sched.ncpu;
}

size_t goro_set_max_stack(size_t bytes) {
  size_t old = goro__maxstacksize;
  if (bytes) goro__maxstacksize = (uint32_t)GORO_MIN(bytes, UINT32_MAX / 2);
  return old;
}

void goro_dump(void) {
  if (!GORO_THREADS || !goro__on_gstack()) {
    goro__dump();
    return;
  }
  goro__stopTheWorld();
  goro__dump();
  goro__startTheWorld();
}

/* ---- channels ---- */

goro_chan *goro_chan_make(size_t elemsize, size_t cap) {
  return (goro_chan *)goro__makechan(elemsize, cap);
}

void goro_chan_free(goro_chan *c) { goro__chanfree(CHAN(c)); }

FLAT void goro_chan_send(goro_chan *c, const void *elem) {
  SAFEPOINT();
  goro__chansend1(CHAN(c), elem);
}

FLAT bool goro_chan_recv(goro_chan *c, void *elem) {
  SAFEPOINT();
  return goro__chanrecv2(CHAN(c), elem);
}

bool goro_chan_try_send(goro_chan *c, const void *elem) {
  SAFEPOINT();
  return goro__selectnbsend(CHAN(c), elem);
}

bool goro_chan_try_recv(goro_chan *c, void *elem, bool *ok) {
  SAFEPOINT();
  return goro__selectnbrecv(CHAN(c), elem, ok);
}

void goro_chan_close(goro_chan *c) { goro__closechan(CHAN(c)); }

size_t goro_chan_len(goro_chan *c) { return goro__chanlen(CHAN(c)); }

size_t goro_chan_cap(goro_chan *c) { return goro__chancap(CHAN(c)); }

FLAT int goro_select(goro_case *cases, int n) {
  SAFEPOINT();
  return goro__selectgo((struct scase *)cases, n, true);
}

int goro_select_default(goro_case *cases, int n) {
  SAFEPOINT();
  return goro__selectgo((struct scase *)cases, n, false);
}

/* ---- sync ---- */

void goro_mutex_lock(goro_mutex *m) {
  SAFEPOINT();
  goro__Mutex_Lock(MUTEX(m));
}
bool goro_mutex_try_lock(goro_mutex *m) {
  return goro__Mutex_TryLock(MUTEX(m));
}
void goro_mutex_unlock(goro_mutex *m) { goro__Mutex_Unlock(MUTEX(m)); }

void goro_rwmutex_rlock(goro_rwmutex *rw) {
  SAFEPOINT();
  goro__RWMutex_RLock(RWMUTEX(rw));
}
bool goro_rwmutex_try_rlock(goro_rwmutex *rw) {
  return goro__RWMutex_TryRLock(RWMUTEX(rw));
}
void goro_rwmutex_runlock(goro_rwmutex *rw) {
  goro__RWMutex_RUnlock(RWMUTEX(rw));
}
void goro_rwmutex_lock(goro_rwmutex *rw) {
  SAFEPOINT();
  goro__RWMutex_Lock(RWMUTEX(rw));
}
bool goro_rwmutex_try_lock(goro_rwmutex *rw) {
  return goro__RWMutex_TryLock(RWMUTEX(rw));
}
void goro_rwmutex_unlock(goro_rwmutex *rw) {
  goro__RWMutex_Unlock(RWMUTEX(rw));
}

void goro_waitgroup_add(goro_waitgroup *wg, int delta) {
  goro__WaitGroup_Add(WAITGROUP(wg), delta);
}
void goro_waitgroup_done(goro_waitgroup *wg) {
  goro__WaitGroup_Done(WAITGROUP(wg));
}
FLAT void goro_waitgroup_wait(goro_waitgroup *wg) {
  SAFEPOINT();
  goro__WaitGroup_Wait(WAITGROUP(wg));
}
void goro_waitgroup_go(goro_waitgroup *wg, goro_func fn, void *arg) {
  goro__needg("goro_waitgroup_go");
  if (!fn) goro__fatal("go of nil func value");
  goro__WaitGroup_Go(WAITGROUP(wg), fn, arg, NULL);
}

void goro_once_do(goro_once *once, goro_func fn, void *arg) {
  goro__Once_Do((struct Once *)once, fn, arg);
}

void goro_cond_init(goro_cond *c, goro_mutex *m) {
  memset(c, 0, sizeof *c);
  COND(c)->L = goro__Mutex_Locker(MUTEX(m));
}
void goro_cond_wait(goro_cond *c) { goro__Cond_Wait(COND(c)); }
void goro_cond_signal(goro_cond *c) { goro__Cond_Signal(COND(c)); }
void goro_cond_broadcast(goro_cond *c) { goro__Cond_Broadcast(COND(c)); }

/* ---- time ---- */

goro_time goro_now(void) { return nanotime(); }

FLAT void goro_sleep(goro_duration d) {
  SAFEPOINT();
  goro__timeSleep(d);
}

goro_chan *goro_after(goro_duration d) {
  goro__needg("goro_after");
  return (goro_chan *)goro__After(d);
}

goro_timer *goro_timer_new(goro_duration d) {
  goro__needg("goro_timer_new");
  return (goro_timer *)goro__NewTimer(d);
}

goro_timer *goro_after_func(goro_duration d, goro_func fn, void *arg) {
  goro__needg("goro_after_func");
  if (!fn) goro__fatal("go of nil func value");
  return (goro_timer *)goro__AfterFunc(d, fn, arg, NULL);
}

goro_chan *goro_timer_chan(goro_timer *t) { return (goro_chan *)TIMER(t)->c; }

bool goro_timer_stop(goro_timer *t) { return goro__Timer_Stop(TIMER(t)); }

bool goro_timer_reset(goro_timer *t, goro_duration d) {
  return goro__Timer_Reset(TIMER(t), d);
}

void goro_timer_free(goro_timer *t) {
  if (t) goro__Timer_free(TIMER(t));
}

goro_ticker *goro_ticker_new(goro_duration d) {
  goro__needg("goro_ticker_new");
  return (goro_ticker *)goro__NewTicker(d);
}

goro_chan *goro_ticker_chan(goro_ticker *t) { return (goro_chan *)TIMER(t)->c; }

void goro_ticker_stop(goro_ticker *t) { goro__Ticker_Stop(TIMER(t)); }

void goro_ticker_reset(goro_ticker *t, goro_duration d) {
  goro__Ticker_Reset(TIMER(t), d);
}

void goro_ticker_free(goro_ticker *t) {
  if (t) goro__Timer_free(TIMER(t));
}
