/* goro.h: Go's concurrency for C, in WebAssembly.
 *
 * The whole public API.  Everything has Go's semantics; where C forces a
 * difference, the comment says so.
 *
 *     #include <goro.h>
 *     #include <stdio.h>
 *
 *     static void worker(void *arg) {
 *       int v = 42;
 *       goro_chan_send(arg, &v);
 *     }
 *     int main(void) {
 *       goro_chan *c = goro_chan_make(sizeof(int), 0);
 *       int v;
 *       GORO_GO(worker, c);
 *       goro_chan_recv(c, &v);
 *       printf("%d\n", v);
 *     }
 *
 * Build: goro cc app.c -o app.wasm (WASI) or -o app.mjs (browser, Node).
 *
 * main is the main goroutine: when it returns, the program ends without
 * waiting for the others.  Units: sizes in bytes, durations in signed
 * nanoseconds, times in nanoseconds of the monotonic clock.
 *
 * The comment of each function has these keys, in this order; one that is
 * missing means "no" or "nothing":
 *   Blocks    what the goroutine waits for (other goroutines go on)
 *   Panics    with Go's texts; a deferred call may recover it
 *   Fatal     ends the program: report on standard error, exit code 2
 *   Returns   the result
 *   Errors    what a failure of the host returns
 *   Memory    who owns what
 *   Callable  goroutine: on a goroutine, main's included;
 *             anywhere: also before main and in exit handlers
 *   Go        what it corresponds to, and where that is specified
 */
#ifndef GORO_H
#define GORO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GORO_VERSION "0.1.0"

/* A span of time in nanoseconds; may be negative. */
typedef int64_t goro_duration;
/* A moment, in nanoseconds of the monotonic clock. */
typedef int64_t goro_time;

#define GORO_NANOSECOND INT64_C(1)
#define GORO_MICROSECOND INT64_C(1000)
#define GORO_MILLISECOND INT64_C(1000000)
#define GORO_SECOND INT64_C(1000000000)
#define GORO_MINUTE (60 * GORO_SECOND)
#define GORO_HOUR (60 * GORO_MINUTE)

/* ======================================================================
 * Goroutines
 * ==================================================================== */

/* The function of a goroutine. */
typedef void (*goro_func)(void *arg);

/* Where a goroutine is started, for reports.  GORO_GO makes one. */
typedef struct goro_site {
  const char *fn;   /* the goroutine's function */
  const char *file; /* where it is started */
  int line;
  const char *caller; /* by which function */
} goro_site;

/* GORO_GO(fn, arg): start fn(arg) as a goroutine, as goro_go does, and let
 * reports say fn's name and this place. */
#define GORO_GO(fn, arg)                                                     \
  do {                                                                       \
    static const goro_site goro_site_ = {#fn, __FILE__, __LINE__, __func__}; \
    goro_go_at(&goro_site_, (fn), (arg));                                    \
  } while (0)

/* Start fn(arg) as a goroutine.  It runs when the scheduler gets to it; what
 * fn returns is dropped.
 *   Fatal    "go of nil func value" if fn is NULL; out of memory
 *   Memory   arg is passed on as it is: the goroutine must own what it needs
 *   Callable goroutine
 *   Go       go fn(arg); runtime/proc.go newproc */
void goro_go(goro_func fn, void *arg);

/* The same, with the place that reports name.
 *   Fatal    as goro_go
 *   Memory   *site must stay valid for as long as the goroutine lives
 *   Callable goroutine
 *   Go       go fn(arg); runtime/proc.go newproc */
void goro_go_at(const goro_site *site, goro_func fn, void *arg);

/* Let other goroutines run; this one is queued behind them.
 *   Blocks   until it is its turn again
 *   Fatal    outside a goroutine
 *   Callable goroutine
 *   Go       runtime.Gosched */
void goro_gosched(void);

/* End this goroutine, after its deferred calls.  On the main goroutine the
 * others go on, and when all have ended the program is dead:
 * "no goroutines (main called runtime.Goexit) - deadlock!".
 *   Fatal    outside a goroutine
 *   Callable goroutine; does not return
 *   Go       runtime.Goexit */
void goro_goexit(void);

/* How many goroutines there are.
 *   Returns  the number, the caller included
 *   Callable anywhere
 *   Go       runtime.NumGoroutine */
int goro_num_goroutine(void);

/* The number of this goroutine.
 *   Returns  1 for main, then counting up, never reused; 0 outside
 *   Callable anywhere
 *   Go       none; the number in Go's goroutine dumps */
uint64_t goro_goid(void);

/* Give this goroutine a name for reports; NULL takes it away.
 *   Fatal    outside a goroutine
 *   Memory   name must stay valid for as long as the goroutine lives
 *   Callable goroutine
 *   Go       none; runtime/pprof labels serve the purpose */
void goro_set_name(const char *name);

/* Set how many goroutines can run at the same time; n < 1 only asks.  To
 * change it stops all other goroutines for a moment.
 *   Blocks   until every running goroutine has called the runtime, if n
 *            changes the setting
 *   Fatal    outside a goroutine, if n > 0
 *   Returns  the setting before the call: at first goro_num_cpu, or
 *            GORO_MAXPROCS from the environment; always 1 where memory is not
 *            shared, and never more than 256
 *   Callable goroutine
 *   Go       runtime.GOMAXPROCS */
int goro_gomaxprocs(int n);

/* Keep this goroutine on the host thread that it runs on, and all others off
 * that thread, until as many calls of goro_unlock_os_thread or its end.
 *   Fatal    outside a goroutine
 *   Callable goroutine
 *   Go       runtime.LockOSThread */
void goro_lock_os_thread(void);

/* Undo one goro_lock_os_thread; nothing to undo is no error.
 *   Fatal    outside a goroutine
 *   Callable goroutine
 *   Go       runtime.UnlockOSThread */
void goro_unlock_os_thread(void);

/* Call fn(arg), which may block in the host: other goroutines go on, on
 * another thread if there can be one.  fn must call nothing of goro.h.
 *   Blocks   until fn returns and a thread is free for this goroutine
 *   Fatal    outside a goroutine; if fn suspends
 *   Callable goroutine
 *   Go       none; runtime.entersyscall and exitsyscall, around every system
 *            call */
void goro_syscall(goro_func fn, void *arg);

/* How many goroutines the host could run at the same time.
 *   Returns  the number; *reason, if not NULL, gets a text that says why
 *   Callable goroutine
 *   Go       runtime.NumCPU */
int goro_num_cpu(const char **reason);

/* Set how large the C stack of one goroutine may get, all in all.
 *
 * The same calls also take stack of the engine's own.  If that ends first, the
 * engine reports it, wasmtime without naming the goroutine.  It does not if it
 * is twice the limit.  The largest limits, and how to raise the engine's:
 *     wasmtime   256 KiB   -W max-wasm-stack=BYTES (512 KiB without it)
 *     Node       480 KiB   --stack-size=KIB (984 without it), below ulimit -s
 *     Chromium   480 KiB   cannot be raised
 *   Returns  the limit before the call, in bytes; 0 leaves it (default
 *            262144, or GORO_STACK_MAX from the environment)
 *   Callable anywhere
 *   Go       runtime/debug.SetMaxStack */
size_t goro_set_max_stack(size_t bytes);

/* Write all goroutines, with their states, to standard error.
 *   Blocks   until every running goroutine has called the runtime
 *   Callable anywhere
 *   Go       runtime.Stack(buf, true) */
void goro_dump(void);

/* ======================================================================
 * Channels
 * ==================================================================== */

/* A channel of elements of one size.  NULL is Go's nil channel. */
typedef struct goro_chan goro_chan;

/* Make a channel for elements of elemsize bytes that buffers cap of them.
 *   Panics   "makechan: size out of range"
 *   Fatal    out of memory
 *   Memory   free it with goro_chan_free
 *   Callable goroutine
 *   Go       make(chan T, cap); runtime/chan.go makechan */
goro_chan *goro_chan_make(size_t elemsize, size_t cap);

/* Free c; NULL does nothing.  For a channel from goro_after, stops and frees
 * its timer too.
 *   Fatal    "free of a channel that goroutines wait on"; c is the channel of
 *            a timer or ticker that goro_timer_free or goro_ticker_free frees,
 *            or of a context, that goro_context_release frees
 *   Memory   nobody may use c any more
 *   Callable goroutine
 *   Go       none: Go has a garbage collector */
void goro_chan_free(goro_chan *c);

/* Send *elem on c.
 *   Blocks   until a receiver or buffer space; for ever if c is NULL
 *   Panics   "send on closed channel"
 *   Fatal    if it has to block outside a goroutine
 *   Memory   elemsize bytes are copied before it returns
 *   Callable goroutine
 *   Go       c <- v; runtime/chan.go chansend1 */
void goro_chan_send(goro_chan *c, const void *elem);

/* Receive from c into *elem; elem NULL drops the value.
 *   Blocks   until a sender, a buffered value or the close; for ever if c is
 *            NULL
 *   Fatal    if it has to block outside a goroutine
 *   Returns  true with a value; false if c is closed and drained, with *elem
 *            zeroed
 *   Callable goroutine
 *   Go       v, ok := <-c; runtime/chan.go chanrecv2 */
bool goro_chan_recv(goro_chan *c, void *elem);

/* Send *elem on c if that is possible without blocking.
 *   Panics   "send on closed channel"
 *   Returns  true if it was sent; false if it would block, or c is NULL
 *   Callable goroutine
 *   Go       select { case c <- v: default: }; selectnbsend */
bool goro_chan_try_send(goro_chan *c, const void *elem);

/* Receive from c into *elem if that is possible without blocking.
 *   Returns  true if it received, with *ok as goro_chan_recv's result (ok may
 *            be NULL); false if it would block, or c is NULL
 *   Callable goroutine
 *   Go       select { case v, ok = <-c: default: }; selectnbrecv */
bool goro_chan_try_recv(goro_chan *c, void *elem, bool *ok);

/* Close c: no more sends; receivers get what is buffered, and then zeroes.
 *   Panics   "close of nil channel", "close of closed channel"
 *   Callable goroutine
 *   Go       close(c); runtime/chan.go closechan */
void goro_chan_close(goro_chan *c);

/* How many values c has buffered.
 *   Returns  the number; 0 for NULL
 *   Callable anywhere
 *   Go       len(c) */
size_t goro_chan_len(goro_chan *c);

/* How many values c can buffer.
 *   Returns  the number; 0 for NULL
 *   Callable anywhere
 *   Go       cap(c) */
size_t goro_chan_cap(goro_chan *c);

/* Of the functions of GORO_CHAN_OF a program need not call all. */
#define GORO_UNUSED_OK_ __attribute__((unused))

/* GORO_CHAN_OF(T, name): a channel type of its own for elements of type T,
 * with Go's directions checked by the compiler:
 *   name            chan T       name_make(cap), name_free, name_close
 *   name_sender     chan<- T     name_send_only(ch), name_send(tx, v)
 *   name_receiver   <-chan T     name_recv_only(ch), name_recv(rx, &v)
 * Each holds the goro_chan in its field c. */
#define GORO_CHAN_OF(T, name)                                                \
  typedef struct name {                                                      \
    goro_chan *c;                                                            \
  } name;                                                                    \
  typedef struct name##_sender {                                             \
    goro_chan *c;                                                            \
  } name##_sender;                                                           \
  typedef struct name##_receiver {                                           \
    goro_chan *c;                                                            \
  } name##_receiver;                                                         \
  GORO_UNUSED_OK_ static inline name name##_make(size_t cap) {               \
    name ch_ = {goro_chan_make(sizeof(T), cap)};                             \
    return ch_;                                                              \
  }                                                                          \
  GORO_UNUSED_OK_ static inline void name##_free(name ch) {                  \
    goro_chan_free(ch.c);                                                    \
  }                                                                          \
  GORO_UNUSED_OK_ static inline void name##_close(name##_sender tx) {        \
    goro_chan_close(tx.c);                                                   \
  }                                                                          \
  GORO_UNUSED_OK_ static inline name##_sender name##_send_only(name ch) {    \
    name##_sender tx_ = {ch.c};                                              \
    return tx_;                                                              \
  }                                                                          \
  GORO_UNUSED_OK_ static inline name##_receiver name##_recv_only(name ch) {  \
    name##_receiver rx_ = {ch.c};                                            \
    return rx_;                                                              \
  }                                                                          \
  GORO_UNUSED_OK_ static inline void name##_send(name##_sender tx, T v) {    \
    goro_chan_send(tx.c, &v);                                                \
  }                                                                          \
  GORO_UNUSED_OK_ static inline bool name##_recv(name##_receiver rx, T *v) { \
    return goro_chan_recv(rx.c, v);                                          \
  }

