/* pthread_create and its kin, on wasi-threads: the import "wasi"
 * "thread-spawn" and the export wasi_thread_start (start.s).  Mutexes,
 * condition variables, keys and all the rest are musl's own.
 *
 * Invariants:
 *  1. A thread's memory is one allocation, its struct block: thread-specific
 *     data, thread-locals and C stack lie behind it (the stack does not where
 *     the caller brought one).
 *  2. A block is freed by the one who joins, or by bury() once it is in `dead`,
 *     and by nobody before `done`: until then the thread runs on its stack.
 *  3. detach_state decides who that is: it goes from JOINABLE to DETACHED or to
 *     EXITING, once, by compare and swap.
 *
 * Differs from POSIX: pthread_exit ends a thread for all who wait for it, but
 * the host's thread behind it sleeps until the process ends, as wasm has no way
 * to leave the frames of the caller. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <threads.h>
#include "pthread_impl.h"
#include "stdio_impl.h"
#include "libc.h"
#include "lock.h"

int32_t __wasi_thread_spawn(void *);
void __wt_init_tls(void *tls);
int __wt_futex_wait(volatile void *addr, int val, int64_t ns);

_Thread_local struct pthread __wasilibc_pthread_self;

struct block {
  char *sp;          /* read by start.s at offset 0; r/o after creation */
  char *tls;         /* the same at offset 4 */
  volatile int done; /* atomic; set and notified at the very end, by start.s */
  void *(*fn)(void *);
  void *arg;
  struct block *next_dead; /* under list_lock */
};

static volatile int list_lock[1];
static struct block *dead; /* detached ones, at their end; under list_lock */

/* --------------------------------------------------------- the first thread */

static void init_self(pthread_t self) {
  self->self = self;
  self->locale = &libc.global_locale;
  self->robust_list.head = &self->robust_list.head;
  self->next = self->prev = self;
}

/* Called by crt1 before constructors.  Other threads have ids from 1 up. */
void __wasi_init_tp(void) {
  pthread_t self = __pthread_self();
  init_self(self);
  self->tid = 0x3fffffff;
  self->detach_state = DT_JOINABLE;
}

static FILE *volatile no_file;
weak_alias(no_file, __stdin_used);
weak_alias(no_file, __stdout_used);
weak_alias(no_file, __stderr_used);

/* A negative lock says that the stream needs none. */
static void open_lock(FILE *f) {
  if (f && f->lock < 0) f->lock = 0;
}

static void go_threaded(void) {
  for (FILE *f = *__ofl_lock(); f; f = f->next) open_lock(f);
  __ofl_unlock();
  open_lock(__stdin_used);
  open_lock(__stdout_used);
  open_lock(__stderr_used);
  libc.need_locks = 1;
  libc.threaded = 1;
}

/* ---------------------------------------------------------- end of a thread */

static void no_dtors(void) {}
weak_alias(no_dtors, __pthread_tsd_run_dtors);
weak_alias(no_dtors, __do_orphaned_stdio_locks);

/* Frees the detached threads that have ended. */
static void bury(void) {
  struct block *list = 0, **p, *b;
  LOCK(list_lock);
  for (p = &dead; (b = *p);) {
    if (b->done) {
      *p = b->next_dead;
      b->next_dead = list;
      list = b;
    } else {
      p = &b->next_dead;
    }
  }
  UNLOCK(list_lock);
  while ((b = list)) {
    list = b->next_dead;
    free(b);
  }
}

/* Ends the calling thread for everybody else, but for b->done.  The process
 * ends with its last thread. */
static void finish(pthread_t self, struct block *b, void *result) {
  self->result = result;
  __pthread_tsd_run_dtors();
  __do_orphaned_stdio_locks();
  if (a_fetch_add(&libc.threads_minus_1, -1) == 0) exit(0);
  if (!b) return;
  if (a_cas(&self->detach_state, DT_JOINABLE, DT_EXITING) == DT_DETACHED) {
    LOCK(list_lock);
    b->next_dead = dead;
    dead = b;
    UNLOCK(list_lock);
  }
}

/* Returns what start.s shall set. */
hidden volatile int *__wt_thread_main(int tid, struct block *b) {
  pthread_t self = __pthread_self();
  self->tid = tid;
  finish(self, b, b->fn(b->arg));
  return &b->done;
}

_Noreturn void pthread_exit(void *result) {
  static int never;
  pthread_t self = __pthread_self();
  struct block *b = (void *)self->map_base; /* NULL in the first thread */
  finish(self, b, result);
  if (b && self->detach_state != DT_DETACHED) {
    /* Who joins frees b: off this stack after the store.  A detached thread's
     * block stays, as its stack is in use for ever. */
    volatile int *done = &b->done;
    *done = 1;
    __builtin_wasm_memory_atomic_notify((int *)done, -1);
  }
  for (;;) __builtin_wasm_memory_atomic_wait32(&never, 0, -1);
}

