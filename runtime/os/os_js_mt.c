/* os_js_mt.c: JavaScript hosts, the build whose Ms are workers.
 *
 * M0 is the thread that has loaded the program: it belongs to its event loop
 * and never blocks.  The other Ms are Emscripten's pthreads (Web Workers, or
 * Node's worker_threads); they run goro's loop from beginning to end, sleep in
 * memory.atomic.wait32, and never see their event loop.
 *
 * So all that needs an event loop happens on the main thread, and a worker
 * asks for it by a message that nobody waits for (emscripten_proxy_async):
 * starting workers, waking M0, calling JavaScript there, ending the program,
 * and printing where the text does not go to a file descriptor.  The main
 * thread's mailbox, which is Emscripten's, waits by Atomics.waitAsync, or by a
 * posted message where the host does not have that.
 *
 * The end.  Whoever ends the program on a worker leaves the exit code in
 * mt.code, tells the main thread, and sleeps until it is terminated.  M0 may
 * be waiting for a lock that this worker holds, in a loop with os_procyield:
 * so that looks as well.
 *
 * A lost worker (terminated from outside, or its script did not load) may have
 * held any lock, of the runtime or of libc, for ever; so may one that has ended
 * the program.  What the main thread does then may get stuck in one: after
 * STUCK_NS the loop that waits gives up, and the JavaScript side ends the
 * program with what it has.
 *
 * Invariants:
 *  1. mt.ending goes from 0 to CLAIMED to SET, once.
 *  2. Nothing is ever proxied to a worker, and no worker waits for the main
 *     thread, but in the calls of libc that Emscripten forwards (files).
 *  3. text.written - text.read <= TEXT_SIZE; between the two are whole
 *     records: a header, then its bytes.
 *
 * Locks: text.lock orders the workers that write; the main thread, the only
 * reader, never takes it.
 */
#define _GNU_SOURCE /* ftrylockfile */
#include <emscripten.h>
#include <emscripten/proxying.h>
#include <emscripten/threading.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/os.h"
#include "os/os_js.h"
#include "os/os_pthread.h"

/* ---- imports, from os_js_mt.js ---- */

extern int goro_js_ncpu(void);
/* May every thread write to fd by itself? */
extern int goro_js_direct(int fd);
/* goro__js_thread(fn, arg), with what it throws reported. */
extern void goro_js_guard(void (*fn)(void *), void *arg);
/* A worker could not be started; does not return to the program. */
extern _Noreturn void goro_js_no_worker(void);
/* Make the calls that workers have asked the main thread for. */
extern void goro_js_proxied(void);
/* Throw: the last things are stuck. */
extern _Noreturn void goro_js_give_up(void);

enum { CLAIMED = 1, SET = 2 };
enum { STUCK_NS = 500 * 1000 * 1000 };

static struct {
  int direct[3];      /* r/o after init: goro_js_direct, by fd */
  atomic_bool waking; /* wake_main is on its way */
  atomic_int ending;  /* 0, CLAIMED, or SET: code and at_once are valid */
  int code;           /* by who has CLAIMED; r/o after SET */
  int at_once;        /* likewise; see goro_js_exit */
  /* The main thread's own: */
  bool lost;              /* a worker is */
  bool ended;             /* main_ends has begun */
  int64_t last;           /* when the last things began, or 0 */
  _Atomic uint32_t never; /* what ended threads sleep on */
} mt;

static bool is_main(void) { return emscripten_is_main_runtime_thread(); }

/* Have fn(arg) called on the main thread, in its event loop or in what
 * Emscripten does there while it waits. */
static bool on_main(void (*fn)(void *), void *arg) {
  return emscripten_proxy_async(emscripten_proxy_get_system_queue(),
                                emscripten_main_runtime_thread_id(), fn, arg);
}

/* ---- sleeping ---- */

/* Alone in its function, and never inlined (NO_INLINE in flags.mjs). */
__attribute__((noinline)) void os_futexsleep(uint32_t *addr, uint32_t val,
                                             int64_t ns) {
  __builtin_wasm_memory_atomic_wait32((int *)addr, (int)val, ns);
}

void os_futexwakeup(uint32_t *addr, uint32_t cnt) {
  __builtin_wasm_memory_atomic_notify((int *)addr, cnt);
}

static void sleep_on(_Atomic uint32_t *addr, uint32_t val) {
  os_futexsleep((uint32_t *)addr, val, -1);
}

