/* switch_ucontext.c: stack switching for native builds.
 *
 * Go: runtime/asm_amd64.s (gogo, mcall), stack.go (stackpool), signal_unix.go
 * (the report of a fault on a guard page).
 *
 * This build is there so that the runtime runs under sanitizers, valgrind and
 * a fuzzer.  A goroutine has an ordinary stack, mapped when it first runs and
 * given back when it is over; contexts are saved with getcontext.
 *
 * Why not swapcontext: AddressSanitizer intercepts it, prints a warning and
 * clears its knowledge of the whole stack at each switch.  sanitize.h tells it
 * what it needs instead.
 *
 * Terms:
 *  place  a stack that execution can leave and come back to.
 *  fiber  a goroutine's place; its record lies at the high end of its stack.
 *  mstack an M's own place, and what the M keeps for switching.
 *
 * Invariants:
 *  1. mstack.cur is the fiber that the M runs, NULL while it runs its own
 *     stack; fiber.m is that M, NULL while no M runs the fiber.
 *  2. Code on a goroutine's stack finds the M once, before it switches; after
 *     the switch fiber.m tells, which goro__gogo of the new M has set.
 *  3. gstack.ctx is a fiber from the first goro__gogo until the goroutine is
 *     over: a dead G keeps no stack.
 *  4. Below each stack lies a guard of guard_size bytes without access; a
 *     touch ends in goro__stack_overflow.  Only fibers beyond max_guarded have
 *     a canary instead (the kernel allows a process 65,530 mappings): there
 *     the overflow is found when the goroutine next leaves its stack.
 *
 * Locks: the pool and mstack belong to their M.  fibers_lock guards the list
 * of fibers that the leak check reads; it is the innermost lock.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "stack/switch.h"

#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "base/lock.h"
#include "os/os.h"
#include "stack/sanitize.h"

enum {
  guard_size = 65536, /* a frame may skip the first page, not sixteen */
  max_guarded = 16384,
  max_pooled = 64,        /* free stacks that an M keeps */
  altstack_size = 131072, /* the report of an overflow runs there */
  canary_words = 64,
  red_zone = 128 /* bytes below the stack pointer that a leaf may use */
};

/* Sanitized frames are larger than others: the stack too, the limit that a
 * report names is the same. */
enum { stack_scale = GORO_ASAN || GORO_TSAN ? 4 : 1 };

struct place {
  ucontext_t uc; /* valid while away */
  char *sp;      /* frames lie from here up, while away */
  struct san san;
};

struct mstack;

struct fiber {
  struct place place;
  struct mstack *m; /* invariant 1 */
  void (*fn)(void *);
  void *arg;
  enum switch_result why; /* set before it goes back to its M */
  char *map;              /* the mapping: guard and stack */
  size_t mapsize;
  uint32_t limit;     /* goro__maxstacksize when it was mapped */
  char *lo;           /* lowest address of the stack; guard below */
  bool guarded;       /* invariant 4 */
  struct fiber *next; /* in the pool, or in the list of all fibers */
  struct fiber *prev; /* in the list of all fibers */
};

struct mstack {
  struct place place;
  struct fiber *cur;  /* invariant 1 */
  struct fiber *pool; /* free stacks, linked by next */
  int npool;
  uint32_t nounwind; /* goro__nounwind calls under way */
  bool inited;
};

/* What a goro__scope_call waits for.  In its frame. */
struct jump {
  jmp_buf buf;
  struct fiber *f;   /* on whose stack, NULL: the M's */
  uint32_t nounwind; /* of the M at the call; the same at an abort */
};

static _Thread_local struct mstack this_mstack;

/* The M that runs.  Opaque to the compiler: the address of a thread-local must
 * not be kept across a switch. */
GORO_NOINLINE static struct mstack *get_m(void) {
  struct mstack *m = &this_mstack;
  __asm__ volatile("" : "+r"(m) : : "memory");
  return m;
}

bool goro__on_gstack(void) { return get_m()->cur != NULL; }

/* ---- the list of all fibers, for the leak check ---- */

