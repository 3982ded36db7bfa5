/* errors.h: error values.
 *
 * Go: package errors; errors/errors.go.
 *
 * An error is a text with an identity: two errors are the same if they are one
 * record, whatever they say, as with Go's errors.New.  No error is NULL.
 *
 * Lifetime: refs counts who holds the record; the last one to let go frees it.
 * A record with refs 0 is static, the program's or the runtime's own, and is
 * not counted at all.
 *
 * Locks: none.
 */
#ifndef GORO_ERRORS_H
#define GORO_ERRORS_H

#include "base/atomic.h"
#include "base/base.h"

/* Same layout as the public goro_error. */
struct error {
  const char *text; /* r/o */
  int32_t refs;     /* atomic: references, or 0: static */
};

/* A copy of text as an error, with one reference. */
struct error *goro__errors_New(const char *text);

/* One more reference to e; NULL stays NULL. */
static inline struct error *goro__error_retain(struct error *e) {
  if (e && LoadRelaxed(&e->refs) != 0) Xadd(&e->refs, 1);
  return e;
}

void goro__error_release(struct error *e); /* NULL does nothing */

#endif
