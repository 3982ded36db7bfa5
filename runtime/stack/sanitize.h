/* sanitize.h: what the sanitizers and valgrind are told of stack switches.
 *
 * For switch_ucontext.c only.  Without being told they take the frames of one
 * goroutine for those of another and report nonsense, or nothing.
 *
 * Terms: a san is what the tools keep of one stack, a goroutine's or an M's.
 *
 * Invariants:
 *  1. san_leave comes right before a switch and san_arrive right after it, on
 *     the other stack, with no call between that the compiler instruments.
 *  2. A stack whose goroutine is over is left with san_leave_for_good.
 *  3. Whoever forgets frames without returning from them says so with
 *     san_forget, from another stack, before the stack is used again.
 *
 * To ThreadSanitizer all goroutines that one after the other use a stack are
 * one thread.  That hides no race: they ran on the same M, which orders them.
 *
 * In a build without sanitizers and valgrind's headers everything here is
 * empty.
 */
#ifndef GORO_SANITIZE_H
#define GORO_SANITIZE_H

#include "base/base.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GORO_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define GORO_TSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define GORO_ASAN 1
#endif
#if defined(__SANITIZE_THREAD__)
#define GORO_TSAN 1
#endif
#ifndef GORO_ASAN
#define GORO_ASAN 0
#endif
#ifndef GORO_TSAN
#define GORO_TSAN 0
#endif

#if GORO_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/lsan_interface.h>
#endif
#if GORO_TSAN
#include <sanitizer/tsan_interface.h>
#endif
#if defined(__has_include)
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif
#endif

/* For functions that run on two stacks: entered on one, left on another. */
#define GORO_NO_SANITIZE                                        \
  __attribute__((no_sanitize("address"), no_sanitize("thread"), \
                 no_sanitize("undefined")))

struct san {
  const void *lo; /* lowest address of the stack; an M's: 0 until first left */
  size_t size;
  void *fake;        /* ASan: fake frames (use after return), while away */
  void *tsan;        /* TSan: its view of this stack as a thread */
  unsigned valgrind; /* valgrind's id of the stack */
};

/* s is the stack that runs: an M's own, made by the host. */
static inline void san_init_running(struct san *s) {
#if GORO_TSAN
  s->tsan = __tsan_get_current_fiber();
#else
  (void)s;
#endif
}

/* s is a new stack for goroutines, one after the other. */
static inline void san_init(struct san *s, void *lo, size_t size) {
  s->lo = lo;
  s->size = size;
  s->fake = NULL;
#if GORO_TSAN
  s->tsan = __tsan_create_fiber(0);
#endif
#ifdef VALGRIND_STACK_REGISTER
  s->valgrind = VALGRIND_STACK_REGISTER(lo, (char *)lo + size);
#endif
}

/* The frames from p to the high end of s are forgotten: ASan takes their
 * borders for errors, TSan keeps a record of their calls. */
static inline void san_forget(struct san *s, const void *p) {
#if GORO_ASAN
  size_t used = (size_t)((const char *)s->lo + s->size - (const char *)p);
  __asan_unpoison_memory_region(p, used);
#endif
#if GORO_TSAN
  __tsan_destroy_fiber(s->tsan);
  s->tsan = __tsan_create_fiber(0);
#endif
  (void)s;
  (void)p;
}

static inline void san_free(struct san *s) {
#if GORO_TSAN
  __tsan_destroy_fiber(s->tsan);
  s->tsan = NULL;
#endif
#ifdef VALGRIND_STACK_REGISTER
  VALGRIND_STACK_DEREGISTER(s->valgrind);
#endif
  (void)s;
}

GORO_NO_SANITIZE static inline void san_leave(struct san *from,
                                              struct san *to) {
#if GORO_ASAN
  __sanitizer_start_switch_fiber(&from->fake, to->lo, to->size);
#endif
#if GORO_TSAN
  __tsan_switch_to_fiber(to->tsan, 0);
#endif
  (void)from;
  (void)to;
}

GORO_NO_SANITIZE static inline void san_leave_for_good(struct san *to) {
#if GORO_ASAN
  __sanitizer_start_switch_fiber(NULL, to->lo, to->size);
#endif
#if GORO_TSAN
  __tsan_switch_to_fiber(to->tsan, 0);
#endif
  (void)to;
}

/* Now on `here`, from `from`: only ASan knows the bounds of an M's stack. */
GORO_NO_SANITIZE static inline void san_arrive(struct san *here,
                                               struct san *from) {
#if GORO_ASAN
  __sanitizer_finish_switch_fiber(here->fake, &from->lo, &from->size);
#endif
  (void)here;
  (void)from;
}

#endif