/* ======================================================================
 * select
 * ==================================================================== */

/* One case of a select.  Make it with GORO_SEND or GORO_RECV. */
typedef struct goro_case {
  goro_chan *c; /* NULL: this case is never chosen */
  void *elem;   /* what to send; where to receive, or NULL */
  bool send;
  bool ok;            /* out: a receive got a value, and not the close */
  uint16_t order_[2]; /* the runtime's own */
} goro_case;

#ifdef __cplusplus
#define GORO_SEND(c, elem) (goro_case{(c), (void *)(elem), true, false, {}})
#define GORO_RECV(c, elem) (goro_case{(c), (elem), false, false, {}})
#else
#define GORO_SEND(c, elem) ((goro_case){(c), (void *)(elem), true, false, {0}})
#define GORO_RECV(c, elem) ((goro_case){(c), (elem), false, false, {0}})
#endif

/* Wait until one of n cases can go on, and do it.  Of several that are ready
 * each is as likely as the others.
 *   Blocks   until a case is ready; for ever if there is none with a channel
 *   Panics   "send on closed channel"; n negative or above 65536
 *   Fatal    if it has to block outside a goroutine
 *   Returns  the index of the case; for a receive, its ok is set
 *   Memory   the cases' elements as goro_chan_send and goro_chan_recv do
 *   Callable goroutine
 *   Go       select without default; runtime/select.go selectgo */
int goro_select(goro_case *cases, int n);

/* The same without blocking.
 *   Panics   as goro_select
 *   Returns  the index, or -1 if no case is ready
 *   Callable goroutine
 *   Go       select with default; runtime/select.go selectgo */
int goro_select_default(goro_case *cases, int n);

/* ======================================================================
 * defer, panic, recover
 * ==================================================================== */

/* Call fn(arg) as a frame of its own: what it defers runs when it ends, and a
 * panic recovered by one of these deferred calls ends it normally.
 *   Fatal    outside a goroutine
 *   Returns  true if fn returned, false if it panicked and was recovered
 *   Callable goroutine
 *   Go       a call of a function that has defer statements */
bool goro_call(goro_func fn, void *arg);

/* Run fn(arg) when the current frame ends: the innermost goro_call, deferred
 * call or goroutine function.  The last deferred runs first; also on a panic
 * and on goro_goexit.  goro_scope.h has deferred calls for blocks.
 *   Fatal    outside a goroutine; out of memory
 *   Memory   arg is kept as it is
 *   Callable goroutine
 *   Go       defer fn(arg); if fn is NULL the call panics, not the defer */
void goro_defer(goro_func fn, void *arg);

/* Panic with the text msg.
 *   Panics   always: "panic: " and msg, exit code 2, unless recovered; msg NULL
 *            is "panic called with nil argument"
 *   Fatal    outside a goroutine
 *   Memory   msg is copied
 *   Callable goroutine; does not return
 *   Go       panic(msg); runtime/panic.go gopanic, PanicNilError */
void goro_panic(const char *msg);

/* Panic with a text, and a value for goro_recover_value.
 *   Panics   as goro_panic
 *   Fatal    outside a goroutine
 *   Memory   msg is copied; value is kept as it is
 *   Callable goroutine; does not return
 *   Go       panic(value) */
void goro_panic_value(const char *msg, void *value);

/* In a deferred call: stop the panic that runs it.  The frame that deferred
 * the call then returns normally.  Differs from Go in that a plain function
 * that the deferred call calls may do it as well; GORO_DEFERRED in goro_scope.h
 * makes functions with Go's rule.
 *   Returns  the panic's text; NULL if there is no panic to recover
 *   Memory   valid until the goroutine panics again or ends
 *   Callable goroutine
 *   Go       recover() */
const char *goro_recover(void);

/* The same, and the value.
 *   Returns  as goro_recover; *value, if it is not NULL, gets the value
 *   Memory   as goro_recover
 *   Callable goroutine
 *   Go       recover() */
const char *goro_recover_value(void **value);

/* What a panic was. */
typedef struct goro_panic_info {
  const char *msg;    /* its text, valid as goro_recover's result */
  void *value;        /* of goro_panic_value, else NULL */
  bool runtime_error; /* one of the runtime's own: Go's runtime.Error */
} goro_panic_info;

/* The same, and all that is known.
 *   Returns  whether there was a panic to recover; then *info is set
 *   Memory   as goro_recover
 *   Callable goroutine
 *   Go       recover() */
bool goro_recover_info(goro_panic_info *info);

/* Call fn(arg) as a frame of its own, and recover its panic.
 *   Fatal    outside a goroutine
 *   Returns  true if fn returned; false if it panicked: then *info is set,
 *            unless info is NULL
 *   Memory   as goro_recover
 *   Callable goroutine
 *   Go       a call of a function that defers func() { recover() } */
bool goro_try(goro_func fn, void *arg, goro_panic_info *info);

/* ======================================================================
 * Errors of the runtime: what Go's compiler checks, and a C program asks for
 * ==================================================================== */

/* Panic as Go's runtime does for an error in the program.
 *   Panics   always: "panic: runtime error: " and msg
 *   Fatal    outside a goroutine
 *   Memory   msg is copied
 *   Callable goroutine; does not return
 *   Go       runtime.Error */
void goro_runtime_error(const char *msg);

