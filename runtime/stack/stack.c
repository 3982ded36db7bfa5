/* stack.c: the C stack of a goroutine, grown by linked segments.
 *
 * Go: runtime/stack.go (newstack, morestack); as Go before 1.3, which also
 * had segments: C frames cannot move, other goroutines may point into them.
 *
 * A frame is allocated by `sp -= n` in a function's prologue.  A pass after
 * linking (bindings/cc/passes) makes that a range check against the current
 * segment; on a miss goro__stack_adjust is called on the M's own stack.
 * Epilogues (`sp += n`) are unchanged: a function returns to the sp its caller
 * had, or to the top of the segment that was linked for it, and the next
 * prologue's check finds out which.
 *
 * Terms: old is the sp before a prologue, nsp after it; old - nsp bytes are
 * wanted.  A segment is memory laid out as
 *     struct stackseg | STACK_RED bytes | lo ... hi     (grows down from hi)
 *
 * Invariants:
 *  1. gs->seg's chain by prev ends in the first segment, which lies in the G.
 *  2. sp is in [lo, hi] of exactly one segment of the chain, but for the red
 *     zone; all frames in newer segments are dead.
 *  3. gs->size is the sum of the sizes of all segments, newer ones included.
 *
 * Locks: none.  A gstack belongs to the M that runs it; the cache of segments
 * is the M's own (thread-local).
 *
 * Tried and dropped: one fixed stack a goroutine (a printf needs 2 KiB, a
 * million goroutines need 2 GiB); copying stacks as Go does (C has no pointer
 * maps).
 */
#include "stack/stack.h"

#include "base/print.h"
#include "os/os.h"

enum {
  SEG_MIN = 4096,  /* bytes of memory of a first linked segment */
  SEG_MAX = 65536, /* growth doubles up to this */
  SEG_CACHE = 16,  /* segments of SEG_MIN that an M keeps */
  SEG_SLACK = 256, /* room for the callee's callees */
  SEG_HEADER = (int)((sizeof(struct stackseg) + 15) & ~(size_t)15) + STACK_RED
};

/* Room for deep recursion, and far below what engines give their own stack:
 * the check here must hit first, because it can say what happened. */
uint32_t goro__maxstacksize = 256 * 1024;

static _Thread_local struct stackseg *seg_cache; /* linked by next */
static _Thread_local int nseg_cache;

struct stackseg *goro__seg_first(void *mem, size_t size) {
  uintptr_t start = ((uintptr_t)mem + 15) & ~(uintptr_t)15;
  uintptr_t hi = ((uintptr_t)mem + size) & ~(uintptr_t)15;
  struct stackseg *s = (struct stackseg *)start;
  *s = (struct stackseg){.lo = start + SEG_HEADER};
  s->size = hi - s->lo;
  return s;
}

/* A segment of mem bytes in all, from the cache or the host. */
static struct stackseg *seg_alloc(size_t mem) {
  struct stackseg *s = seg_cache;
  if (mem == SEG_MIN && s) {
    seg_cache = s->next;
    nseg_cache--;
    return goro__seg_first(s, mem);
  }
  s = os_alloc(mem);
  if (!s) goro__oom(mem);
  goro_assert((uintptr_t)s % 16 == 0); /* os_free gets it back as it is */
  return goro__seg_first(s, mem);
}

static void seg_release(struct stackseg *s) {
  if (s->size + SEG_HEADER == SEG_MIN && nseg_cache < SEG_CACHE) {
    s->next = seg_cache;
    seg_cache = s;
    nseg_cache++;
    return;
  }
  os_free(s);
}

/* Give back everything newer than s. */
static void seg_cut(struct gstack *gs, struct stackseg *s) {
  struct stackseg *next;
  for (struct stackseg *t = s->next; t; t = next) {
    next = t->next;
    gs->size -= (uint32_t)t->size;
    seg_release(t);
  }
  s->next = NULL;
}

/* Bytes of memory for a segment after s that must hold need bytes. */
static size_t seg_want(const struct gstack *gs, const struct stackseg *s,
                       size_t need) {
  size_t max = goro__maxstacksize;
  if (need > max || gs->size + need + SEG_SLACK > max)
    goro__stack_overflow("stack", max);
  size_t least = (need + SEG_SLACK + SEG_HEADER + 15) & ~(size_t)15;
  size_t want = GORO_MIN(2 * (s->size + SEG_HEADER), (size_t)SEG_MAX);
  if (want < SEG_MIN) want = SEG_MIN;
  if (want < least || gs->size + want - SEG_HEADER > max) want = least;
  return want;
}

/* A segment after s with room for need bytes: the one linked there, or a new
 * one. */
static struct stackseg *seg_next(struct gstack *gs, struct stackseg *s,
                                 size_t need) {
  struct stackseg *t = s->next;
  if (t && t->size > SEG_SLACK && t->size - SEG_SLACK >= need) return t;
  seg_cut(gs, s);
  t = seg_alloc(seg_want(gs, s, need));
  t->prev = s;
  s->next = t;
  gs->size += (uint32_t)t->size;
  return t;
}

/* The segment of gs that holds sp.  From the newest: it is nearly always one
 * of the last two. */
static struct stackseg *seg_find(const struct gstack *gs, uintptr_t sp) {
  struct stackseg *s = gs->seg;
  while (s->next) s = s->next;
  for (; s; s = s->prev)
    if (sp - goro__seg_floor(s) <= s->size + STACK_RED) return s;
  goro__throw("stack: stack pointer outside the goroutine's stack");
}

uintptr_t goro__stack_adjust(struct gstack *gs, uintptr_t old, uintptr_t nsp) {
  struct stackseg *s = seg_find(gs, old);
  if (goro__seg_contains(s, nsp)) {
    gs->seg = s;
    return nsp;
  }
  /* A frame so large that sp wrapped around asks for more than there is. */
  struct stackseg *t = seg_next(gs, s, old - nsp);
  t->saved_sp = old;
  gs->seg = t;
  return goro__seg_hi(t) - (old - nsp);
}

uintptr_t goro__stack_settle(const struct gstack *gs, uintptr_t sp) {
  struct stackseg *s = seg_find(gs, sp);
  for (; s->prev && sp == goro__seg_hi(s); s = s->prev) sp = s->saved_sp;
  return sp;
}

void goro__stack_trim(struct gstack *gs) {
  gs->sp = goro__stack_settle(gs, gs->sp);
  gs->seg = seg_find(gs, gs->sp);
  if (gs->seg->next) seg_cut(gs, gs->seg);
}

void goro__stack_reset(struct gstack *gs) {
  struct stackseg *s = gs->seg;
  while (s->prev) s = s->prev;
  gs->seg = s;
  if (s->next) seg_cut(gs, s);
}

void goro__stack_check(const struct gstack *gs) {
  uint32_t size = 0;
  const struct stackseg *s = gs->seg;
  while (s->next) s = s->next;
  for (; s; s = s->prev) {
    size += (uint32_t)s->size;
    if (s->prev && s->prev->next != s) goro__throw("stack: broken chain");
    if (s->prev && !goro__seg_contains(s->prev, s->saved_sp) &&
        s->saved_sp - goro__seg_floor(s->prev) > STACK_RED)
      goro__throw("stack: saved stack pointer outside its segment");
  }
  if (size != gs->size) goro__throw("stack: sizes do not add up");
}
