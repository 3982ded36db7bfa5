/* error.c: the errors that Go's compiler checks for: an index, a slice's
 * bounds, division by zero, a nil pointer.
 *
 * Go: runtime/error.go (boundsErrorFmts), panic.go (goPanicIndex, panicdivide,
 * panicmem).
 *
 * Locks: none.
 *
 * Differs from Go: nothing checks by itself.  The program asks (goro_index and
 * the others), and what it does not ask about is C's undefined behaviour.
 */
#include <string.h>

#include "base/print.h"
#include "sched/runtime2.h"

#define RUNTIME_ERROR "runtime error: "

void goro__panicmem(void) {
  goro__gopanic(RUNTIME_ERROR
                "invalid memory address or nil pointer dereference",
                NULL, true);
}

void goro__panicdivide(void) {
  goro__gopanic(RUNTIME_ERROR "integer divide by zero", NULL, true);
}

/* Panic with fmt, in which %x and %y stand for the numbers.
 * Go: boundsError.appendIndexError. */
static void bounds_error(const char *fmt, int64_t x, int64_t y) {
  char text[128] = RUNTIME_ERROR;
  size_t n = sizeof RUNTIME_ERROR - 1;
  for (const char *p = fmt; *p; p++) {
    if (*p == '%')
      n += goro__itoa(text + n, *++p == 'x' ? x : y);
    else
      text[n++] = *p;
  }
  text[n] = 0;
  struct g *gp = getg();
  if (!gp || gp == gp->m->g0) goro__throw(text);
  goro__gopanic(goro__keepmsg(text), NULL, true);
}

void goro__panicIndex(int64_t x, int64_t len) {
  bounds_error(x < 0 ? "index out of range [%x]"
                     : "index out of range [%x] with length %y",
               x, len);
}

void goro__panicSliceAcap(int64_t hi, int64_t cap) {
  bounds_error(hi < 0 ? "slice bounds out of range [:%x]"
                      : "slice bounds out of range [:%x] with capacity %y",
               hi, cap);
}

void goro__panicSliceB(int64_t lo, int64_t hi) {
  bounds_error(lo < 0 ? "slice bounds out of range [%x:]"
                      : "slice bounds out of range [%x:%y]",
               lo, hi);
}