/* Check an index.
 *   Panics   "runtime error: index out of range [5] with length 3", "runtime
 *            error: index out of range [-1]"
 *   Returns  i
 *   Callable goroutine
 *   Go       a[i]; runtime/panic.go goPanicIndex */
int64_t goro_index(int64_t i, int64_t len);

/* Check the bounds of a slice.
 *   Panics   "runtime error: slice bounds out of range [:5] with capacity 3",
 *            "runtime error: slice bounds out of range [2:1]"; for negative
 *            bounds "[:-2]" and "[-2:]"
 *   Callable goroutine
 *   Go       a[lo:hi]; runtime/panic.go goPanicSliceAcap, goPanicSliceB */
void goro_slice(int64_t lo, int64_t hi, int64_t cap);

/* Divide.
 *   Panics   "runtime error: integer divide by zero"
 *   Returns  the quotient, rounded to zero; INT64_MIN for INT64_MIN / -1
 *   Callable goroutine
 *   Go       a / b; runtime/panic.go panicdivide */
int64_t goro_div(int64_t a, int64_t b);

/* The rest of the division.
 *   Panics   "runtime error: integer divide by zero"
 *   Returns  a - goro_div(a, b) * b
 *   Callable goroutine
 *   Go       a % b; runtime/panic.go panicdivide */
int64_t goro_mod(int64_t a, int64_t b);

/* Check a pointer.
 *   Panics   "runtime error: invalid memory address or nil pointer
 *            dereference" if p is NULL
 *   Returns  p
 *   Callable goroutine
 *   Go       *p; runtime/panic.go panicmem */
void *goro_nonnil(const void *p);

/* Panic as a write into a nil map does.
 *   Panics   always: "assignment to entry in nil map"
 *   Fatal    outside a goroutine
 *   Callable goroutine; does not return
 *   Go       m[k] = v; internal/runtime/maps errNilAssign */
void goro_nil_map(void);

/* ======================================================================
 * sync.  The zero value of each type is ready for use; none may be copied
 * after its first use, nor freed during a call on it.
 * ==================================================================== */

/* Mutual exclusion; belongs to no goroutine in particular. */
typedef struct goro_mutex {
  int32_t state_;
  uint32_t sema_;
} goro_mutex;

/* Lock m.
 *   Blocks   until m is free; first come first served after 1 ms of waiting
 *   Fatal    if it has to block outside a goroutine
 *   Callable goroutine
 *   Go       sync.Mutex.Lock */
void goro_mutex_lock(goro_mutex *m);

/* Lock m if it is free.
 *   Returns  true if it is locked now
 *   Callable goroutine
 *   Go       sync.Mutex.TryLock */
bool goro_mutex_try_lock(goro_mutex *m);

/* Unlock m.
 *   Fatal    "sync: unlock of unlocked mutex"
 *   Callable goroutine
 *   Go       sync.Mutex.Unlock */
void goro_mutex_unlock(goro_mutex *m);

/* A lock for one writer or many readers. */
typedef struct goro_rwmutex {
  goro_mutex w_;
  uint32_t writer_sem_;
  uint32_t reader_sem_;
  int32_t reader_count_;
  int32_t reader_wait_;
} goro_rwmutex;

/* Lock rw for reading.
 *   Blocks   until no writer holds it or waits for it
 *   Fatal    if it has to block outside a goroutine
 *   Callable goroutine
 *   Go       sync.RWMutex.RLock */
void goro_rwmutex_rlock(goro_rwmutex *rw);

/* Lock rw for reading if that is possible at once.
 *   Returns  true if it is locked now
 *   Callable goroutine
 *   Go       sync.RWMutex.TryRLock */
bool goro_rwmutex_try_rlock(goro_rwmutex *rw);

/* Undo one goro_rwmutex_rlock.
 *   Fatal    "sync: RUnlock of unlocked RWMutex"
 *   Callable goroutine
 *   Go       sync.RWMutex.RUnlock */
void goro_rwmutex_runlock(goro_rwmutex *rw);

/* Lock rw for writing.
 *   Blocks   until nobody holds it; readers that come later wait behind
 *   Fatal    if it has to block outside a goroutine
 *   Callable goroutine
 *   Go       sync.RWMutex.Lock */
void goro_rwmutex_lock(goro_rwmutex *rw);

/* Lock rw for writing if that is possible at once.
 *   Returns  true if it is locked now
 *   Callable goroutine
 *   Go       sync.RWMutex.TryLock */
bool goro_rwmutex_try_lock(goro_rwmutex *rw);

/* Unlock rw after writing.
 *   Fatal    "sync: Unlock of unlocked RWMutex"
 *   Callable goroutine
 *   Go       sync.RWMutex.Unlock */
void goro_rwmutex_unlock(goro_rwmutex *rw);

/* Waits for a number of goroutines to finish. */
typedef struct goro_waitgroup {
  uint64_t state_;
  uint32_t sema_;
} goro_waitgroup;

/* Add delta, which may be negative, to the count; at 0 the waiters go on.
 *   Panics   "sync: negative WaitGroup counter", "sync: WaitGroup misuse: Add
 *            called concurrently with Wait"
 *   Callable goroutine
 *   Go       sync.WaitGroup.Add */
void goro_waitgroup_add(goro_waitgroup *wg, int delta);

/* Take one from the count.
 *   Panics   "sync: negative WaitGroup counter"
 *   Callable goroutine
 *   Go       sync.WaitGroup.Done */
void goro_waitgroup_done(goro_waitgroup *wg);

/* Wait for the count to be 0.
 *   Blocks   until then
 *   Panics   "sync: WaitGroup is reused before previous Wait has returned"
 *   Fatal    if it has to block outside a goroutine
 *   Callable goroutine
 *   Go       sync.WaitGroup.Wait */
void goro_waitgroup_wait(goro_waitgroup *wg);

/* Start fn(arg) as a goroutine and count it until it ends.
 *   Fatal    as goro_go
 *   Memory   as goro_go
 *   Callable goroutine
 *   Go       sync.WaitGroup.Go */
void goro_waitgroup_go(goro_waitgroup *wg, goro_func fn, void *arg);

/* Does something once. */
typedef struct goro_once {
  uint32_t done_;
  goro_mutex m_;
} goro_once;

/* Call fn(arg) if this is the first call on once.  A panic counts as done.
 *   Blocks   until the first call is over
 *   Fatal    if it has to block outside a goroutine
 *   Callable goroutine
 *   Go       sync.Once.Do */
void goro_once_do(goro_once *once, goro_func fn, void *arg);

/* A function that is called once, whoever asks: sync.OnceFunc's result. */
typedef struct goro_once_func goro_once_func;

/* Make a function of fn(arg) that calls it once.
 *   Fatal    out of memory
 *   Returns  the function, for goro_once_func_call
 *   Memory   free it with goro_once_func_free
 *   Callable anywhere
 *   Go       sync.OnceFunc(f) */
goro_once_func *goro_once_func_new(goro_func fn, void *arg);

/* Call fn(arg) if this is the first call of f.
 *   Blocks   until the first call is over
 *   Panics   as fn did, in every call; if fn ended by goro_goexit, "panic
 *            called with nil argument"
 *   Fatal    outside a goroutine
 *   Callable goroutine
 *   Go       f() */
void goro_once_func_call(goro_once_func *f);

/* Free f; NULL does nothing.
 *   Memory   no call of f is under way
 *   Callable anywhere
 *   Go       none: Go has a garbage collector */
void goro_once_func_free(goro_once_func *f);

/* A value that is computed once, when it is asked for. */
typedef struct goro_once_value goro_once_value;

/* Make a value that fn(arg) computes.
 *   Fatal    out of memory
 *   Returns  the value, for goro_once_value_get
 *   Memory   free it with goro_once_value_free
 *   Callable anywhere
 *   Go       sync.OnceValue(f) */
goro_once_value *goro_once_value_new(void *(*fn)(void *arg), void *arg);

/* The value; the first call has fn(arg) compute it.
 *   Blocks   until the first call is over
 *   Panics   as goro_once_func_call
 *   Fatal    outside a goroutine
 *   Returns  what fn returned
 *   Callable goroutine
 *   Go       f() */
void *goro_once_value_get(goro_once_value *v);

/* Free v; NULL does nothing.
 *   Memory   no call on v is under way; what fn returned is the program's
 *   Callable anywhere
 *   Go       none: Go has a garbage collector */
void goro_once_value_free(goro_once_value *v);

/* Several values, or one of any size, that are computed once. */
typedef struct goro_once_values goro_once_values;

/* Make values of size bytes that fn(arg, result) writes to *result.
 *   Fatal    out of memory
 *   Returns  the values, for goro_once_values_get
 *   Memory   free them with goro_once_values_free; *result, zero when fn gets
 *            it, is a part of them and aligned for any type
 *   Callable anywhere
 *   Go       sync.OnceValues(f) */
goro_once_values *goro_once_values_new(void (*fn)(void *arg, void *result),
                                       void *arg, size_t size);

