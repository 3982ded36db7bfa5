/* errors.c: error values.
 *
 * Go: errors/errors.go.
 *
 * Invariant: the text of a counted error lies behind its record, in the same
 * block.
 * Locks: none.
 */
#include "lib/errors/errors.h"

#include <string.h>

#include "sched/runtime2.h"

struct error *goro__errors_New(const char *text) {
  size_t size = strlen(text) + 1;
  struct error *e = goro__mallocz(sizeof *e + size);
  memcpy(e + 1, text, size);
  e->text = (const char *)(e + 1);
  e->refs = 1;
  return e;
}

void goro__error_release(struct error *e) {
  if (!e || LoadRelaxed(&e->refs) == 0) return;
  if (Xadd(&e->refs, -1) == 0) os_free(e);
}
