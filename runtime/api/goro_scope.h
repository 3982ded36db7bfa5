/* goro_scope.h: deferred calls of blocks, locks held for a block, and recover
 * with Go's rule, for C compilers that have cleanup (clang, gcc).
 *
 *     #include <goro_scope.h>
 *
 *     static int first_byte(const char *name, goro_mutex *m) {
 *       FILE *f = fopen(name, "r");
 *       if (!f) return -1;
 *       GORO_DEFER(close_file, f);
 *       GORO_WITH_LOCK(m) {
 *         return fgetc(f);
 *       }
 *     }
 *
 * What a block defers runs when control leaves it, whichever way: by its end,
 * return, break, goto, and also by a panic or goro_goexit, in Go's order, the
 * last deferred first.  Nothing is allocated: the record of a deferred call is
 * a variable of the block.
 *
 * A block is not a frame: a panic that one of its deferred calls recovers ends
 * the frame around it, the innermost goro_call, deferred call or goroutine
 * function, as one of goro_defer does.  The deferred calls of the blocks in
 * between run.
 *
 * In C++ use goro.hpp, which has the same as classes.
 */
#ifndef GORO_SCOPE_H
#define GORO_SCOPE_H

#include "goro.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef void (*goro_call_func_)(void *deferred);

/* The record of a deferred call; all of it is the runtime's own. */
typedef struct goro_deferred {
  void *opaque_[5];
  goro_call_func_ call_; /* calls fn_ by its own type; NULL: as a goro_func */
  goro_func fn_;
  void *arg_;
} goro_deferred;

/* What follows is for the macros below, and for goro.hpp. */

/* Defer fn(arg), with d as its record; if call is not NULL, call(d): it calls
 * a function that neither defers nor recovers.
 *   Fatal    outside a goroutine
 *   Memory   d stays valid until one of the two below, or until it was called
 *   Callable goroutine
 *   Go       runtime/panic.go deferprocStack */
void goro_defer_begin_(goro_deferred *d, goro_call_func_ call, goro_func fn,
                       void *arg);

/* The block of d ends: make the call.
 *   Panics   as fn does
 *   Callable goroutine
 *   Go       runtime/panic.go deferreturn */
void goro_defer_end_(goro_deferred *d);

/* Forget the call.
 *   Callable goroutine
 *   Go       none */
void goro_defer_drop_(goro_deferred *d);

/* A scope begins.
 *   Fatal    outside a goroutine
 *   Returns  d
 *   Callable goroutine
 *   Go       the begin of a function with defer statements */
goro_deferred *goro_scope_begin_(goro_deferred *d);

/* The scope of d ends: make the calls that were deferred since.
 *   Panics   as these do
 *   Callable goroutine
 *   Go       runtime/panic.go deferreturn */
void goro_scope_end_(goro_deferred *d);

/* Asked by fn on entry.
 *   Returns  what the two below need; NULL if fn was not called as a deferred
 *            call
 *   Callable goroutine
 *   Go       the check in runtime/panic.go gorecover */
const void *goro_deferred_enter_(goro_func fn);

/* goro_recover_info for the function that got token.
 *   Returns  as goro_recover_info
 *   Callable goroutine
 *   Go       recover() */
bool goro_recover_in_(const void *token, goro_panic_info *info);

/* goro_recover for the function that got token.
 *   Returns  as goro_recover
 *   Callable goroutine
 *   Go       recover() */
const char *goro_recover_msg_(const void *token);

#ifdef __cplusplus
}
#else

#define GORO_AT_END_(fn) __attribute__((cleanup(fn)))
#define GORO_JOIN_(a, b) a##b
#define GORO_NAME_(a, n) GORO_JOIN_(a, n)

/* GORO_DEFER(fn, arg): call fn(arg) when the block ends.  arg is evaluated now.
 * fn is a goro_func, or a function of goro.h whose one argument is a lock, a
 * WaitGroup, a Cond, a channel, a timer, a ticker, a context or an error:
 *
 *     GORO_DEFER(free, p);
 *     GORO_DEFER(goro_mutex_unlock, &m);
 *     GORO_DEFER(goro_context_cancel, ctx);
 *
 * In the body of a loop it is called at the end of each turn; Go's collects
 * until the function ends, as goro_defer does in a GORO_SCOPE.
 *   Fatal    outside a goroutine
 *   Memory   none is allocated
 *   Go       defer fn(arg) */
#define GORO_DEFER(fn, arg) \
  GORO_DEFER_AS_(GORO_NAME_(goro_deferred_, __COUNTER__), fn, arg)
#define GORO_DEFER_AS_(d, fn, arg)                          \
  GORO_AT_END_(goro_defer_end_) goro_deferred d;            \
  if (0) (fn)(arg); /* the compiler checks that they fit */ \
  goro_defer_begin_(&d, GORO_CALL_OF_(fn), GORO_ANY_FUNC_(fn), arg)
#define GORO_ANY_FUNC_(fn) ((goro_func)(void (*)(void))(fn))

/* GORO_SCOPE { ... }: what goro_defer defers in the block, loops and calls of
 * plain functions in it included, runs at its end.  break and continue leave
 * the block.
 *   Fatal    outside a goroutine
 *   Go       func() { ... }() with its defer statements */