/* The values; the first call has fn(arg, result) compute them.
 *   Blocks   until the first call is over
 *   Panics   as goro_once_func_call
 *   Fatal    outside a goroutine
 *   Returns  where fn wrote them
 *   Memory   valid until goro_once_values_free
 *   Callable goroutine
 *   Go       f() */
const void *goro_once_values_get(goro_once_values *v);

/* Free v; NULL does nothing.
 *   Memory   no call on v is under way
 *   Callable anywhere
 *   Go       none: Go has a garbage collector */
void goro_once_values_free(goro_once_values *v);

/* Items that are free for reuse, any of which serves. */
typedef struct goro_pool goro_pool;

/* Make a pool.  fn(arg) makes a new item when there is none; without it (NULL)
 * goro_pool_get returns NULL then.  drop(arg, item) gets each item that the
 * pool gives up; it may be NULL.
 *   Fatal    out of memory
 *   Returns  the pool
 *   Memory   free it with goro_pool_free
 *   Callable anywhere
 *   Go       sync.Pool{New: fn} */
goro_pool *goro_pool_new(void *(*fn)(void *arg),
                         void (*drop)(void *arg, void *item), void *arg);

/* Take any item out of p, or make one.
 *   Panics   as fn does
 *   Fatal    outside a goroutine
 *   Returns  the item, not NULL unless fn is or returned that
 *   Memory   it is the caller's
 *   Callable goroutine
 *   Go       sync.Pool.Get */
void *goro_pool_get(goro_pool *p);

/* Give item to p; NULL does nothing.  Differs from Go in that p keeps it until
 * goro_pool_get, goro_pool_age or goro_pool_free.
 *   Fatal    outside a goroutine; out of memory
 *   Memory   item is the pool's
 *   Callable goroutine
 *   Go       sync.Pool.Put */
void goro_pool_put(goro_pool *p, void *item);

/* Drop the items of p that were there at the call before and have not been used
 * since.  A program calls it when it wants memory back, or now and then.
 *   Panics   as drop does
 *   Fatal    outside a goroutine
 *   Callable goroutine
 *   Go       what a garbage collection does to a sync.Pool */
void goro_pool_age(goro_pool *p);

/* Drop all items of p, and free it; NULL does nothing.
 *   Panics   as drop does; p is not freed then
 *   Fatal    outside a goroutine
 *   Memory   nobody may use p any more
 *   Callable goroutine
 *   Go       none: Go has a garbage collector */
void goro_pool_free(goro_pool *p);

/* A map for many goroutines.  Keys are passed by their addresses and copied;
 * values are pointers that stay the program's: the map frees none, and what
 * goro_map_load returned another goroutine may take out of it and free. */
typedef struct goro_map goro_map;

/* What the keys of a map are.  hash and equal are given both or not at all;
 * then keys are equal if all their bytes are, padding too.  They may be called
 * at any time by any goroutine, and must not suspend: no call of goro.h that
 * blocks. */
typedef struct goro_map_type {
  size_t size; /* bytes of a key; 0: a string with its final 0 */
  uint64_t (*hash)(const void *key, uint64_t seed);
  bool (*equal)(const void *a, const void *b);
} goro_map_type;

extern const goro_map_type goro_map_uint64;  /* key: const uint64_t * */
extern const goro_map_type goro_map_pointer; /* key: the pointer's address */
extern const goro_map_type goro_map_string;  /* key: const char * */

/* Make a map with keys of this type.
 *   Fatal    outside a goroutine; out of memory
 *   Returns  the map
 *   Memory   free it with goro_map_free; *type must stay valid
 *   Callable goroutine
 *   Go       new(sync.Map) */
goro_map *goro_map_new(const goro_map_type *type);

/* Free m and its keys; NULL does nothing.
 *   Memory   the values are the program's; nobody may use m any more
 *   Callable goroutine
 *   Go       none: Go has a garbage collector */
void goro_map_free(goro_map *m);

/* The value of a key.
 *   Fatal    if hash or equal suspends: "switch: unwind where it is not
 *            possible"; so in all functions of maps
 *   Returns  true if the key is there, and *value, if not NULL, gets its value
 *            (NULL otherwise)
 *   Callable goroutine
 *   Go       sync.Map.Load */
bool goro_map_load(goro_map *m, const void *key, void **value);

/* Let key have value.
 *   Fatal    out of memory
 *   Memory   the value of before is lost: goro_map_swap returns it
 *   Callable goroutine
 *   Go       sync.Map.Store */
void goro_map_store(goro_map *m, const void *key, void *value);

/* Let key have value if it is not there.
 *   Fatal    out of memory
 *   Returns  true if it was there; *actual, if not NULL, gets the value that it
 *            has now
 *   Callable goroutine
 *   Go       sync.Map.LoadOrStore */
bool goro_map_load_or_store(goro_map *m, const void *key, void *value,
                            void **actual);

/* Take out a key.
 *   Returns  true if it was there; *value, if not NULL, gets the value it had
 *            (NULL otherwise)
 *   Callable goroutine
 *   Go       sync.Map.LoadAndDelete */
bool goro_map_load_and_delete(goro_map *m, const void *key, void **value);

/* Take out a key.
 *   Memory   its value is lost: goro_map_load_and_delete returns it
 *   Callable goroutine
 *   Go       sync.Map.Delete */
void goro_map_delete(goro_map *m, const void *key);

/* Let key have value.
 *   Fatal    out of memory
 *   Returns  true if it was there; *previous, if not NULL, gets the value that
 *            it had (NULL otherwise)
 *   Callable goroutine
 *   Go       sync.Map.Swap */
bool goro_map_swap(goro_map *m, const void *key, void *value, void **previous);

/* Let key have value if it has old.
 *   Returns  true if it did: the same pointer, of a key that is there
 *   Callable goroutine
 *   Go       sync.Map.CompareAndSwap */
bool goro_map_compare_and_swap(goro_map *m, const void *key, void *old,
                               void *value);

/* Take out key if it has the value old.
 *   Returns  true if it did: the same pointer, of a key that is there
 *   Callable goroutine
 *   Go       sync.Map.CompareAndDelete */
bool goro_map_compare_and_delete(goro_map *m, const void *key, void *old);

/* Call f(arg, key, value) for the keys of m, until it returns false.  f may do
 * anything, to m as well.  A key that is there all the time is seen once; one
 * that is added or taken out meanwhile, once or not at all.  What f defers runs
 * when this returns.
 *   Panics   as f does
 *   Fatal    outside a goroutine; out of memory
 *   Memory   *key is valid during the call of f
 *   Callable goroutine
 *   Go       sync.Map.Range */
void goro_map_range(goro_map *m,
                    bool (*f)(void *arg, const void *key, void *value),
                    void *arg);

/* Take out all keys.
 *   Memory   their values are lost
 *   Callable goroutine
 *   Go       sync.Map.Clear */
void goro_map_clear(goro_map *m);

/* Waiting for an event, with a lock. */
typedef struct goro_cond {
  void *opaque_[12];
} goro_cond;

/* Prepare c for use with the lock m.
 *   Memory   m must stay valid for as long as c is used
 *   Callable anywhere
 *   Go       sync.NewCond(&m) */
void goro_cond_init(goro_cond *c, goro_mutex *m);

/* Unlock the lock, wait to be woken, lock it again.
 *   Blocks   until goro_cond_signal or goro_cond_broadcast
 *   Panics   "sync.Cond is copied"
 *   Fatal    outside a goroutine
 *   Callable goroutine, with the lock held
 *   Go       sync.Cond.Wait */
void goro_cond_wait(goro_cond *c);

/* Wake the goroutine that has waited longest, if there is one.
 *   Panics   "sync.Cond is copied"
 *   Callable goroutine
 *   Go       sync.Cond.Signal */
void goro_cond_signal(goro_cond *c);

/* Wake all that wait.
 *   Panics   "sync.Cond is copied"
 *   Callable goroutine
 *   Go       sync.Cond.Broadcast */
void goro_cond_broadcast(goro_cond *c);

/* ======================================================================
 * sync/atomic
 * ==================================================================== */

/* Go's atomic operations, all sequentially consistent, on a variable that
 * every goroutine reaches by these alone.  For each NAME of int32, uint32,
 * int64, uint64, uintptr, with the type T of C:
 *   T    goro_atomic_load_NAME(const T *addr)
 *   void goro_atomic_store_NAME(T *addr, T val)
 *   T    goro_atomic_swap_NAME(T *addr, T val)         returns the old value
 *   bool goro_atomic_compare_and_swap_NAME(T *addr, T old, T val)
 *                                                      true if it swapped
 *   T    goro_atomic_add_NAME(T *addr, T delta)        returns the new value
 *   T    goro_atomic_and_NAME(T *addr, T mask)         returns the old value
 *   T    goro_atomic_or_NAME(T *addr, T mask)          returns the old value
 * and the first four for pointer, where T is void *.  Sums wrap around.
 *
 * They are callable anywhere, never block, and let no other goroutine run: a
 * loop that waits for a change calls goro_gosched. */