/* Memory that only a parked goroutine points to is no leak: when the program
 * ends, LeakSanitizer is told of the stacks that are in use.  Only then: it
 * walks a list of them at each registration.  (It does not see the fake frames
 * that detect_stack_use_after_return=1 makes.) */
#if GORO_ASAN

static struct mutex fibers_lock;
static struct fiber *fibers; /* under fibers_lock */

static void root(char *lo, const void *base, size_t size) {
  const char *hi = (const char *)base + size;
  if (lo != NULL) __lsan_register_root_region(lo, (size_t)(hi - lo));
}

/* Runs at exit, on a goroutine's stack or the M's. */
static void register_roots(void) {
  struct mstack *m = get_m();
  if (m->cur != NULL) root(m->place.sp, m->place.san.lo, m->place.san.size);
  lock(&fibers_lock);
  for (struct fiber *f = fibers; f != NULL; f = f->next) {
    char *sp = f->m != NULL ? f->lo : f->place.sp;
    root(sp, f->map, f->mapsize);
  }
  unlock(&fibers_lock);
}

static void fibers_init(void) { atexit(register_roots); }

static void fibers_add(struct fiber *f) {
  lock(&fibers_lock);
  f->prev = NULL;
  f->next = fibers;
  if (fibers != NULL) fibers->prev = f;
  fibers = f;
  unlock(&fibers_lock);
}

static void fibers_remove(struct fiber *f) {
  lock(&fibers_lock);
  if (f->next != NULL) f->next->prev = f->prev;
  *(f->prev != NULL ? &f->prev->next : &fibers) = f->next;
  unlock(&fibers_lock);
}

#else
static void fibers_init(void) {}
static void fibers_add(struct fiber *f) { (void)f; }
static void fibers_remove(struct fiber *f) { (void)f; }
#endif

/* ---- stacks ---- */

static uint32_t nguarded; /* atomic: mappings with a guard */

static size_t page_round(size_t n) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  return (n + page - 1) & ~(page - 1);
}

/* Tests make the N-th allocation fail; a stack counts as one. */
static bool fail_this_one(void) {
#if GORO_DEBUG
  return os_fail_alloc_at != 0 && --os_fail_alloc_at == 0;
#else
  return false;
#endif
}

static void canary_set(struct fiber *f) {
  memset(f->lo, 0xa5, canary_words * sizeof(uint32_t));
}

GORO_NO_SANITIZE static bool canary_ok(struct fiber *f) {
  const uint32_t *w = (const uint32_t *)(void *)f->lo;
  uint32_t bad = 0;
  for (int i = 0; i < canary_words; i++) bad |= w[i] ^ 0xa5a5a5a5u;
  return bad == 0;
}

static void guard_set(struct fiber *f) {
  f->guarded = Xadd(&nguarded, 1) <= max_guarded &&
               mprotect(f->map, guard_size, PROT_NONE) == 0;
  if (f->guarded) return;
  Xadd(&nguarded, -1u);
  canary_set(f);
}

