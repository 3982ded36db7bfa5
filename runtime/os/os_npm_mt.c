/* os_npm_mt.c: the npm package's module with several threads: that of whoever
 * has started the runtime, and workers, each with an instance of its own over
 * the one memory.
 *
 * The package starts the workers itself and runs slices on each, so no thread
 * of the runtime's is ever started here.  A worker gets a C stack and a block
 * for its thread-locals from the heap; the first thread has the linker's.
 *
 * The first thread may belong to a page, and waits for locks in a loop; workers
 * sleep.  A worker that was terminated may have held a lock: after STUCK_NS the
 * loop gives up.
 *
 * Memory: emmalloc, which has a lock of its own that nobody could give up
 * waiting for, so `heap` is taken first (os_alloc).
 *
 * Locks: heap.key, 0 free, 1 held, 2 held with sleepers; the innermost of all.
 */
#include <stdlib.h>
#include <string.h>

#include "os/os.h"
#include "os/os_npm.h"
#include "os/os_npm_mt.h"

enum { STUCK_NS = 2000 * 1000 * 1000, WASM_PAGE = 65536 };

/* ---- threads ---- */

struct npm_thread {
  uintptr_t lo, hi; /* its C stack; r/o */
  void *tls;        /* r/o */
  bool used;        /* its thread-locals are set; its own */
  char stack[] __attribute__((aligned(16)));
};

/* The thread's own; NULL on the first. */
static _Thread_local struct npm_thread *self;
/* Since when os_procyield is called without a pause, and last. */
static _Thread_local int64_t waits_since, waited_last;

struct npm_thread *goro__npm_thread_new(void) {
  size_t align = __builtin_wasm_tls_align();
  struct npm_thread *t =
      os_alloc(sizeof *t + OS_MSTACK + align + __builtin_wasm_tls_size());
  if (!t) return NULL;
  t->lo = (uintptr_t)t->stack;
  t->hi = t->lo + OS_MSTACK;
  t->tls = (void *)((t->hi + align - 1) & ~(uintptr_t)(align - 1));
  return t;
}

void goro__npm_thread_free(struct npm_thread *t) { os_free(t); }

/* From the linker: copies the thread-locals' first values to tls, which are the
 * thread's from then on. */
void __wasm_init_tls(void *tls);

void goro__npm_thread_enter(struct npm_thread *t) {
  __asm__ volatile(".globaltype __stack_pointer, i32\n"
                   "local.get %0\n"
                   "global.set __stack_pointer"
                   :
                   : "r"(t->hi)
                   : "memory");
  if (t->used) { /* by a thread that has ended: they are as it left them */
    __asm__ volatile(".globaltype __tls_base, i32\n"
                     "local.get %0\n"
                     "global.set __tls_base"
                     :
                     : "r"(t->tls)
                     : "memory");
    return;
  }
  __wasm_init_tls(t->tls);
  self = t;
  t->used = true;
}

/* From the linker. */
extern char __stack_low[], __stack_high[];

void os_mstack(uintptr_t *lo, uintptr_t *hi) {
  struct npm_thread *t = self;
  *lo = t ? t->lo : (uintptr_t)__stack_low;
  *hi = t ? t->hi : (uintptr_t)__stack_high;
}

/* How many run at the same time is the package's choice: it adds agents. */
int os_ncpu(const char **reason) {
  *reason = "agents are added by the package";
  return 1;
}

bool os_newm(void (*fn)(void *), void *arg) {
  (void)fn;
  (void)arg;
  return false;
}

/* ---- waiting ---- */

bool os_canblock(void) { return self != NULL; }

void os_procyield(void) {
  int64_t now = os_nanotime();
  if (now - waited_last > STUCK_NS / 1000) waits_since = now;
  waited_last = now;
  if (now - waits_since > STUCK_NS)
    goro__host_fault("os_npm: a lost worker holds a lock");
}

/* Alone in its function, and never inlined (NO_INLINE in flags.mjs). */
__attribute__((noinline)) void os_futexsleep(uint32_t *addr, uint32_t val,
                                             int64_t ns) {
  __builtin_wasm_memory_atomic_wait32((int *)addr, (int)val, ns);
}

void os_futexwakeup(uint32_t *addr, uint32_t cnt) {
  __builtin_wasm_memory_atomic_notify((int *)addr, cnt);
}

/* ---- memory ---- */

static struct {
  uint32_t key; /* atomic */
} heap;

static void heap_lock(void) {
  uint32_t want = 1;
  while (__atomic_load_n(&heap.key, __ATOMIC_RELAXED) != 0 ||
         __atomic_exchange_n(&heap.key, want, __ATOMIC_ACQUIRE) != 0) {
    if (!os_canblock()) {
      os_procyield();
    } else if (__atomic_exchange_n(&heap.key, 2, __ATOMIC_ACQUIRE) == 0) {
      return;
    } else {
      want = 2;
      os_futexsleep(&heap.key, 2, -1);
    }
  }
}

static void heap_unlock(void) {
  if (__atomic_exchange_n(&heap.key, 0, __ATOMIC_RELEASE) == 2)
    os_futexwakeup(&heap.key, 1);
}

void *os_alloc(size_t size) {
  if (size > PTRDIFF_MAX) return NULL;
  size_t whole = (size + 15) & ~(size_t)15;
  heap_lock();
  void *p = aligned_alloc(16, whole);
  heap_unlock();
  return p ? memset(p, 0, whole) : NULL;
}

void os_free(void *p) {
  heap_lock();
  free(p);
  heap_unlock();
}

/* Memory has grown: this thread's views are void.  Others' end too early. */
__attribute__((import_module("env"),
               import_name("emscripten_notify_memory_growth"))) void
goro_js_grown(size_t index);

/* Of sbrk, in place of Emscripten's JavaScript.  By a quarter at least, as
 * growing costs, all agents' views too. */
int emscripten_resize_heap(size_t size) {
  size_t old = __builtin_wasm_memory_size(0);
  size_t need = (size + WASM_PAGE - 1) / WASM_PAGE - old;
  size_t more = old / 4 > need ? old / 4 : need;
  if (__builtin_wasm_memory_grow(0, more) == SIZE_MAX &&
      __builtin_wasm_memory_grow(0, need) == SIZE_MAX)
    return 0;
  goro_js_grown(0);
  return 1;
}