#define GORO_ATOMIC_POINTER_(T, name)                                       \
  GORO_UNUSED_OK_ static inline T goro_atomic_load_##name(T const *addr) {  \
    return __atomic_load_n(addr, __ATOMIC_SEQ_CST);                         \
  }                                                                         \
  GORO_UNUSED_OK_ static inline void goro_atomic_store_##name(T *addr,      \
                                                              T val) {      \
    __atomic_store_n(addr, val, __ATOMIC_SEQ_CST);                          \
  }                                                                         \
  GORO_UNUSED_OK_ static inline T goro_atomic_swap_##name(T *addr, T val) { \
    return __atomic_exchange_n(addr, val, __ATOMIC_SEQ_CST);                \
  }                                                                         \
  GORO_UNUSED_OK_ static inline bool goro_atomic_compare_and_swap_##name(   \
      T *addr, T old, T val) {                                              \
    return __atomic_compare_exchange_n(addr, &old, val, false,              \
                                       __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); \
  }
#define GORO_ATOMIC_(T, name)                                                \
  GORO_ATOMIC_POINTER_(T, name)                                              \
  GORO_UNUSED_OK_ static inline T goro_atomic_add_##name(T *addr, T delta) { \
    return __atomic_add_fetch(addr, delta, __ATOMIC_SEQ_CST);                \
  }                                                                          \
  GORO_UNUSED_OK_ static inline T goro_atomic_and_##name(T *addr, T mask) {  \
    return __atomic_fetch_and(addr, mask, __ATOMIC_SEQ_CST);                 \
  }                                                                          \
  GORO_UNUSED_OK_ static inline T goro_atomic_or_##name(T *addr, T mask) {   \
    return __atomic_fetch_or(addr, mask, __ATOMIC_SEQ_CST);                  \
  }
GORO_ATOMIC_(int32_t, int32)
GORO_ATOMIC_(uint32_t, uint32)
GORO_ATOMIC_(int64_t, int64)
GORO_ATOMIC_(uint64_t, uint64)
GORO_ATOMIC_(uintptr_t, uintptr)
GORO_ATOMIC_POINTER_(void *, pointer)

/* A pointer with a type: Go's any.  The type is an address that stands for it,
 * like that of a static variable; NULL for Go's nil. */
typedef struct goro_any {
  const void *type;
  void *data;
} goro_any;

#ifdef __cplusplus
#define GORO_ANY(type, data) (goro_any{(type), (data)})
#else
#define GORO_ANY(type, data) ((goro_any){(type), (data)})
#endif

/* A variable for pointers of one type, read and written at once.  The zero
 * value is empty; it may not be copied after its first use. */
typedef struct goro_value {
  const void *type_;
  void *data_;
} goro_value;

/* What v holds.
 *   Returns  the last value stored; its type is NULL if there is none
 *   Callable goroutine
 *   Go       atomic.Value.Load */
goro_any goro_value_load(goro_value *v);

/* Let v hold val.
 *   Panics   "sync/atomic: store of nil value into Value", "sync/atomic: store
 *            of inconsistently typed value into Value"
 *   Memory   val.data is kept as it is
 *   Callable goroutine
 *   Go       atomic.Value.Store */
void goro_value_store(goro_value *v, goro_any val);

/* Let v hold val.
 *   Panics   "sync/atomic: swap of nil value into Value", "sync/atomic: swap of
 *            inconsistently typed value into Value"
 *   Returns  what it held before; its type is NULL if there was nothing
 *   Memory   val.data is kept as it is
 *   Callable goroutine
 *   Go       atomic.Value.Swap */
goro_any goro_value_swap(goro_value *v, goro_any val);

/* Let v hold val if it holds old: the same pointer, or nothing if old.type is
 * NULL.
 *   Panics   "sync/atomic: compare and swap of nil value into Value",
 *            "sync/atomic: compare and swap of inconsistently typed values",
 *            "sync/atomic: compare and swap of inconsistently typed value into
 *            Value"
 *   Returns  true if it did
 *   Memory   val.data is kept as it is
 *   Callable goroutine
 *   Go       atomic.Value.CompareAndSwap, of pointers */
bool goro_value_compare_and_swap(goro_value *v, goro_any old, goro_any val);

/* ======================================================================
 * time
 * ==================================================================== */

/* The monotonic clock.
 *   Returns  nanoseconds since some moment before the program began
 *   Callable anywhere
 *   Go       time.Now, its monotonic reading */
goro_time goro_now(void);

/* Wait for d nanoseconds or a little longer; d <= 0 returns at once.
 *   Blocks   for that long
 *   Fatal    if it has to block outside a goroutine
 *   Callable goroutine
 *   Go       time.Sleep */
void goro_sleep(goro_duration d);

/* A channel that gets one goro_time, the moment it was due, after d.
 *   Fatal    out of memory
 *   Returns  the channel
 *   Memory   goro_chan_free frees it and its timer, at any time
 *   Callable goroutine
 *   Go       time.After */
goro_chan *goro_after(goro_duration d);

/* An event in the future. */
typedef struct goro_timer goro_timer;

/* A timer whose channel gets one goro_time after d.
 *   Fatal    out of memory
 *   Returns  the timer
 *   Memory   free it with goro_timer_free
 *   Callable goroutine
 *   Go       time.NewTimer */
goro_timer *goro_timer_new(goro_duration d);

/* A timer that starts fn(arg) as a goroutine after d.  It has no channel.
 *   Fatal    out of memory
 *   Returns  the timer
 *   Memory   free it with goro_timer_free; fn itself may do that
 *   Callable goroutine
 *   Go       time.AfterFunc */
goro_timer *goro_after_func(goro_duration d, goro_func fn, void *arg);

/* The channel of a timer, for receiving.  It looks unbuffered.
 *   Returns  the channel; NULL for one of goro_after_func
 *   Memory   goes with the timer
 *   Callable anywhere
 *   Go       time.Timer.C */
goro_chan *goro_timer_chan(goro_timer *t);

/* Keep t from going off.  No value of before is received afterwards.
 *   Returns  true if the call stopped it; false if it had gone off or was
 *            stopped
 *   Callable goroutine
 *   Go       time.Timer.Stop, as of Go 1.23 */
bool goro_timer_stop(goro_timer *t);

/* Let t go off after d from now.  No value of before is received afterwards.
 *   Returns  true if it was running
 *   Callable goroutine
 *   Go       time.Timer.Reset, as of Go 1.23 */
bool goro_timer_reset(goro_timer *t, goro_duration d);

/* Stop t and free it with its channel; NULL does nothing.
 *   Fatal    if a goroutine waits on its channel
 *   Callable goroutine
 *   Go       none: Go has a garbage collector */
void goro_timer_free(goro_timer *t);

/* A timer that goes off again and again. */
typedef struct goro_ticker goro_ticker;

/* A ticker whose channel gets a goro_time every d; it drops what is not
 * received in time.
 *   Panics   "non-positive interval for NewTicker"
 *   Fatal    out of memory
 *   Returns  the ticker
 *   Memory   free it with goro_ticker_free
 *   Callable goroutine
 *   Go       time.NewTicker */
goro_ticker *goro_ticker_new(goro_duration d);

/* The channel of a ticker, for receiving.
 *   Returns  the channel
 *   Memory   goes with the ticker
 *   Callable anywhere
 *   Go       time.Ticker.C */
goro_chan *goro_ticker_chan(goro_ticker *t);

/* Stop t.  Its channel is not closed.
 *   Callable goroutine
 *   Go       time.Ticker.Stop */
void goro_ticker_stop(goro_ticker *t);

/* Let t tick every d from now on.
 *   Panics   "non-positive interval for Ticker.Reset"
 *   Callable goroutine
 *   Go       time.Ticker.Reset */
void goro_ticker_reset(goro_ticker *t, goro_duration d);

/* Stop t and free it with its channel; NULL does nothing.
 *   Fatal    if a goroutine waits on its channel
 *   Callable goroutine
 *   Go       none: Go has a garbage collector */
void goro_ticker_free(goro_ticker *t);

/* ======================================================================
 * errors
 * ==================================================================== */

/* An error: a text with an identity.  Two are the same error if their
 * addresses are equal; no error is NULL.
 *
 * A program's own errors are static, as Go's package-level variables:
 *     static goro_error errNotFound = GORO_ERROR("not found");
 * Nobody frees these, and retaining and releasing them does nothing.  Errors
 * made at run time, by goro_error_new, count references: who keeps one retains
 * it, and the last release frees it. */
typedef struct goro_error {
  const char *text;
  int32_t refs_;
} goro_error;

#define GORO_ERROR(text) {(text), 0}

/* An error with a copy of text.
 *   Fatal    out of memory
 *   Returns  the error
 *   Memory   the caller has one reference
 *   Callable anywhere
 *   Go       errors.New */
goro_error *goro_error_new(const char *text);

/* Keep e: one more reference.
 *   Returns  e, which may be NULL
 *   Callable anywhere
 *   Go       none: Go has a garbage collector */
goro_error *goro_error_retain(goro_error *e);

/* Give one reference back; the last frees e.  NULL does nothing.
 *   Callable anywhere
 *   Go       none: Go has a garbage collector */
