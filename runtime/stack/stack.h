/* stack.h: a goroutine's C stack as a chain of segments (stack.c). */
#ifndef GORO_STACK_H
#define GORO_STACK_H

#include "stack/switch.h"

/* Bytes below seg->lo that unchecked code may use: leaf functions with small
 * frames, and the entry of goro__morestack. */
enum { STACK_RED = 128 };

/* Lay a first segment into mem[0..size). */
struct stackseg *goro__seg_first(void *mem, size_t size);

static inline uintptr_t goro__seg_hi(const struct stackseg *s) {
  return s->lo + s->size;
}

static inline bool goro__seg_contains(const struct stackseg *s, uintptr_t sp) {
  return sp - s->lo <= s->size;
}

/* Lowest byte of s that a parked goroutine does not use. */
static inline uintptr_t goro__seg_floor(const struct stackseg *s) {
  return s->lo - STACK_RED;
}

/* The stack pointer goes from old to nsp, which is not in the segment that
 * was current.  Makes the right segment current, linking a new one if the
 * stack grows past its end, and returns the stack pointer to use: nsp itself
 * or its like in the new segment. */
uintptr_t goro__stack_adjust(struct gstack *gs, uintptr_t old, uintptr_t nsp);

/* sp, or where it was before the segments were entered of which nothing is left
 * but sp itself, at their top.  The memory of such may be given back. */
uintptr_t goro__stack_settle(const struct gstack *gs, uintptr_t sp);

/* gs is parked at gs->sp: make the segment that holds it current and give
 * back the segments beyond it. */
void goro__stack_trim(struct gstack *gs);

/* Give back all segments but the first. */
void goro__stack_reset(struct gstack *gs);

/* Invariants 1 to 3 of stack.c; throws. */
void goro__stack_check(const struct gstack *gs);

#endif
