/* switch_asyncify.c: stack switching in WebAssembly, on Binaryen's asyncify.
 *
 * Go: gogo, mcall, morestack of runtime/asm_*.s.
 *
 * How it works.  The asyncify pass gives every function that may suspend two
 * more modes.  In `unwinding` it saves its locals and the place it was at into
 * a buffer and returns at once, so that the whole stack folds up from the
 * innermost frame outwards.  In `rewinding` it takes them back and calls on
 * into the place it was at, until the innermost call ends the mode.  While
 * either lasts no other code of these functions runs: neither prologues nor
 * epilogues move the C stack pointer.
 *
 *    goro__gogo (M's stack)                    goroutine's stack
 *      start_rewind, fn(arg) ───────────────►  ... goro__leave: stop_rewind
 *                                              ... runs ...
 *      stop_unwind  ◄──────────────────────── goro__leave: start_unwind
 *
 * The pass does not instrument a function that calls its primitives.  One that
 * calls start_unwind or stop_rewind is the top of the stack; one that calls
 * stop_unwind or start_rewind is the bottom, and what it calls does not make
 * its callers instrumented.  So each stands alone here, noinline, and nothing
 * else may be merged into it: this file is compiled by itself.
 *
 * Invariants:
 *  1. data.cur..data.end is in the M's scratch buffer while unwinding, and in
 *     the goroutine's saved frames while rewinding.
 *  2. goro__stack_lo/_size describe the stack on which the M runs: the current
 *     segment of ms.gs, or the M's own stack if ms.gs is NULL.
 *  3. ms.state is SW_NORMAL whenever code other than this file's runs.
 *
 * Locks: none.  All state is the M's own: wasm globals and thread-locals,
 * never cached across a suspension because no function here both suspends and
 * goes on.
 *
 * Tried and dropped: Emscripten's fibers (one suspended stack at a time, tied
 * to its instance); unwinding straight into the goroutine's memory (the size
 * is known only afterwards).
 */
#include <string.h>

#include "os/os.h"
#include "os/tls.h"
#include "stack/stack.h"
#include "stack/switch.h"

