/* os_wasip1_mt.c: WASI preview 1 with wasi-threads: every M is a thread.
 *
 * The host's part is one import, wasi thread-spawn, and one export,
 * wasi_thread_start, both in libc: a thread is a new instance of the module on
 * the same memory.  All Ms are alike, M0 as well: they block in
 * memory.atomic.wait32.  Text goes straight to the host, from any thread.
 *
 * The end.  proc_exit ends all threads, whoever calls it and whatever the
 * others do.  So does a trap: nobody waits for a thread that is gone.
 *
 * Invariants:
 *  1. An M blocks in os_futexsleep and, for what libc does, in libc's locks.
 *  2. Threads are started by os_newm alone, with OS_MSTACK bytes of stack.
 *
 * Locks: none.
 */
#include <wasi/api.h>

#include "os/os.h"
#include "os/os_pthread.h"
#include "os/os_wasip1.h"

/* wasi-libc's: the first thread's own record. */
void __wasi_init_tp(void);

void goro__wasip1_init(void) { __wasi_init_tp(); }

/* WASI cannot say how many processors there are.  Four is what small machines
 * of today have.  Too many cost little, because an M starts only when there is
 * work for it, and sleeps when there is none; too few leave processors idle. */
enum { NCPU = 4 };

int os_ncpu(const char **reason) {
  *reason = "WASI does not tell; GORO_MAXPROCS says how many";
  return NCPU;
}

/* ---- the C stack ---- */

/* From the linker: the first thread's. */
extern char __stack_low[], __stack_high[];

static uintptr_t stack_pointer(void) {
  uintptr_t sp;
  __asm__ volatile(".globaltype __stack_pointer, i32\n"
                   "global.get __stack_pointer\n"
                   "local.set %0"
                   : "=r"(sp));
  return sp;
}

/* The first call on a thread is made when its first frame is about to be opened
 * (goro__morestack), or without any frame yet: the stack pointer is where libc
 * has put it, at the top.  Asking libc (pthread_getattr_np) would open frames
 * itself.  A thread's top is never inside of the first thread's stack. */
void os_mstack(uintptr_t *lo, uintptr_t *hi) {
  static _Thread_local uintptr_t top;
  if (top == 0) top = stack_pointer();
  bool first = top - (uintptr_t)__stack_low <=
               (uintptr_t)__stack_high - (uintptr_t)__stack_low;
  *lo = first ? (uintptr_t)__stack_low : top - OS_MSTACK;
  *hi = first ? (uintptr_t)__stack_high : top;
}

/* ---- threads ---- */

bool os_newm(void (*fn)(void *), void *arg) {
  return goro__pthread_start(fn, arg, OS_MSTACK);
}

void os_procyield(void) { (void)__wasi_sched_yield(); }

/* Alone in its function, and never inlined (NO_INLINE in flags.mjs). */
__attribute__((noinline)) void os_futexsleep(uint32_t *addr, uint32_t val,
                                             int64_t ns) {
  __builtin_wasm_memory_atomic_wait32((int *)addr, (int)val, ns);
}

void os_futexwakeup(uint32_t *addr, uint32_t cnt) {
  __builtin_wasm_memory_atomic_notify((int *)addr, cnt);
}