void goro_error_release(goro_error *e);

/* ======================================================================
 * context
 *
 * A context goes with a piece of work: it says when to give it up, and has
 * values for all who take part.  Contexts form a tree; canceling one cancels
 * all that were derived from it.
 *
 * Memory.  Contexts count references.  Each function that makes one gives the
 * caller a reference, to be given back by goro_context_release; who passes a
 * context to a goroutine that may go on for longer retains one for it.  A
 * context holds its parent, so these can be released in any order.  Who waits
 * on the channel of goro_context_done needs a reference while it waits.
 * A deadline that is still to come holds its context, as in Go: cancel before
 * the last release, or the context stays until then.
 *
 * To those that look at a context, a NULL for it is the panic "runtime error:
 * invalid memory address or nil pointer dereference".
 * ==================================================================== */

typedef struct goro_context goro_context;

/* What goro_context_err gives. */
extern goro_error *const goro_context_canceled; /* "context canceled" */
extern goro_error
    *const goro_context_deadline_exceeded; /* "context deadline exceeded" */

/* The context at the top: never canceled, without deadline and values.
 *   Returns  the context
 *   Memory   it is static; releasing it does nothing
 *   Callable anywhere
 *   Go       context.Background */
goro_context *goro_context_background(void);

/* The same, where it is not clear yet which context to use.
 *   Returns  the context
 *   Memory   it is static; releasing it does nothing
 *   Callable anywhere
 *   Go       context.TODO */
goro_context *goro_context_todo(void);

/* Keep ctx: one more reference.
 *   Returns  ctx
 *   Callable anywhere
 *   Go       none: Go has a garbage collector */
goro_context *goro_context_retain(goro_context *ctx);

/* Give one reference back; the last frees ctx.  NULL does nothing.  It does not
 * cancel.
 *   Blocks   while a context above is being canceled, until that has been done
 *   Fatal    "free of a context that goroutines wait on"
 *   Callable goroutine
 *   Go       none: Go has a garbage collector */
void goro_context_release(goro_context *ctx);

/* A context that goro_context_cancel or goro_context_cancel_cause cancels, or
 * the end of its parent.
 *   Blocks   while parent or a context above is being canceled, until that has
 *            been done
 *   Panics   "cannot create context from nil parent"
 *   Fatal    out of memory
 *   Returns  the context
 *   Memory   the caller has one reference
 *   Callable goroutine
 *   Go       context.WithCancel, context.WithCancelCause */
goro_context *goro_context_with_cancel(goro_context *parent);

/* The same, and it ends at a time of the monotonic clock, if parent does not
 * end sooner.
 *   Blocks   as goro_context_with_cancel
 *   Panics   "cannot create context from nil parent"
 *   Fatal    out of memory; outside a goroutine
 *   Returns  the context
 *   Memory   the caller has one reference, the deadline another
 *   Callable goroutine
 *   Go       context.WithDeadline */
goro_context *goro_context_with_deadline(goro_context *parent,
                                         goro_time deadline);

/* The same with a cause, if the deadline ends it; NULL for the usual one.
 *   Blocks   as goro_context_with_cancel
 *   Panics   as goro_context_with_deadline
 *   Fatal    as goro_context_with_deadline
 *   Returns  the context
 *   Memory   as goro_context_with_deadline; the context retains cause
 *   Callable goroutine
 *   Go       context.WithDeadlineCause */
goro_context *goro_context_with_deadline_cause(goro_context *parent,
                                               goro_time deadline,
                                               goro_error *cause);

/* A context that ends timeout from now at the latest; a timeout of 0 or less
 * is over already.
 *   Blocks   as goro_context_with_cancel
 *   Panics   as goro_context_with_deadline
 *   Fatal    as goro_context_with_deadline
 *   Returns  the context
 *   Memory   as goro_context_with_deadline
 *   Callable goroutine
 *   Go       context.WithTimeout */
goro_context *goro_context_with_timeout(goro_context *parent,
                                        goro_duration timeout);

/* The same with a cause, if the deadline ends it; NULL for the usual one.
 *   Blocks   as goro_context_with_cancel
 *   Panics   as goro_context_with_deadline
 *   Fatal    as goro_context_with_deadline
 *   Returns  the context
 *   Memory   as goro_context_with_deadline; the context retains cause
 *   Callable goroutine
 *   Go       context.WithTimeoutCause */
goro_context *goro_context_with_timeout_cause(goro_context *parent,
                                              goro_duration timeout,
                                              goro_error *cause);

/* A context with val for key.  Keys are compared by address: use that of a
 * static variable.
 *   Panics   "cannot create context from nil parent", "nil key"
 *   Fatal    out of memory
 *   Returns  the context
 *   Memory   the caller has one reference; key and val are kept as they are,
 *            and what val points to must stay valid as long as the context
 *   Callable goroutine
 *   Go       context.WithValue */
goro_context *goro_context_with_value(goro_context *parent, const void *key,
                                      void *val);

/* A context with parent's values, that does not end when parent does.
 *   Panics   "cannot create context from nil parent"
 *   Fatal    out of memory
 *   Returns  the context
 *   Memory   the caller has one reference
 *   Callable goroutine
 *   Go       context.WithoutCancel */
goro_context *goro_context_without_cancel(goro_context *parent);

/* Cancel ctx and all below it.  Only the first cancel of a context counts.
 *   Blocks   while another goroutine cancels it or a context above, until that
 *            has been done
 *   Panics   "cannot cancel a context that was not made to be canceled": one
 *            of goro_context_with_value, for example
 *   Fatal    outside a goroutine
 *   Callable goroutine
 *   Go       the CancelFunc of context.WithCancel and others */
void goro_context_cancel(goro_context *ctx);

/* The same with a cause; NULL is goro_context_canceled.
 *   Blocks   as goro_context_cancel
 *   Panics   as goro_context_cancel
 *   Fatal    outside a goroutine
 *   Memory   contexts that are canceled retain cause
 *   Callable goroutine
 *   Go       the CancelCauseFunc of context.WithCancelCause */
void goro_context_cancel_cause(goro_context *ctx, goro_error *cause);

/* A channel that is closed when ctx is canceled.
 *   Blocks   while ctx or a context above is being canceled, until that has
 *            been done
 *   Returns  the channel; NULL if ctx can never be canceled
 *   Memory   goes with ctx; only to receive from
 *   Callable goroutine
 *   Go       context.Context.Done */
goro_chan *goro_context_done(goro_context *ctx);

/* Why ctx has ended.
 *   Blocks   as goro_context_done
 *   Returns  goro_context_canceled, goro_context_deadline_exceeded, or NULL if
 *            it has not
 *   Callable goroutine
 *   Go       context.Context.Err */
goro_error *goro_context_err(goro_context *ctx);

/* Why ctx has ended, as who canceled it or a context above it said.
 *   Blocks   as goro_context_done
 *   Returns  the cause; NULL if ctx has not ended
 *   Memory   goes with ctx: retain it to keep it for longer
 *   Callable goroutine
 *   Go       context.Cause */
goro_error *goro_context_cause(goro_context *ctx);

/* When ctx ends at the latest.
 *   Returns  true if it has a deadline, which is in *deadline then
 *   Callable goroutine
 *   Go       context.Context.Deadline */
bool goro_context_deadline(goro_context *ctx, goro_time *deadline);

/* The value for key of ctx, or of the nearest context above that has one.
 *   Returns  the value; NULL if there is none
 *   Callable goroutine
 *   Go       context.Context.Value */
void *goro_context_value(goro_context *ctx, const void *key);

/* A function that waits for the end of a context. */
typedef struct goro_context_func goro_context_func;

/* Start fn(arg) as a goroutine when ctx is canceled, or at once if it is.
 *   Blocks   as goro_context_with_cancel
 *   Fatal    "go of nil func value" if fn is NULL; out of memory; outside a
 *            goroutine
 *   Returns  a handle to stop it
 *   Memory   free it with goro_context_func_free; it holds ctx
 *   Callable goroutine
 *   Go       context.AfterFunc */
goro_context_func *goro_context_after_func(goro_context *ctx, goro_func fn,
                                           void *arg);

/* Keep f from being started.
 *   Blocks   while its context or one above is being canceled, until that has
 *            been done
 *   Returns  true if the call did it; false if f was started or stopped before
 *   Callable goroutine
 *   Go       the function that context.AfterFunc returns */
bool goro_context_func_stop(goro_context_func *f);

/* Stop f and free it; NULL does nothing.  The function itself may do it.
 *   Blocks   as goro_context_func_stop
 *   Callable goroutine
 *   Go       none: Go has a garbage collector */
void goro_context_func_free(goro_context_func *f);