/* A new mapping with the fiber's record at its high end. */
static struct fiber *fiber_map(uint32_t limit) {
  size_t size = guard_size +
                page_round((size_t)limit * stack_scale + sizeof(struct fiber));
  if (fail_this_one()) return NULL;
  char *map = mmap(NULL, size, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (map == MAP_FAILED) return NULL;
  uintptr_t at = (uintptr_t)(map + size - sizeof(struct fiber));
  struct fiber *f = (struct fiber *)(at & ~(uintptr_t)63);
  f->limit = limit;
  f->map = map;
  f->mapsize = size;
  f->lo = map + guard_size;
  guard_set(f);
  san_init(&f->place.san, f->lo, (size_t)((char *)f - f->lo));
  return f;
}

static void fiber_unmap(struct fiber *f) {
  san_free(&f->place.san);
  if (f->guarded) Xadd(&nguarded, -1u);
  munmap(f->map, f->mapsize);
}

static void fiber_main(void);

/* A stack of the size now asked for, from the pool or new. */
static struct fiber *fiber_get(struct mstack *m) {
  struct fiber *f = m->pool;
  if (f == NULL) return fiber_map(goro__maxstacksize);
  m->pool = f->next;
  m->npool--;
  if (f->limit == goro__maxstacksize) return f;
  fiber_unmap(f);
  return fiber_map(goro__maxstacksize);
}

/* Make f's stack empty: entered, it calls fiber_main.  Noinline because
 * getcontext may return twice, in the eyes of the compiler. */
GORO_NOINLINE static void fiber_reset(struct fiber *f) {
  getcontext(&f->place.uc);
  f->place.uc.uc_stack.ss_sp = f->lo;
  f->place.uc.uc_stack.ss_size = (size_t)((char *)f - f->lo);
  f->place.uc.uc_link = NULL;
  makecontext(&f->place.uc, fiber_main, 0);
  f->place.sp = (char *)f;
  f->place.san.fake = NULL;
}

static struct fiber *fiber_new(struct mstack *m, void (*fn)(void *),
                               void *arg) {
  struct fiber *f = fiber_get(m);
  if (f == NULL) goro__oom(goro__maxstacksize);
  f->fn = fn;
  f->arg = arg;
  fiber_reset(f);
  fibers_add(f);
  return f;
}

/* The goroutine is over, the stack is free. */
static void fiber_free(struct mstack *m, struct fiber *f,
                       enum switch_result why) {
  fibers_remove(f);
  if (why != SWITCH_RETURNED) san_forget(&f->place.san, f->place.sp);
  if (m->npool == max_pooled) {
    fiber_unmap(f);
    return;
  }
  f->next = m->pool;
  m->pool = f;
  m->npool++;
}

/* ---- switching ---- */

/* Where the caller's frames end; its own callees may lie lower. */
#define HERE() ((char *)__builtin_frame_address(0) - red_zone)

/* The switch itself.  getcontext returns twice: the second time when another
 * stack's switch_to comes back to this place. */
GORO_NOINLINE GORO_NO_SANITIZE static void switch_to(struct place *from,
                                                     struct place *to) {
  volatile bool back = false;
  from->sp = HERE();
  san_leave(&from->san, &to->san);
  getcontext(&from->uc);
  if (back) return;
  back = true;
  setcontext(&to->uc);
  __builtin_trap();
}

/* End the running fiber: its M goes on in goro__gogo. */
GORO_NOINLINE GORO_NO_SANITIZE _Noreturn static void fiber_exit(
    struct fiber *f, enum switch_result why) {
  struct place *to = &f->m->place;
  f->why = why;
  f->place.sp = HERE();
  san_leave_for_good(&to->san);
  setcontext(&to->uc);
  __builtin_trap();
}

/* The outermost function on a goroutine's stack. */
GORO_NO_SANITIZE static void fiber_main(void) {
  struct fiber *f = get_m()->cur;
  san_arrive(&f->place.san, &f->m->place.san);
  f->fn(f->arg);
  fiber_exit(f, SWITCH_RETURNED);
}

/* The fiber that runs, about to leave. */
static struct fiber *leaving(void) {
  struct mstack *m = get_m();
  struct fiber *f = m->cur;
  if (f == NULL) goro__throw("switch_ucontext: not on a goroutine's stack");
  if (m->nounwind != 0)
    goro__throw("switch: unwind where it is not possible"); /* as asyncify */
  if (!f->guarded && !canary_ok(f)) goro__stack_overflow("stack", f->limit);
  return f;
}

void goro__leave(void) {
  struct fiber *f = leaving();
  f->why = SWITCH_LEFT;
  switch_to(&f->place, &f->m->place);
  san_arrive(&f->place.san, &f->m->place.san);
}

void goro__drop(void) { fiber_exit(leaving(), SWITCH_DROPPED); }

enum switch_result goro__gogo(struct gstack *gs, void (*fn)(void *),
                              void *arg) {
  struct mstack *m = get_m();
  goro_assert(m->inited && m->cur == NULL && m->nounwind == 0);
  if (gs->ctx == NULL) gs->ctx = fiber_new(m, fn, arg);
  struct fiber *f = gs->ctx;
  goro_assert(f->m == NULL);
  gs->size = f->limit;
  f->m = m;
  m->cur = f;
  switch_to(&m->place, &f->place);
  san_arrive(&m->place.san, &f->place.san);
  m->cur = NULL;
  f->m = NULL;
  enum switch_result why = f->why;
  if (why == SWITCH_LEFT) return why;
  gs->ctx = NULL;
  gs->size = 0;
  fiber_free(m, f, why);
  return why;
}

void goro__gstack_init(struct gstack *gs, void *first, size_t size) {
  (void)first; /* a stack is mapped whole, when the goroutine first runs */
  (void)size;
  memset(gs, 0, sizeof *gs);
}

/* A goroutine parked for ever takes its fake frames (ASan) along: they can be
 * freed from its own stack only. */
void goro__gstack_free(struct gstack *gs) {
  struct fiber *f = gs->ctx;
  if (f == NULL) return;
  goro_assert(f->m == NULL);
  gs->ctx = NULL;
  gs->size = 0;
  fiber_free(get_m(), f, SWITCH_DROPPED);
}

/* ---- scopes ---- */

GORO_NOINLINE bool goro__scope_call(struct scope *s, void (*fn)(void *),
                                    void *arg) {
  struct mstack *m = get_m();
  struct jump j;
  j.f = m->cur;
  j.nounwind = m->nounwind;
  s->aborted = false;
  s->ctx = &j;
  if (_setjmp(j.buf) != 0) return false;
  fn(arg);
  return true;
}

/* longjmp, unlike __builtin_longjmp, is known to the sanitizers: AddressSan
 * forgets the frames, ThreadSan cuts its own record of calls. */
GORO_NOINLINE void goro__scope_abort(struct scope *s) {
  struct mstack *m = get_m();
  struct jump *j = s->ctx;
  goro_assert(j != NULL && j->f == m->cur);
  if (m->nounwind != j->nounwind)
    goro__throw("switch_ucontext: goroutine unwinds within goro__nounwind");
  s->aborted = true;
  s->ctx = NULL;
  _longjmp(j->buf, 1);
}

int64_t goro__nounwind(nounwind_func f, void *a, void *b) {
  struct mstack *m = get_m();
  m->nounwind++;
  int64_t r = f(a, b);
  m->nounwind--; /* still this M: f did not leave */
  return r;
}

/* ---- faults ---- */

static struct sigaction old_segv, old_bus; /* r/o after the first minit */

/* Has f's stack overflowed, given that it faulted at `at`?  Without a guard it
 * has gone through the stacks below, as far as the next guard. */
static bool overflowed(struct fiber *f, uintptr_t at) {
  if (!f->guarded) return !canary_ok(f);
  return at >= (uintptr_t)f->map && at < (uintptr_t)f->lo;
}

/* Every other fault goes to whoever was there before: it happens again on
 * return. */
static void on_fault(int sig, siginfo_t *info, void *uc) {
  (void)uc;
  struct fiber *f = get_m()->cur;
  if (f != NULL && overflowed(f, (uintptr_t)info->si_addr))
    goro__stack_overflow("stack", f->limit);
  sigaction(sig, sig == SIGSEGV ? &old_segv : &old_bus, NULL);
}

static void faults_init(void) {
  struct sigaction sa;
  memset(&sa, 0, sizeof sa);
  sa.sa_sigaction = on_fault;
  sa.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  sigaction(SIGSEGV, &sa, &old_segv);
  sigaction(SIGBUS, &sa, &old_bus);
}

/* The handler needs a stack of its own.  AddressSanitizer has made one for its
 * own handler already and wants to keep it. */
static void altstack_init(void) {
  stack_t ss;
  if (sigaltstack(NULL, &ss) == 0 && !(ss.ss_flags & SS_DISABLE)) return;
  memset(&ss, 0, sizeof ss);
  ss.ss_size = altstack_size;
  ss.ss_sp = mmap(NULL, ss.ss_size, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (ss.ss_sp == MAP_FAILED || sigaltstack(&ss, NULL) != 0)
    goro__throw("switch_ucontext: no stack for signals");
}

void goro__switch_minit(void) {
  static uint32_t once; /* atomic: the first M sets what the process shares */
  struct mstack *m = get_m();
  m->inited = true;
  san_init_running(&m->place.san);
  altstack_init();
  if (!Cas(&once, 0, 1)) return;
  faults_init();
  fibers_init();
}