#define GORO_SCOPE GORO_SCOPE_AS_(GORO_NAME_(goro_scope_, __COUNTER__))
#define GORO_SCOPE_AS_(d) GORO_ONCE_(d, goro_scope_end_, goro_scope_begin_(&d))

/* GORO_WITH_LOCK(&m) { ... }: holds the goro_mutex, or the goro_rwmutex for
 * writing, in the block.  break and continue leave the block.
 *   Blocks   until it has the lock
 *   Fatal    outside a goroutine
 *   Go       m.Lock(); defer m.Unlock() */
#define GORO_WITH_LOCK(m) \
  GORO_WITH_AS_(GORO_NAME_(goro_lock_, __COUNTER__), GORO_LOCK_OF_(m), m)

/* GORO_WITH_RLOCK(&rw) { ... }: the same for reading. */
#define GORO_WITH_RLOCK(rw) \
  GORO_WITH_AS_(GORO_NAME_(goro_lock_, __COUNTER__), goro_with_rlock_, rw)

#define GORO_WITH_AS_(d, lock, m) GORO_ONCE_(d, goro_defer_end_, lock(&d, m))

/* A block that runs once, with a record that end is called with behind it. */
#define GORO_ONCE_(d, end, begin)                                      \
  for (goro_deferred d GORO_AT_END_(end), *d##_now_ = begin; d##_now_; \
       d##_now_ = NULL)

/* GORO_DEFERRED(name, arg) { ... }: a function to be deferred, in whose body,
 * and nowhere else, GORO_RECOVER and GORO_RECOVER_INFO can be used.  Exactly
 * Go's rule: it recovers where it is the deferred call itself and a panic runs
 * it; called by others, or by itself, it recovers nothing. */
#define GORO_DEFERRED(name, arg)                                    \
  static void name##_deferred_(void *arg, const void *goro_token_); \
  static void name(void *arg_) {                                    \
    name##_deferred_(arg_, goro_deferred_enter_(name));             \
  }                                                                 \
  static void name##_deferred_(GORO_UNUSED_OK_ void *arg,           \
                               GORO_UNUSED_OK_ const void *goro_token_)

/* The text of the panic, which is recovered, or NULL; as goro_recover.
 *   Go       recover() */
#define GORO_RECOVER() goro_recover_msg_(goro_token_)

/* Whether there was a panic to recover; as goro_recover_info. */
#define GORO_RECOVER_INFO(info) goro_recover_in_(goro_token_, (info))

/* ---- functions of goro.h, by the types of their arguments ---- */

#define GORO_CALL_OF_(fn)                               \
  _Generic((fn),                                        \
      goro_func: (goro_call_func_)0,                    \
      void (*)(goro_mutex *): goro_call_mutex_,         \
      void (*)(goro_rwmutex *): goro_call_rwmutex_,     \
      void (*)(goro_waitgroup *): goro_call_waitgroup_, \
      void (*)(goro_cond *): goro_call_cond_,           \
      void (*)(goro_chan *): goro_call_chan_,           \
      void (*)(goro_timer *): goro_call_timer_,         \
      void (*)(goro_ticker *): goro_call_ticker_,       \
      void (*)(goro_context *): goro_call_context_,     \
      void (*)(goro_error *): goro_call_error_)

#define GORO_CALL_(name)                                   \
  static inline void goro_call_##name##_(void *deferred) { \
    goro_deferred *d = (goro_deferred *)deferred;          \
    void (*fn)(goro_##name *) =                            \
        (void (*)(goro_##name *))(void (*)(void))d->fn_;   \
    fn((goro_##name *)d->arg_);                            \
  }
GORO_CALL_(mutex)
GORO_CALL_(rwmutex)
GORO_CALL_(waitgroup)
GORO_CALL_(cond)
GORO_CALL_(chan)
GORO_CALL_(timer)
GORO_CALL_(ticker)
GORO_CALL_(context)
GORO_CALL_(error)

#define GORO_LOCK_OF_(m)              \
  _Generic((m),                       \
      goro_mutex *: goro_with_mutex_, \
      goro_rwmutex *: goro_with_wlock_)

static inline goro_deferred *goro_with_mutex_(goro_deferred *d, goro_mutex *m) {
  goro_mutex_lock(m);
  goro_defer_begin_(d, goro_call_mutex_, GORO_ANY_FUNC_(goro_mutex_unlock), m);
  return d;
}

static inline goro_deferred *goro_with_wlock_(goro_deferred *d,
                                              goro_rwmutex *rw) {
  goro_rwmutex_lock(rw);
  goro_defer_begin_(d, goro_call_rwmutex_, GORO_ANY_FUNC_(goro_rwmutex_unlock),
                    rw);
  return d;
}

static inline goro_deferred *goro_with_rlock_(goro_deferred *d,
                                              goro_rwmutex *rw) {
  goro_rwmutex_rlock(rw);
  goro_defer_begin_(d, goro_call_rwmutex_, GORO_ANY_FUNC_(goro_rwmutex_runlock),
                    rw);
  return d;
}

#endif
#endif