/* ======================================================================
 * Descriptors: files and sockets that make only the goroutine wait.
 *
 * Under WASI and natively a goroutine that reads, writes or accepts waits for
 * the descriptor, and others go on.  Files, which are always ready, and
 * standard output are called as they are, and so is everything on JavaScript
 * hosts, which have no sockets here.  Standard input is waited for; in a module
 * with threads for WASI it is read as a file is, by a thread of its own.
 *
 * Results are those of POSIX, but an error is the result, and not errno, which
 * is another thread's after a wait: -EBADF and the like, of <errno.h>, or one
 * of the constants below.
 *
 * A descriptor may be used by many goroutines: those that read take turns, and
 * those that write.  The first call with a descriptor sets sockets and pipes
 * not to block, standard streams excepted.  It must then be closed by
 * goro_close.
 * ==================================================================== */

enum {
  GORO_ECLOSED = -10001,    /* it is closed, or was while the call waited */
  GORO_ETIMEOUT = -10002,   /* its deadline has passed */
  GORO_ENODEADLINE = -10003 /* it is never waited for */
};

/* Read up to n bytes.
 *   Blocks   until there is something to read, and until others have read
 *   Fatal    outside a goroutine; "too many concurrent operations on a single
 *            file or socket (max 1048575)"
 *   Returns  how many bytes there were, 0 at the end
 *   Errors   GORO_ECLOSED, GORO_ETIMEOUT, -errno of read
 *   Callable goroutine
 *   Go       internal/poll FD.Read, of net.Conn.Read and os.File.Read */
ptrdiff_t goro_read(int fd, void *buf, size_t n);

/* Write n bytes, all of them unless there is an error.
 *   Blocks   until there is room for them, and until others have written
 *   Fatal    as goro_read
 *   Returns  n; fewer if an error came after some, which the next call returns
 *   Errors   GORO_ECLOSED, GORO_ETIMEOUT, -errno of write
 *   Callable goroutine
 *   Go       internal/poll FD.Write, of net.Conn.Write and os.File.Write */
ptrdiff_t goro_write(int fd, const void *buf, size_t n);

/* Accept a connection on a listening socket.
 *   Blocks   until there is one, and until others have accepted
 *   Fatal    as goro_read
 *   Returns  its descriptor
 *   Errors   GORO_ECLOSED, GORO_ETIMEOUT, -errno of accept; -ENOSYS on
 *            JavaScript hosts
 *   Memory   close it with goro_close
 *   Callable goroutine
 *   Go       internal/poll FD.Accept, of net.Listener.Accept */
int goro_accept(int fd);

/* Close fd.  Calls on it that wait return GORO_ECLOSED; one that is in the
 * host, as on a standard stream, ends first, and then fd is closed there.
 *   Blocks   until those that wait have returned
 *   Fatal    as goro_read
 *   Returns  0
 *   Errors   GORO_ECLOSED if another call closes it; -errno of close
 *   Memory   its number may be another descriptor's afterwards
 *   Callable goroutine
 *   Go       internal/poll FD.Close, of net.Conn.Close and os.File.Close */
int goro_close(int fd);

/* Have calls on fd that wait at the moment t, or begin later, return
 * GORO_ETIMEOUT: t is compared with goro_now, and 0 takes the deadline away.
 *   Fatal    as goro_read
 *   Returns  0
 *   Errors   GORO_ECLOSED, GORO_ENODEADLINE, -EBADF
 *   Callable goroutine
 *   Go       internal/poll FD.SetDeadline, of net.Conn.SetDeadline */
int goro_set_deadline(int fd, goro_time t);

/* The same for goro_read and goro_accept.
 *   Fatal    as goro_read
 *   Returns  0
 *   Errors   as goro_set_deadline
 *   Callable goroutine
 *   Go       internal/poll FD.SetReadDeadline, of net.Conn.SetReadDeadline */
int goro_set_read_deadline(int fd, goro_time t);

/* The same for goro_write.
 *   Fatal    as goro_read
 *   Returns  0
 *   Errors   as goro_set_deadline
 *   Callable goroutine
 *   Go       internal/poll FD.SetWriteDeadline, of net.Conn.SetWriteDeadline */
int goro_set_write_deadline(int fd, goro_time t);

/* What a negative result of these functions means.
 *   Returns  a text
 *   Memory   valid until the next call
 *   Callable anywhere
 *   Go       error.Error */
const char *goro_strerror(int err);

/* ======================================================================
 * errgroup: tasks of which the first error cancels the rest
 * ==================================================================== */

/* A group of tasks.  The zero value has no limit and no context; it may not be
 * copied after its first use. */
typedef struct goro_errgroup {
  goro_context *ctx_;
  goro_chan *sem_;
  goro_error *err_;
  goro_waitgroup wg_;
  uint32_t failed_;
} goro_errgroup;

/* A task.  It returns NULL, or an error, whose reference the group gets: retain
 * one that is not the task's own (a static one needs nothing). */
typedef goro_error *(*goro_errgroup_func)(void *arg);

/* Prepare g with a context below parent, which is canceled by the first error
 * of a task, with that as the cause, or when goro_errgroup_wait returns.
 *   Blocks   as goro_context_with_cancel
 *   Panics   "cannot create context from nil parent"
 *   Fatal    out of memory
 *   Returns  the context
 *   Memory   the context goes with g; free g with goro_errgroup_free
 *   Callable goroutine
 *   Go       errgroup.WithContext */
goro_context *goro_errgroup_with_context(goro_errgroup *g,
                                         goro_context *parent);

/* Start fn(arg) as a goroutine of g.  The first error of one is g's.  A panic
 * in it is one of that goroutine: it ends the program.
 *   Blocks   until g has fewer goroutines than its limit
 *   Fatal    "go of nil func value"; out of memory; outside a goroutine
 *   Memory   as goro_go
 *   Callable goroutine
 *   Go       errgroup.Group.Go */
void goro_errgroup_go(goro_errgroup *g, goro_errgroup_func fn, void *arg);

/* The same, if g has fewer goroutines than its limit.
 *   Fatal    as goro_errgroup_go
 *   Returns  true if it was started
 *   Memory   as goro_go
 *   Callable goroutine
 *   Go       errgroup.Group.TryGo */
bool goro_errgroup_try_go(goro_errgroup *g, goro_errgroup_func fn, void *arg);

/* Let g have n goroutines at most; 0 lets none start, n < 0 is no limit.
 * Differs from Go: it panics also if there is or was no limit.
 *   Panics   "errgroup: modify limit while N goroutines in the group are still
 *            active"
 *   Fatal    "free of a channel that goroutines wait on": in goro_errgroup_go,
 *            while the limit is 0
 *   Memory   free g with goro_errgroup_free
 *   Callable goroutine
 *   Go       errgroup.Group.SetLimit */
void goro_errgroup_set_limit(goro_errgroup *g, int n);

/* Wait for all goroutines of g, and cancel its context.
 *   Blocks   until they are done
 *   Fatal    if it has to block outside a goroutine
 *   Returns  the first error; NULL if there was none
 *   Memory   the error goes with g: retain it to keep it for longer
 *   Callable goroutine
 *   Go       errgroup.Group.Wait */
goro_error *goro_errgroup_wait(goro_errgroup *g);

/* Give back what g has: its context, its error, its limit.  g is as new.
 *   Blocks   as goro_context_cancel
 *   Fatal    "free of an errgroup whose goroutines are still active"
 *   Callable goroutine
 *   Go       none: Go has a garbage collector */
void goro_errgroup_free(goro_errgroup *g);

/* ======================================================================
 * semaphore: so many units, of which each acquires some
 * ==================================================================== */

/* A weighted semaphore.  It may not be copied after its first use. */
typedef struct goro_semaphore {
  int64_t size_;
  int64_t cur_;
  goro_mutex mu_;
  void *list_[2];
} goro_semaphore;

/* Prepare s with n units.
 *   Panics   "semaphore: size < 0"
 *   Callable anywhere
 *   Go       semaphore.NewWeighted */
void goro_semaphore_init(goro_semaphore *s, int64_t n);

/* Acquire n units.  First come, first served: a request that does not fit holds
 * up those behind it.
 *   Blocks   until there are n units, or ctx is canceled; until ctx is canceled
 *            if n is more than all of them
 *   Panics   "semaphore: n < 0"
 *   Fatal    if it has to block outside a goroutine
 *   Returns  NULL, or goro_context_err(ctx) without having acquired anything;
 *            always that if ctx was canceled before
 *   Callable goroutine
 *   Go       semaphore.Weighted.Acquire */
goro_error *goro_semaphore_acquire(goro_semaphore *s, goro_context *ctx,
                                   int64_t n);

/* Acquire n units if that is possible without blocking.
 *   Panics   "semaphore: n < 0"
 *   Returns  true if they are acquired
 *   Callable goroutine
 *   Go       semaphore.Weighted.TryAcquire */
bool goro_semaphore_try_acquire(goro_semaphore *s, int64_t n);

/* Give n units back.
 *   Panics   "semaphore: n < 0", "semaphore: released more than held"
 *   Callable goroutine
 *   Go       semaphore.Weighted.Release */
void goro_semaphore_release(goro_semaphore *s, int64_t n);

/* ======================================================================
 * singleflight: of several who want the same, one does the work
 * ==================================================================== */

/* A group of calls, each under a key.  The zero value is ready for use; it may
 * not be copied after its first use. */