#define ASYNCIFY(name) \
  __attribute__((import_module("asyncify"), import_name(#name)))
ASYNCIFY(start_unwind) void goro__asyncify_start_unwind(void *data);
ASYNCIFY(stop_unwind) void goro__asyncify_stop_unwind(void);
ASYNCIFY(start_rewind) void goro__asyncify_start_rewind(void *data);
ASYNCIFY(stop_rewind) void goro__asyncify_stop_rewind(void);

/* The instance's globals: the current G (os/tls.h), and the range of the
 * current C stack segment, which the inserted checks read. */
__asm__(".section .globals,\"\",@\n"
        ".globaltype goro__g, i32\n"
        ".globl goro__g\n"
        "goro__g:\n"
        ".globaltype goro__stack_lo, i32\n"
        ".globl goro__stack_lo\n"
        "goro__stack_lo:\n"
        ".globaltype goro__stack_size, i32\n"
        ".globl goro__stack_size\n"
        "goro__stack_size:\n"
        ".text\n");

enum switch_state {
  SW_NORMAL,
  SW_REWINDING,
  SW_LEAVING,  /* unwinding; the frames are kept */
  SW_DROPPING, /* unwinding; the frames are forgotten */
  SW_ABORTING, /* unwinding as far as ms.target */
};

/* Asyncify's own structure. */
struct asyncify_data {
  char *cur; /* next byte to write, or end of what is left to read */
  char *end;
};

enum {
  SCRATCH_MIN = 16 * 1024,
  SCRATCH_MAX = 8 * 1024 * 1024,
  /* The pass checks after a frame is written: the largest frame of the module
   * must fit here, which the pass verifies. */
  SCRATCH_SLACK = 16 * 1024
};

static _Thread_local struct {
  enum switch_state state;
  struct asyncify_data data;
  char *scratch; /* unwind buffer, grown on demand, never shrunk */
  uint32_t scratchcap;
  uintptr_t lo, hi;     /* the M's own C stack; 0 before it was asked for */
  struct gstack *gs;    /* whose stack the M runs; NULL: its own */
  uintptr_t g0sp;       /* the M's own stack pointer while gs runs */
  struct scope *target; /* of SW_ABORTING */
} ms;

static inline __attribute__((always_inline)) uintptr_t get_sp(void) {
  uintptr_t sp;
  __asm__ volatile(".globaltype __stack_pointer, i32\n"
                   "global.get __stack_pointer\n"
                   "local.set %0"
                   : "=r"(sp));
  return sp;
}

static inline __attribute__((always_inline)) void set_sp(uintptr_t sp) {
  __asm__ volatile(".globaltype __stack_pointer, i32\n"
                   "local.get %0\n"
                   "global.set __stack_pointer"
                   :
                   : "r"(sp)
                   : "memory");
}

static inline __attribute__((always_inline)) void set_range(uintptr_t lo,
                                                            uintptr_t size) {
  __asm__ volatile(".globaltype goro__stack_lo, i32\n"
                   ".globaltype goro__stack_size, i32\n"
                   "local.get %0\n"
                   "global.set goro__stack_lo\n"
                   "local.get %1\n"
                   "global.set goro__stack_size"
                   :
                   : "r"(lo), "r"(size));
}

static inline __attribute__((always_inline)) void set_own_range(void) {
  uintptr_t lo = ms.lo + STACK_RED;
  set_range(lo, ms.hi - lo);
}

void goro__switch_minit(void) {
  ms.scratch = os_alloc(SCRATCH_MIN + SCRATCH_SLACK);
  if (!ms.scratch) goro__oom(SCRATCH_MIN);
  ms.scratchcap = SCRATCH_MIN;
  os_mstack(&ms.lo, &ms.hi);
  set_own_range();
}

void goro__gstack_init(struct gstack *gs, void *first, size_t size) {
  struct stackseg *s = goro__seg_first(first, size);
  gs->seg = s;
  gs->sp = goro__seg_hi(s);
  gs->size = (uint32_t)s->size;
  gs->nframes = 0;
}

void goro__gstack_free(struct gstack *gs) {
  goro__stack_reset(gs);
  os_free(gs->framebuf);
  gs->framebuf = NULL;
  gs->framecap = 0;
}

bool goro__on_gstack(void) { return ms.gs != NULL; }

/* ---- frames of a parked goroutine ---- */

/* Where gs may keep n bytes of frames: in the unused part of its C stack, or
 * on the heap.  Nothing pushes onto the C stack before they are consumed. */
static char *frame_home(struct gstack *gs, uint32_t n) {
  uintptr_t floor = goro__seg_floor(gs->seg);
  if (n <= gs->sp - floor) return (char *)floor;
  if (n <= gs->framecap) return gs->framebuf;
  os_free(gs->framebuf);
  gs->framecap = (n + 63) & ~UINT32_C(63);
  gs->framebuf = os_alloc(gs->framecap);
  if (!gs->framebuf) goro__oom(n);
  return gs->framebuf;
}

/* Copy n bytes, rounded up to 8.  Frames are about a hundred bytes, and for
 * those a loop beats memory.copy, which engines call out for. */
__attribute__((no_builtin("memcpy"))) static inline void copy_words(
    char *dst, const char *src, uint32_t n) {
  uint64_t *d = (uint64_t *)dst;
  const uint64_t *s = (const uint64_t *)src;
  for (uint32_t i = 0; i < n; i += 8) *d++ = *s++;
}

/* The goroutine has left with its frames in the scratch buffer. */
static inline void save_frames(struct gstack *gs) {
  uint32_t n = (uint32_t)(ms.data.cur - ms.scratch);
  if (unlikely(gs->seg->prev || gs->seg->next)) goro__stack_trim(gs);
  gs->nframes = n;
  gs->frames = frame_home(gs, (n + 7) & ~UINT32_C(7));
  copy_words(gs->frames, ms.scratch, n);
}

/* ---- entering and leaving ---- */

/* Bottom of every goroutine's stack. */
GORO_NOINLINE enum switch_result goro__gogo(struct gstack *gs,
                                            void (*fn)(void *), void *arg) {
  uintptr_t g0sp = get_sp();
  ms.g0sp = g0sp;
  ms.gs = gs;
  set_range(gs->seg->lo, gs->seg->size);
  set_sp(gs->sp);
  if (gs->nframes) {
    ms.state = SW_REWINDING;
    ms.data.cur = ms.data.end = gs->frames + gs->nframes;
    goro__asyncify_start_rewind(&ms.data);
  }
  fn(arg);
  enum switch_state how = ms.state;
  if (how != SW_NORMAL) {
    goro__asyncify_stop_unwind();
    ms.state = SW_NORMAL;
  }
  gs->sp = get_sp();
  gs->nframes = 0; /* a next goro__gogo starts afresh, unless it has left */
  set_sp(g0sp);
  set_own_range();
  ms.gs = NULL;
  if (how == SW_NORMAL) return SWITCH_RETURNED;
  if (how == SW_DROPPING) return SWITCH_DROPPED;
  save_frames(gs);
  return SWITCH_LEFT;
}

static inline __attribute__((always_inline)) void begin_unwind(
    enum switch_state how) {
  ms.state = how;
  ms.data.cur = ms.scratch;
  ms.data.end = ms.scratch + ms.scratchcap;
  goro__asyncify_start_unwind(&ms.data);
}

/* Top of a parked goroutine's stack. */
GORO_NOINLINE void goro__leave(void) {
  if (ms.state == SW_REWINDING) {
    ms.state = SW_NORMAL;
    goro__asyncify_stop_rewind();
    return;
  }
  begin_unwind(SW_LEAVING);
}

GORO_NOINLINE void goro__drop(void) { begin_unwind(SW_DROPPING); }

/* ---- scopes ---- */

/* A bottom in the middle of a stack: an abort ends here, all else passes
 * through.  It keeps nothing in locals but its arguments, because a rewind
 * calls it again with those. */
static GORO_NOINLINE void goro__switch_scope(struct scope *s,
                                             void (*fn)(void *), void *arg) {
  /* Settled: a park inside fn may give back an empty segment. */
  if (ms.state != SW_REWINDING) s->sp = goro__stack_settle(ms.gs, get_sp());
  fn(arg);
  if (ms.state == SW_ABORTING && ms.target == s) {
    goro__asyncify_stop_unwind();
    ms.state = SW_NORMAL;
    ms.target = NULL;
    s->aborted = true;
    set_sp(s->sp);
  }
}

/* Called through a pointer that the compiler cannot see through: a direct call
 * of a bottom would leave goro__scope_call, and so its callers, without
 * instrumentation, and a park inside could not pass through. */
static void (*volatile switch_scope_ptr)(struct scope *, void (*)(void *),
                                         void *) = goro__switch_scope;

bool goro__scope_call(struct scope *s, void (*fn)(void *), void *arg) {
  s->aborted = false;
  switch_scope_ptr(s, fn, arg);
  return !s->aborted;
}

GORO_NOINLINE void goro__scope_abort(struct scope *s) {
  ms.target = s;
  begin_unwind(SW_ABORTING);
}

GORO_NOINLINE int64_t goro__nounwind(nounwind_func f, void *a, void *b) {
  int64_t r = f(a, b);
  if (unlikely(ms.state != SW_NORMAL)) {
    ms.data.cur = ms.scratch;
    goro__asyncify_stop_unwind();
    ms.state = SW_NORMAL;
    goro__throw("switch: unwind where it is not possible");
  }
  return r;
}

/* ---- called by the inserted checks ---- */

static GORO_NOINLINE uintptr_t morestack_on_m(uintptr_t old, uintptr_t nsp) {
  struct gstack *gs = ms.gs;
  if (gs) return goro__stack_adjust(gs, old, nsp);
  /* Before boot (constructors run first), or the M's own stack is full.  It may
   * begin at address 0: nsp has then wrapped around. */
  if (nsp >= ms.lo + STACK_RED && nsp <= ms.hi) return nsp;
  /* The report needs stack itself, and nothing here goes on: from the top. */
  set_sp(ms.hi);
  goro__stack_overflow("stack of the host thread", ms.hi - ms.lo);
}

/* A prologue's stack pointer nsp is not in the current segment.  Runs with the
 * goroutine's stack pointer until it has changed over, so it has no frame of
 * its own. */
__attribute__((export_name("goro__morestack"))) GORO_NOINLINE uintptr_t
goro__morestack(uintptr_t nsp) {
  uintptr_t old = get_sp();
  if (ms.gs) set_sp(ms.g0sp);
  if (unlikely(ms.hi == 0)) os_mstack(&ms.lo, &ms.hi);
  set_own_range();
  uintptr_t sp = morestack_on_m(old, nsp);
  if (ms.gs) set_range(ms.gs->seg->lo, ms.gs->seg->size);
  set_sp(old);
  return sp;
}

/* The unwind in progress has filled the scratch buffer: its frames go into one
 * of twice the size, and it goes on there.  Frames hold no pointers to each
 * other.  Top and bottom at once: the mode is off while this allocates. */
__attribute__((export_name("goro__unwind_overflow"))) GORO_NOINLINE void
goro__unwind_overflow(void) {
  uint32_t used = (uint32_t)(ms.data.cur - ms.scratch);
  enum switch_state how = ms.state;
  ms.data.end = ms.data.cur;
  goro__asyncify_stop_unwind();
  ms.state = SW_NORMAL;
  uint32_t cap = ms.scratchcap * 2;
  if (cap > SCRATCH_MAX) goro__stack_overflow("unwind buffer", ms.scratchcap);
  char *bigger = os_alloc(cap + SCRATCH_SLACK);
  if (!bigger) goro__oom(cap + SCRATCH_SLACK);
  memcpy(bigger, ms.scratch, used);
  os_free(ms.scratch);
  ms.scratch = bigger;
  ms.scratchcap = cap;
  ms.state = how;
  ms.data.cur = bigger + used;
  ms.data.end = bigger + cap;
  goro__asyncify_start_unwind(&ms.data);
}
