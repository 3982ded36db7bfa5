/* base.h: attributes, asserts and the small words that every room uses. */
#ifndef GORO_BASE_H
#define GORO_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GORO_NOINLINE __attribute__((noinline))
#define GORO_UNUSED __attribute__((unused))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* Marks a function that may unwind the goroutine's stack: it parks, yields,
 * panics or calls user code.  Its callers must hold no M or P in a local
 * across the call, and no lock. */
#define GORO_UNWINDS

/* A broken runtime: report it and exit with code 2.  Defined in sched/panic.c;
 * the message is a static string "file: what is wrong". */
_Noreturn GORO_NOINLINE void goro__throw(const char *msg);

/* An error in the program that cannot be recovered (Go's fatal). */
_Noreturn GORO_NOINLINE void goro__fatal(const char *msg);

/* The host has no size more bytes. */
_Noreturn GORO_NOINLINE void goro__oom(size_t size);

/* Checked in debug builds only; what a release build must check says
 * `if (...) goro__throw(...)`. */
#if GORO_DEBUG
#define GORO_STR_(x) #x
#define GORO_STR(x) GORO_STR_(x)
#define goro_assert(cond) \
  ((cond) ? (void)0 : goro__throw(__FILE__ ":" GORO_STR(__LINE__) ": " #cond))
#else
#define goro_assert(cond) ((void)0)
#endif

#define GORO_MIN(a, b) ((a) < (b) ? (a) : (b))
#define GORO_MAX(a, b) ((a) > (b) ? (a) : (b))

#endif
