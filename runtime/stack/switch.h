/* switch.h: the only doors between stacks.
 *
 * A goroutine runs on a stack of its own and leaves it only through
 * goro__leave and goro__drop; the scheduler, on the M's stack, enters it only
 * through goro__gogo.  Back ends: switch_asyncify.c (WebAssembly) and
 * switch_ucontext.c (native: sanitizers, fuzzing).  There is room for JSPI and
 * for the stack-switching proposal: nothing here says how frames are kept.
 *
 * Go: gogo and mcall of runtime/asm_*.s.
 *
 * Terms: gstack is what a goroutine keeps of its stacks while it is away; the
 * M's own stack is the libc stack on which goro__run was called.
 *
 * Invariants:
 *  1. goro__leave returns only after goro__gogo resumed the same gstack; it
 *     may then run on another M.  So: no thread-local and no M or P in a local
 *     across it.
 *  2. What must happen after the switch is complete (unlocking, requeueing)
 *     happens on the M, after goro__gogo returned: only then are the frames
 *     safe, and only then may another M resume them.
 *  3. A gstack is touched only by the M that runs it, or that owns the G's
 *     state while it does not run (sched/runtime2.h).
 */
#ifndef GORO_SWITCH_H
#define GORO_SWITCH_H

#include "base/base.h"

/* Bytes of the first C stack segment, which lies within the G record: enough
 * for a goroutine of a few shallow frames that parks, see needs.md. */
struct stackseg {
  struct stackseg *prev; /* older segment, NULL in the first */
  struct stackseg *next; /* newer segment, or NULL */
  uintptr_t lo;          /* lowest address a checked frame may reach */
  uintptr_t size;        /* hi - lo; the stack starts at hi */
  uintptr_t saved_sp;    /* SP in prev when this segment was entered */
};

/* What a goroutine keeps of its stacks.  Owner: see invariant 3. */
struct gstack {
  struct stackseg *seg; /* asyncify: segment that holds sp, NULL: none yet */
  uintptr_t sp;         /* asyncify: C stack pointer of a parked goroutine */
  char *frames;         /* asyncify: unwound frames of a parked goroutine */
  uint32_t nframes;     /* their size in bytes; 0: not started, or running */
  uint32_t framecap;    /* capacity of framebuf */
  char *framebuf;       /* heap copy, where they do not fit below sp */
  uint32_t size;        /* bytes of C stack in all segments */
  void *ctx;            /* ucontext: the saved context and its mapping */
};

/* Why goro__gogo came back. */
enum switch_result {
  SWITCH_RETURNED, /* the function returned: the goroutine is over */
  SWITCH_LEFT,     /* goro__leave: resume it with goro__gogo */
  SWITCH_DROPPED,  /* goro__drop: frames are gone, the goroutine is over */
};

/* Once per M, on the M's own stack, before anything else here. */
void goro__switch_minit(void);

/* Make gs ready for a first goro__gogo: a fresh one, or one whose goroutine
 * is over.  first/size: memory for the first segment, of the G record. */
void goro__gstack_init(struct gstack *gs, void *first, size_t size);

/* Give back what a finished or parked gs holds beyond its first segment. */
void goro__gstack_free(struct gstack *gs);

/* Enter gs: calls fn(arg) on a fresh one, and on one that has returned;
 * resumes one that has left, with the fn and arg of its start. */
enum switch_result goro__gogo(struct gstack *gs, void (*fn)(void *), void *arg);

/* Leave the running goroutine's stack for the M's.  Returns when resumed. */
GORO_UNWINDS void goro__leave(void);

/* Leave it for good: no deferred call runs, all frames are forgotten.  Does
 * not return, but must not be declared so: unwinding returns through it. */
GORO_UNWINDS void goro__drop(void);

/* A place on the stack to which a panic can cut back.  Lives in the frame of
 * goro__scope_call's caller. */
struct scope {
  uintptr_t sp; /* asyncify: C stack pointer at the call */
  bool aborted; /* goro__scope_abort unwound to here */
  void *ctx;    /* ucontext: jump buffer */
};

/* Call fn(arg).  True if it returned, false if goro__scope_abort(s) cut it
 * off. */
GORO_UNWINDS bool goro__scope_call(struct scope *s, void (*fn)(void *),
                                   void *arg);

/* Forget all frames above s and make its goro__scope_call return false.  As
 * goro__drop it does not return. */
GORO_UNWINDS void goro__scope_abort(struct scope *s);

/* Call f(a, b) on the M's stack where f must not unwind.  Asyncify takes every
 * indirect call for one that may; this keeps its callers free of that, and
 * throws if f does unwind.
 *
 * The result has 64 bits so that no function of a program has this type: the
 * passes think that an indirect call can reach all functions of its type, and
 * would charge a comparison for qsort with the stack of the whole runtime. */
typedef int64_t (*nounwind_func)(void *a, void *b);
int64_t goro__nounwind(nounwind_func f, void *a, void *b);

/* True while the M runs a goroutine's stack (not its own). */
bool goro__on_gstack(void);

/* Largest C stack of one goroutine, all segments together, in bytes. */
extern uint32_t goro__maxstacksize;

/* Called by a back end when the running goroutine's stack would exceed size
 * bytes; what says which one ("stack", "unwind buffer", ...).  Defined in
 * sched/panic.c. */
_Noreturn void goro__stack_overflow(const char *what, size_t size);

#endif