static void wake_on(_Atomic uint32_t *addr, uint32_t cnt) {
  os_futexwakeup((uint32_t *)addr, cnt);
}

/* ---- text for the main thread ---- */

enum { TEXT_SIZE = 64 * 1024, TEXT_RECORD_MAX = TEXT_SIZE / 4 };

struct text_header {
  uint16_t size;
  uint16_t fd;
};

static struct {
  _Atomic uint32_t lock;    /* 0 free, 1 held, 2 held with sleepers */
  _Atomic uint32_t read;    /* written by the main thread; sleepers wake */
  _Atomic uint32_t written; /* under lock; publishes the records */
  char bytes[TEXT_SIZE];
} text;

static void text_lock(void) {
  uint32_t free = 0;
  if (atomic_compare_exchange_strong(&text.lock, &free, 1)) return;
  while (atomic_exchange(&text.lock, 2) != 0) sleep_on(&text.lock, 2);
}

static void text_unlock(void) {
  if (atomic_exchange(&text.lock, 0) == 2) wake_on(&text.lock, 1);
}

static void text_put(uint32_t at, const void *from, uint32_t n) {
  uint32_t i = at % TEXT_SIZE;
  uint32_t first = n < TEXT_SIZE - i ? n : TEXT_SIZE - i;
  memcpy(text.bytes + i, from, first);
  memcpy(text.bytes, (const char *)from + first, n - first);
}

static void text_get(uint32_t at, void *to, uint32_t n) {
  uint32_t i = at % TEXT_SIZE;
  uint32_t first = n < TEXT_SIZE - i ? n : TEXT_SIZE - i;
  memcpy(to, text.bytes + i, first);
  memcpy((char *)to + first, text.bytes, n - first);
}

/* On a worker: wait until n more bytes fit. */
static void text_reserve(uint32_t n) {
  for (;;) {
    uint32_t read = text.read;
    if (text.written - read + n <= TEXT_SIZE) return;
    os_wakem0();
    sleep_on(&text.read, read);
  }
}

static void text_append(int fd, const char *p, size_t n) {
  text_lock();
  while (n > 0) {
    uint16_t size = (uint16_t)(n < TEXT_RECORD_MAX ? n : TEXT_RECORD_MAX);
    struct text_header h = {.size = size, .fd = (uint16_t)fd};
    text_reserve((uint32_t)sizeof h + size);
    text_put(text.written, &h, sizeof h);
    text_put(text.written + (uint32_t)sizeof h, p, size);
    text.written += (uint32_t)sizeof h + size;
    p += size;
    n -= size;
  }
  text_unlock();
  os_wakem0();
}

/* On the main thread: print what the workers have written. */
static void text_drain(void) {
  static char record[TEXT_RECORD_MAX];
  uint32_t end = text.written;
  while (text.read != end) {
    struct text_header h;
    text_get(text.read, &h, sizeof h);
    text_get(text.read + (uint32_t)sizeof h, record, h.size);
    text.read += (uint32_t)sizeof h + h.size;
    goro_js_write(h.fd, record, h.size);
  }
  wake_on(&text.read, UINT32_MAX);
}

/* ---- output ---- */

void os_write(int fd, const void *p, size_t n) {
  if (mt.direct[fd]) {
    goro_js_write(fd, p, n);
  } else if (is_main()) {
    text_drain();
    goro_js_write(fd, p, n);
  } else {
    text_append(fd, p, n);
  }
}

bool goro__js_isconsole(int fd) {
  (void)fd; /* its files are the main thread's, which no worker waits for */
  return true;
}

/* A lost worker may hold a stream's lock for ever. */
static void flush_unless_locked(FILE *f) {
  if (ftrylockfile(f) != 0) return;
  fflush(f);
  funlockfile(f);
}

void os_flush(void) {
  if (mt.lost) {
    flush_unless_locked(stdout);
    flush_unless_locked(stderr);
  } else {
    fflush(NULL);
  }
  if (!is_main()) return;
  text_drain();
  goro_js_flush();
}

/* ---- the end ---- */

/* On the main thread, once the end is SET. */
static _Noreturn void main_ends(void) {
  mt.ended = true;
  mt.last = os_nanotime();
  text_drain();
  goro_js_exit(mt.code, mt.at_once);
}

static void end_asked(void *unused) {
  (void)unused;
  main_ends();
}

