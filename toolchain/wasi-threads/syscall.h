/* Forced in (-include) where musl's thread sources are compiled: they are
 * written against Linux's system calls, of which only the futex has a meaning
 * here. */
#ifndef WT_SYSCALL_H
#define WT_SYSCALL_H
#include <errno.h>
#include <limits.h>
#include <stdint.h>

int __wt_futex_wait(volatile void *addr, int val, int64_t ns);

static long __wt_futex(volatile void *addr, int op, int val, ...) {
  switch (op & 127) {
  case 0: /* FUTEX_WAIT */
    return -__wt_futex_wait(addr, val, -1);
  case 1: /* FUTEX_WAKE */
    return __builtin_wasm_memory_atomic_notify((int *)addr, val);
  case 3: /* FUTEX_REQUEUE, as condition variables use it: wake one instead */
    return __builtin_wasm_memory_atomic_notify((int *)addr, 1);
  }
  return -ENOSYS;
}
#define __wt_sys_SYS_futex(addr, ...) __wt_futex((addr), __VA_ARGS__, 0)
#define __wt_sys_SYS_set_robust_list(...) (-ENOSYS)
#define __wt_sys_SYS_get_robust_list(...) (-ENOSYS)
#define __syscall(n, ...) __wt_sys_##n(__VA_ARGS__)

/* No signals, and no mapping that another process might undo. */
#define __block_app_sigs(s) ((void)(s))
#define __restore_sigs(s) ((void)(s))
#define __vm_lock() ((void)0)
#define __vm_unlock() ((void)0)
#define __vm_wait() ((void)0)
#endif
