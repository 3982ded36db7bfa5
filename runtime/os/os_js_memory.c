/* os_js_memory.c: memory on JavaScript hosts, for os_js.c and os_npm.c.
 *
 * Locks: none but malloc's own.
 */
#include <stdlib.h>
#include <string.h>

#include "os/os.h"

#if GORO_DEBUG
uint32_t os_fail_alloc_at;
#endif

/* Emscripten's malloc aligns to 8 only. */
void *os_alloc(size_t size) {
#if GORO_DEBUG
  if (os_fail_alloc_at != 0 && --os_fail_alloc_at == 0) return NULL;
#endif
  if (size > PTRDIFF_MAX) return NULL;
  size_t whole = (size + 15) & ~(size_t)15;
  void *p = aligned_alloc(16, whole);
  return p ? memset(p, 0, whole) : NULL;
}

void os_free(void *p) { free(p); }