static _Noreturn void end(int code, int at_once) {
  int none = 0;
  bool first = atomic_compare_exchange_strong(&mt.ending, &none, CLAIMED);
  if (first) {
    mt.code = code;
    mt.at_once = at_once;
    mt.ending = SET;
  }
  if (is_main()) {
    while (mt.ending != SET) {
    }
    main_ends();
  }
  if (first) on_main(end_asked, NULL);
  for (;;) sleep_on(&mt.never, 0);
}

_Noreturn void os_exit(int code) { end(code, 1); }

_Noreturn void goro__js_exit(int code) {
  os_flush();
  end(code, 0);
}

/* For os_js_mt.js: this worker cannot report its fault. */
EMSCRIPTEN_KEEPALIVE void goro__js_abandon(void) { os_exit(2); }

/* For os_js_mt.js: a worker is lost. */
EMSCRIPTEN_KEEPALIVE void goro__js_lost(void) {
  mt.lost = true;
  mt.last = os_nanotime();
}

/* ---- the Ms ---- */

void goro__js_init(void) {
  for (int fd = 1; fd <= 2; fd++) mt.direct[fd] = goro_js_direct(fd);
}

int os_ncpu(const char **reason) {
  *reason = "logical processors of the host";
  return goro_js_ncpu();
}

bool os_canblock(void) { return !is_main(); }

EMSCRIPTEN_KEEPALIVE void goro__js_thread(void (*fn)(void *), void *arg) {
  fn(arg);
}

struct call {
  void (*fn)(void *);
  void *arg;
};

static void guarded(void *v) {
  struct call c = *(struct call *)v;
  free(v);
  goro_js_guard(c.fn, c.arg);
}

/* Emscripten's pthread_create does not look whether its malloc got anything. */
static bool have_memory(void) {
  enum { PTHREAD_AND_TLS = 16 * 1024 };
  void *p = malloc(OS_MSTACK + PTHREAD_AND_TLS);
  free(p);
  return p != NULL;
}

static bool start_guarded(struct call *c) {
  return have_memory() && goro__pthread_start(guarded, c, OS_MSTACK);
}

static void start_asked(void *c) {
  if (!start_guarded(c)) goro_js_no_worker();
}

/* On a worker pthread_create would wait for the main thread. */
bool os_newm(void (*fn)(void *), void *arg) {
  struct call *c = malloc(sizeof *c);
  if (!c) return false;
  *c = (struct call){fn, arg};
  if (is_main() ? start_guarded(c) : on_main(start_asked, c)) return true;
  free(c);
  return false;
}

static void wake_main(void *unused) {
  (void)unused;
  mt.waking = false;
  text_drain();
  goro_js_wake();
}

void os_wakem0(void) {
  if (is_main()) {
    goro_js_wake();
  } else if (!atomic_exchange(&mt.waking, true) && !on_main(wake_main, NULL)) {
    goro__host_fault("os_js_mt: no memory to wake the main thread");
  }
}

/* The main thread may be in a slice, in a loop that waits for a lock. */
static void later_asked(void *v) {
  struct call c = *(struct call *)v;
  free(v);
  goro_js_later(c.fn, c.arg);
}

void goro__js_later(void (*fn)(void *), void *arg) {
  if (is_main()) {
    goro_js_later(fn, arg);
    return;
  }
  struct call *c = malloc(sizeof *c);
  if (c) *c = (struct call){fn, arg};
  if (!c || !on_main(later_asked, c))
    goro__host_fault("os_js_mt: no memory to call the main thread");
}

/* On the main thread: what must not wait until the event loop has its turn,
 * because a worker may need it to go on to what the main thread waits for. */
static void main_yield(void) {
  if (mt.ending == SET && !mt.ended) main_ends();
  if (mt.last && os_nanotime() - mt.last > STUCK_NS) goro_js_give_up();
  text_drain();
  goro_js_proxied();
}

void os_procyield(void) {
  static uint32_t calls; /* main thread */
  if (is_main() && ++calls % 16 == 0) main_yield();
}

/* libc waits for a lock (--wrap=_emscripten_yield).  The calls that wait for
 * the main thread are made from JavaScript, whose frames asyncify does not
 * know; a worker has none. */
void __wrap__emscripten_yield(double now);

void __wrap__emscripten_yield(double now) {
  (void)now;
  if (is_main()) main_yield();
}