/* ----------------------------------------------------------------- creation */

static volatile size_t no_tsd;
weak_alias(no_tsd, __pthread_tsd_size);

#define UP(x, a) (((size_t)(x) + (a) - 1) & -(size_t)(a))

static size_t tls_align(void) {
  size_t align = __builtin_wasm_tls_align();
  return align < 16 ? 16 : align;
}

/* A block with all that lies behind it, or NULL.  user_top is the upper end of
 * a stack that the caller brought, or NULL. */
static struct block *new_block(size_t stack, char *user_top) {
  size_t tsd = UP(sizeof(struct block), 16);
  size_t tls = UP(tsd + __pthread_tsd_size, 16);
  size_t low = UP(tls + __builtin_wasm_tls_size() + tls_align(), 16);
  size_t high = low + (user_top ? 0 : UP(stack, 16));
  if (high < stack && !user_top) return 0; /* over the address space */
  char *p = malloc(high);
  if (!p) return 0;
  memset(p, 0, low);
  struct block *b = (void *)p;
  b->tls = (char *)UP(p + tls, tls_align());
  b->sp = (char *)((size_t)(user_top ? user_top : p + high) & -16);
  return b;
}

/* The pthread_t in b's thread-locals: where ours is in our own. */
static pthread_t init_thread(struct block *b, size_t stack, int detached) {
  __wt_init_tls(b->tls);
  char *mine = (char *)__pthread_self();
  pthread_t t = (void *)(b->tls + (mine - (char *)__builtin_wasm_tls_base()));
  memset(t, 0, sizeof *t);
  init_self(t);
  t->map_base = (void *)b;
  t->stack = b->sp;
  t->stack_size = stack;
  t->tsd = (void *)((char *)b + UP(sizeof *b, 16));
  t->detach_state = detached ? DT_DETACHED : DT_JOINABLE;
  return t;
}

int pthread_create(pthread_t *restrict res, const pthread_attr_t *restrict attr,
                   void *(*fn)(void *), void *restrict arg) {
  size_t stack = __default_stacksize;
  char *user_top = attr ? (char *)attr->_a_stackaddr : 0;
  if (attr && attr->_a_stacksize) stack = attr->_a_stacksize;

  bury();
  if (!libc.threaded) go_threaded();
  struct block *b = new_block(stack, user_top);
  if (!b) return EAGAIN;
  b->fn = fn;
  b->arg = arg;
  *res = init_thread(b, stack, attr && attr->_a_detach);
  a_inc(&libc.threads_minus_1);
  /* From here on b is the thread's, and may be gone. */
  if (__wasi_thread_spawn(b) > 0) return 0;
  a_dec(&libc.threads_minus_1);
  free(b);
  return EAGAIN;
}

/* ---------------------------------------------------------- join and detach */

static int reap(pthread_t t, void **res) {
  struct block *b = (void *)t->map_base;
  while (!__atomic_load_n(&b->done, __ATOMIC_SEQ_CST)) {
    __wt_futex_wait(&b->done, 0, -1);
  }
  if (res) *res = t->result;
  free(b);
  return 0;
}

int pthread_join(pthread_t t, void **res) {
  if (t == __pthread_self()) return EDEADLK;
  if (t->detach_state == DT_DETACHED || !t->map_base) return EINVAL;
  return reap(t, res);
}

int pthread_detach(pthread_t t) {
  int s = a_cas(&t->detach_state, DT_JOINABLE, DT_DETACHED);
  if (s == DT_DETACHED) return EINVAL;
  return s == DT_JOINABLE ? 0 : reap(t, 0);
}

/* ------------------------------------------------------------ C11's threads */

int thrd_create(thrd_t *t, int (*f)(void *), void *arg) {
  switch (pthread_create(t, 0, (void *(*)(void *))(void *)f, arg)) {
  case 0:
    return thrd_success;
  case EAGAIN:
    return thrd_nomem;
  default:
    return thrd_error;
  }
}

int thrd_join(thrd_t t, int *res) {
  void *r;
  if (pthread_join(t, &r)) return thrd_error;
  if (res) *res = (int)(intptr_t)r;
  return thrd_success;
}

/* ----------------------------------------- what else musl's sources ask for */

int pthread_condattr_setclock(pthread_condattr_t *a, clockid_t clk) {
  if (clk != CLOCK_REALTIME && clk != CLOCK_MONOTONIC) return EINVAL;
  a->__attr = (a->__attr & 0x80000000) | (clk == CLOCK_MONOTONIC);
  return 0;
}

static volatile int tl_lock[1];
void __tl_lock(void) { LOCK(tl_lock); }
void __tl_unlock(void) { UNLOCK(tl_lock); }
void __tl_sync(pthread_t t) {}
void __acquire_ptc(void) {}
void __release_ptc(void) {}
void __inhibit_ptc(void) {}
volatile int __abort_lock[1];
