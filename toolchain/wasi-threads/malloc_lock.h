/* Forced in (-include) where emmalloc is compiled.  With threads it takes a
 * spinlock by these two builtins: where threads outnumber processors, everyone
 * would spin while the holder is off its processor.  Here they are a lock that
 * sleeps, and is taken when the first one returns. */
#ifndef WT_MALLOC_LOCK_H
#define WT_MALLOC_LOCK_H

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

void __wt_malloc_lock(void);
void __wt_malloc_unlock(void);

#define __sync_lock_test_and_set(flag, one) (__wt_malloc_lock(), 0)
#define __sync_lock_release(flag) __wt_malloc_unlock()

/* sbrk takes a number that is negative for a wish to shrink, and aborts. */
static void *__wt_sbrk(uintptr_t size) {
  if (size <= INTPTR_MAX) return sbrk((intptr_t)size);
  errno = ENOMEM;
  return (void *)-1;
}
#define sbrk(size) __wt_sbrk(size)
#endif