typedef struct goro_singleflight {
  goro_mutex mu_;
  uint32_t n_[2];
  void *calls_;
} goro_singleflight;

/* The work.  It sets *val (NULL before), and returns NULL or an error, whose
 * reference the group gets: retain one that is not the function's own. */
typedef goro_error *(*goro_singleflight_func)(void *arg, void **val);

/* What comes of it. */
typedef struct goro_singleflight_result {
  void *val;       /* as fn set it, the same for all */
  goro_error *err; /* each result has a reference of its own: release it */
  bool shared;     /* it went to more than one caller */
} goro_singleflight_result;

/* Call fn(arg, &val), or wait for the call for key that is under way.
 *   Blocks   until that call is over
 *   Panics   if fn does, in all who wait, with the same text and value
 *   Fatal    "singleflight: nil func" if fn is NULL; out of memory; outside a
 *            goroutine
 *   Returns  the result; if fn calls goro_goexit, all who wait do
 *   Memory   key is copied.  Release the result's err.  Whom val belongs to is
 *            between fn and the callers
 *   Callable goroutine
 *   Go       singleflight.Group.Do */
goro_singleflight_result goro_singleflight_do(goro_singleflight *g,
                                              const char *key,
                                              goro_singleflight_func fn,
                                              void *arg);

/* The same, for a channel that gets the goro_singleflight_result.  A panic in
 * fn ends the program; after a goro_goexit nothing ever comes.
 *   Fatal    as goro_singleflight_do; outside a goroutine
 *   Returns  the channel
 *   Memory   receive the result, release its err, and only then free the
 *            channel with goro_chan_free
 *   Callable goroutine
 *   Go       singleflight.Group.DoChan */
goro_chan *goro_singleflight_do_chan(goro_singleflight *g, const char *key,
                                     goro_singleflight_func fn, void *arg);

/* Forget the call for key: who comes next starts a new one.
 *   Callable goroutine
 *   Go       singleflight.Group.Forget */
void goro_singleflight_forget(goro_singleflight *g, const char *key);

/* Give back the memory of g; g is as new.
 *   Fatal    "free of a singleflight group with calls under way"
 *   Callable goroutine
 *   Go       none: Go has a garbage collector */
void goro_singleflight_free(goro_singleflight *g);

/* ======================================================================
 * Which goroutines there are, and which should not be
 * ==================================================================== */

/* A goroutine, as it was. */
typedef struct goro_goroutine {
  uint64_t id;
  uint64_t parent;       /* the number of who started it; 0: nobody */
  const goro_site *site; /* where, or NULL */
  const char *name;      /* of goro_set_name, or NULL */
  const char *state;     /* "running", "runnable", "waiting", "syscall" */
  const char *reason;    /* what it waits for, as in reports; else "" */
  uintptr_t object;      /* the address of that: a channel, a semaphore; or 0 */
  int64_t waited_ms;     /* for about so long; else 0 */
} goro_goroutine;

/* Look at all goroutines at one moment.
 *   Blocks   until every running goroutine has called the runtime; outside a
 *            goroutine it does not wait, and others may go on meanwhile
 *   Returns  how many there are, the caller included; the first n are in list
 *   Memory   what is pointed to is the program's own
 *   Callable anywhere
 *   Go       runtime.GoroutineProfile */
size_t goro_goroutines(goro_goroutine *list, size_t n);

/* Write all goroutines to a descriptor, as a JSON array of objects with the
 * fields of goro_goroutine, parent and site as createdBy.
 *   Blocks   as goro_goroutines
 *   Returns  0
 *   Errors   a negative errno; -ENOMEM
 *   Callable anywhere
 *   Go       none; runtime/pprof's goroutine profile */
int goro_dump_json(int fd);

/* At the end of a test: are there goroutines but the caller?  Those that are
 * about to end get 0.4 s for that.  What there is then is reported on standard
 * error, those of one origin in one entry:
 *     goro: 2 goroutines leaked
 *     2 of server [chan send], created by query_all at query.c:20: 7 8
 *   Blocks   until there are none, 0.4 s at most
 *   Fatal    outside a goroutine; out of memory
 *   Returns  how many there are
 *   Memory   ignore: the functions of goroutines that may stay, then NULL; or
 *            NULL
 *   Callable goroutine
 *   Go       none; go.uber.org/goleak VerifyNone */
size_t goro_leaks(const char *const *ignore);

/* ======================================================================
 * Traces: what the scheduler did
 * ==================================================================== */

/* What happened. */
typedef enum goro_trace_kind {
  GORO_TRACE_CREATE = 1, /* g was made; object: its goro_site, or 0 */
  GORO_TRACE_START,      /* g runs on m */
  GORO_TRACE_PARK, /* g waits: goro_wait_reason(reason), for object, if known */
  GORO_TRACE_READY,   /* g waits no more; reason: a goro_trace_value */
  GORO_TRACE_YIELD,   /* g gave way, and is runnable */
  GORO_TRACE_SYSCALL, /* g is in the host, and starts when it is back */
  GORO_TRACE_END,
  GORO_TRACE_NAME,  /* object: g's name of goro_set_name */
  GORO_TRACE_SEND,  /* g put a value into the buffer of the channel object */
  GORO_TRACE_RECV,  /* g took one out of it */
  GORO_TRACE_STEAL, /* m took object goroutines from the queue of another
                       processor, `reason` of 256, and runs g now */
  GORO_TRACE_TIMER, /* the timer object went off */
  GORO_TRACE_IDLE   /* m has nothing to do until its next event */
} goro_trace_kind;

/* What a goroutine that waited for a channel, the object, got. */
typedef enum goro_trace_value {
  GORO_TRACE_NOVALUE, /* it waited for something else */
  GORO_TRACE_IN,      /* a value of by's */
  GORO_TRACE_OUT,     /* by took its value */
  GORO_TRACE_CLOSED   /* the channel was closed */
} goro_trace_value;

/* An event.  Objects are addresses, which may be used again after a free. */
typedef struct goro_trace_event {
  goro_time when;
  uintptr_t object;
  uint32_t g;   /* the goroutine that it is about (modulo 2^32), or 0 */
  uint32_t by;  /* the one that ran on m and did it; 0: a timer, the host */
  uint8_t kind; /* goro_trace_kind */
  uint8_t
      reason; /* of PARK, READY and STEAL; CREATE: 1 if it was there before */
  uint16_t m; /* the thread; 0 is the first */
} goro_trace_event;

/* Start to record what the scheduler does; first come the goroutines that there
 * are, with their states.  Each thread keeps its newest events.  An exact trace
 * reads the clock for each.  Otherwise events that come fast share a reading: a
 * time may be wrong by what lies between two, and the order of one thread's
 * events is right.
 *   Blocks   until every running goroutine has called the runtime
 *   Returns  false if a trace is on already, or the runtime was compiled with
 *            GORO_TRACE 0
 *   Memory   16 bytes an event, and as much for a reading of the clock, for as
 *            long as the program runs: each thread keeps n of these, at least
 *            8192, rounded up to a power of two; 0 means 65536.  The first call
 *            decides.  A thread without memory for that records nothing
 *   Callable anywhere
 *   Go       runtime/trace.Start */
bool goro_trace_start(size_t n, bool exact);

/* Stop recording; no trace is no error.  What was recorded can still be read.
 *   Blocks   until every running goroutine has called the runtime; outside a
 *            goroutine it does not wait, and the last events of other threads
 *            may come later
 *   Callable anywhere
 *   Go       runtime/trace.Stop */
void goro_trace_stop(void);

/* Take up to n events that nobody has taken yet: one thread's after the
 * other's, each in the order in which they happened.  Of threads that run, the
 * newest 1024 may be left for a later call.  One caller at a time.
 *   Returns  how many; 0 when there are no more
 *   Memory   *lost, if lost is not NULL, is set to how many events and readings
 *            of the clock of this trace have had to make room for newer ones
 *            before they were taken
 *   Callable anywhere
 *   Go       none; the io.Writer of runtime/trace.Start */
size_t goro_trace_read(goro_trace_event *events, size_t n, uint64_t *lost);

/* Write all events that nobody has taken yet to a descriptor, as JSON that
 * ui.perfetto.dev and chrome://tracing show: a track for each thread with the
 * goroutines that ran there, and an arrow from who woke a goroutine to where it
 * went on.  bindings/src/trace-events.ts reads it, too (fromChrome).
 *   Returns  0; it holds the thread up until all is written
 *   Errors   a negative errno
 *   Callable anywhere
 *   Go       none; go tool trace */
int goro_trace_write(int fd);

/* The text for the reason of a GORO_TRACE_PARK.
 *   Returns  the text, as in reports; "" for an unknown one
 *   Callable anywhere
 *   Go       runtime/runtime2.go waitReason.String */
const char *goro_wait_reason(int reason);

#ifdef __cplusplus
}
#endif

/* Short names, for those who ask. */
#ifdef GORO_SHORT_NAMES
#define GO GORO_GO
#define CHAN_OF GORO_CHAN_OF
#endif

#endif
