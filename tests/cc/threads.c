/* threads.c: the machinery of threads (os/os.h) on its own, without the
 * scheduler's part of it; tests/cc/threads.test.mjs runs it, a scene at a time.
 *
 * The first argument names the scene.  The main goroutine stays on M0, which
 * may be one that never blocks: it waits for the threads by sleeping.
 */
#include <goro.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/os.h"
#include "os/tls.h"
#include "stack/switch.h"

enum { THREADS = 4, MS = 1000 * 1000 };

#define CHECK(condition)                                      \
  do {                                                        \
    if (!(condition)) {                                       \
      fprintf(stderr, "line %d: %s\n", __LINE__, #condition); \
      abort();                                                \
    }                                                         \
  } while (0)

static _Atomic uint32_t started, finished;

static void start(void (*fn)(void *), void *arg) { CHECK(os_newm(fn, arg)); }

static void wait_until(_Atomic uint32_t *counter, uint32_t value) {
  while (*counter < value) goro_sleep(1 * MS);
}

/* ---- stacks: parked stacks move between threads ---- */

enum { TASKS = 64, ROUNDS = 400, FIRST_SEGMENT = 480 };

struct task {
  struct task *next;
  struct gstack gs;
  uint32_t id;
  uint32_t threads; /* bit mask of those that ran it */
  uint64_t sum;
  char segment[FIRST_SEGMENT];
};

static struct task tasks[TASKS];
static struct {
  _Atomic uint32_t lock; /* 0 free, 1 held, 2 held with sleepers */
  struct task *head, **tail;
} queue;
static _Atomic uint32_t tasks_left = TASKS;

static void queue_lock(void) {
  uint32_t was = 0;
  if (atomic_compare_exchange_strong(&queue.lock, &was, 1)) return;
  while (atomic_exchange(&queue.lock, 2) != 0)
    os_futexsleep((uint32_t *)&queue.lock, 2, -1);
}

static void queue_unlock(void) {
  if (atomic_exchange(&queue.lock, 0) == 2)
    os_futexwakeup((uint32_t *)&queue.lock, 1);
}

static void queue_put(struct task *t) {
  queue_lock();
  t->next = NULL;
  *queue.tail = t;
  queue.tail = &t->next;
  queue_unlock();
}

static struct task *queue_get(void) {
  queue_lock();
  struct task *t = queue.head;
  if (t) {
    queue.head = t->next;
    if (!t->next) queue.tail = &queue.head;
  }
  queue_unlock();
  return t;
}

/* Parks at every depth, on the way down and up, with locals of all kinds and
 * frames large enough that the C stack grows. */
__attribute__((noinline)) static uint64_t descend(struct task *t, int depth) {
  volatile char filler[200];
  double f = depth * 1.5;
  int64_t wide = (int64_t)depth << 33;
  filler[depth] = (char)(depth + (int)t->id);
  goro__leave();
  uint64_t below = depth > 0 ? descend(t, depth - 1) : t->id;
  goro__leave();
  CHECK(filler[depth] == (char)(depth + (int)t->id));
  CHECK(f == depth * 1.5 && wide >> 33 == depth);
  return below + (uint64_t)(f * 2);
}

static void task_main(void *arg) {
  struct task *t = arg;
  for (int i = 0; i < ROUNDS; i++) t->sum += descend(t, 1 + i % 12);
}

static uint64_t expected(uint32_t id) {
  uint64_t sum = 0;
  for (int i = 0; i < ROUNDS; i++)
    for (int depth = 0; depth <= 1 + i % 12; depth++)
      sum += (uint64_t)depth * 3 + (depth == 0 ? id : 0);
  return sum;
}

static void run_tasks(void *arg) {
  uint32_t bit = UINT32_C(1) << (uintptr_t)arg;
  goro__switch_minit();
  started++;
  while (started < THREADS) {
  }
  while (tasks_left > 0) {
    struct task *t = queue_get();
    if (!t) continue;
    t->threads |= bit;
    enum switch_result how = goro__gogo(&t->gs, task_main, t);
    if (how == SWITCH_LEFT) {
      queue_put(t);
    } else {
      goro__gstack_free(&t->gs);
      tasks_left--;
    }
  }
  finished++;
}

static void scene_stacks(void) {
  queue.tail = &queue.head;
  for (uint32_t i = 0; i < TASKS; i++) {
    tasks[i].id = i;
    goro__gstack_init(&tasks[i].gs, tasks[i].segment, FIRST_SEGMENT);
    queue_put(&tasks[i]);
  }
  for (uintptr_t i = 0; i < THREADS; i++) start(run_tasks, (void *)i);
  wait_until(&finished, THREADS);
  uint32_t moved = 0;
  for (uint32_t i = 0; i < TASKS; i++) {
    CHECK(tasks[i].sum == expected(i));
    moved += (tasks[i].threads & (tasks[i].threads - 1)) != 0;
  }
  CHECK(moved > TASKS / 2);
  puts("PASS");
}

/* ---- wait: two threads wake each other, with values in locals ---- */

enum { WAITS = 20000 };
static _Atomic uint32_t turn;

static void take_turns(void *arg) {
  uint32_t me = (uint32_t)(uintptr_t)arg, seen = 0;
  for (uint32_t i = me; i < WAITS; i += 2) {
    uint32_t now;
    while ((now = turn) != i) {
      os_futexsleep((uint32_t *)&turn, now, -1);
      seen++;
    }
    turn = i + 1;
    os_futexwakeup((uint32_t *)&turn, UINT32_MAX);
  }
  CHECK(os_canblock() && seen > 0);
  finished++;
}

static _Atomic uint32_t never_woken;

static void time_out(void *arg) {
  (void)arg;
  int64_t before = os_nanotime();
  os_futexsleep((uint32_t *)&never_woken, 0, 20 * MS);
  CHECK(os_nanotime() - before >= 19 * MS);
  os_futexsleep((uint32_t *)&never_woken, 1, -1); /* it is not 1 */
  finished++;
}

static void scene_wait(void) {
  for (uintptr_t i = 0; i < 2; i++) start(take_turns, (void *)i);
  start(time_out, NULL);
  wait_until(&finished, 3);
  puts(os_canblock() ? "M0 blocks" : "M0 never blocks");
}

/* ---- clock: all threads read the same one ---- */

enum { READS = 2000 };
static int64_t last_read; /* under the queue's lock */

/* Where every thread has a clock of its own, a timer that one of them sets is
 * late or early on another; they may differ by what they are read with. */
static void reads_clock(void *arg) {
  for (int i = 0; i < READS; i++) {
    queue_lock();
    int64_t now = os_nanotime();
    CHECK(now >= last_read - MS);
    last_read = now;
    queue_unlock();
  }
  finished++;
  (void)arg;
}

static void scene_clock(void) {
  last_read = os_nanotime();
  for (int i = 0; i < THREADS; i++) {
    start(reads_clock, NULL);
    goro_sleep(20 * MS);
  }
  wait_until(&finished, THREADS);
  CHECK(os_nanotime() >= last_read - MS);
  puts("PASS");
}

/* ---- bounds: of the own C stack, and the stack's overflow ---- */

static void bounds(void *arg) {
  uintptr_t lo, hi, here = (uintptr_t)__builtin_frame_address(0);
  char filler[64];
  memset(filler, 1, sizeof filler);
  os_mstack(&lo, &hi);
  CHECK(lo < (uintptr_t)filler && (uintptr_t)filler < hi && here <= hi);
  CHECK(hi - lo >= OS_MSTACK - 64 && hi - lo <= 4 * OS_MSTACK);
  if (arg) bounds(NULL);
  finished++;
}

static void scene_bounds(void) {
  for (int i = 0; i < THREADS; i++) start(bounds, &finished);
  wait_until(&finished, 2 * THREADS);
  uintptr_t lo, hi;
  os_mstack(&lo, &hi);
  CHECK(lo < hi);
  puts("PASS");
}

static int recurse(volatile int *deeper) {
  volatile int mine[64];
  mine[0] = *deeper;
  return *deeper ? recurse(mine) + 1 : 0;
}

static void overflow(void *arg) {
  goro__switch_minit();
  volatile int deeper = 1;
  recurse(&deeper);
  (void)arg;
}

static void scene_overflow(void) {
  start(overflow, NULL);
  goro_sleep(INT64_MAX);
}

/* ---- ends ---- */

static void exits_at_once(void *arg) {
  (void)arg;
  os_exit(3);
}

static void scene_exit(void) {
  puts("before");
  fflush(stdout);
  for (int i = 0; i < THREADS; i++) start(exits_at_once, NULL);
  goro_sleep(INT64_MAX);
}

static void last(void) { puts("last"); }

static void exits(void *arg) {
  (void)arg;
  printf("partial ");
  exit(4);
}

static void scene_libc_exit(void) {
  atexit(last);
  start(exits, NULL);
  goro_sleep(INT64_MAX);
}

/* M0 waits for a lock whose holder ends the program. */
static void exits_holding(void *arg) {
  queue_lock();
  started++;
  os_futexsleep((uint32_t *)&never_woken, 0, 50 * MS);
  (void)arg;
  os_exit(5);
}

static void scene_exit_locked(void) {
  start(exits_holding, NULL);
  wait_until(&started, 1);
  while (queue.lock) os_procyield();
}

static void traps(void *arg) {
  (void)arg;
  __builtin_trap();
}

static void scene_trap(void) {
  start(traps, NULL);
  goro_sleep(INT64_MAX);
}

/* Whoever runs these terminates the worker when it reads "ready". */
static void sleeps(void *arg) {
  if (arg) {
    queue_lock();
    flockfile(stdout);
  }
  started++;
  os_futexsleep((uint32_t *)&never_woken, 0, -1);
}

static void say_ready(void *arg) {
  start(sleeps, arg);
  wait_until(&started, 1);
  os_write(1, "ready\n", 6);
}

static void scene_lost(void) {
  say_ready(NULL);
  goro_sleep(INT64_MAX);
}

static void scene_lost_lock(void) {
  say_ready(&queue);
  while (queue.lock) os_procyield();
}

static void scene_lost_stdout(void) {
  say_ready(&queue);
  puts("never printed");
}

/* ---- print: lines come whole and in order ---- */

enum { LINES = 500 };
static _Atomic uint32_t line;

static void prints(void *arg) {
  uint32_t me = (uint32_t)(uintptr_t)arg, at;
  while ((at = line) < LINES) {
    if (at % (THREADS + 1) != me) continue;
    if (at % 2) {
      printf("line %u \xc3\xa4\n", (unsigned)at);
    } else {
      char text[32];
      int n = snprintf(text, sizeof text, "line %u \xc3\xa4\n", (unsigned)at);
      os_write(1, text, (size_t)n);
    }
    line++;
  }
  finished++;
}

static void scene_print(void) {
  setvbuf(stdout, NULL, _IOLBF, BUFSIZ); /* WASI's pipes are no terminal */
  for (uintptr_t i = 1; i <= THREADS; i++) start(prints, (void *)i);
  while (line < LINES) {
    uint32_t at = line;
    if (at % (THREADS + 1) != 0) {
      goro_sleep(10000);
      continue;
    }
    printf("line %u \xc3\xa4\n", (unsigned)at);
    line++;
  }
  wait_until(&finished, THREADS);
}

/* More than fits into what is kept for the main thread. */
static void prints_much(void *arg) {
  enum { SIZE = 300 * 1000 };
  char *text = malloc(SIZE);
  memset(text, 'x', SIZE);
  for (int i = 99; i < SIZE; i += 100) text[i] = '\n';
  os_write(2, text, SIZE);
  free(text);
  finished++;
  (void)arg;
}

static void scene_print_much(void) {
  start(prints_much, NULL);
  wait_until(&finished, 1);
}

/* ---- grow: memory grows on one thread, others and M0 see it ---- */

static char *_Atomic grown;

static void grows(void *arg) {
  (void)arg;
  size_t size = 40 << 20;
  for (int i = 0; i < 3; i++) {
    char *p = malloc(size);
    CHECK(p);
    strcpy(p + size - 16, "from above\n");
    grown = p + size - 16;
    while (grown) {
    }
    free(p);
    size += 40 << 20;
  }
  finished++;
}

static void writes_grown(void *arg) {
  (void)arg;
  while (finished == 0) {
    char *text = grown;
    if (!text) continue;
    os_write(1, text, strlen(text));
    FILE *f = fopen("/grown", "w");
    CHECK(f && fputs(text, f) >= 0 && fclose(f) == 0);
    grown = NULL;
  }
  started++;
}

static void scene_grow(void) {
  start(grows, NULL);
  start(writes_grown, NULL);
  wait_until(&started, 1);
  char back[32] = "";
  FILE *f = fopen("/grown", "r");
  CHECK(f && fgets(back, sizeof back, f) && strcmp(back, "from above\n") == 0);
  puts("PASS");
}

/* ---- newm: threads start threads, more of them than processors ---- */

static void starts_more(void *arg) {
  uintptr_t depth = (uintptr_t)arg;
  if (depth > 0)
    for (int i = 0; i < 2; i++) start(starts_more, (void *)(depth - 1));
  finished++;
}

static void scene_newm(void) {
  start(starts_more, (void *)3);
  wait_until(&finished, 15);
  puts("PASS");
}

/* ---- single: which build is this? ---- */

static void scene_single(void) {
  const char *reason;
  os_ncpu(&reason);
  puts(reason);
}

/* ---- measure: ms and us ---- */

static int64_t asked;
static _Atomic int64_t came;

static void says_time(void *arg) {
  (void)arg;
  came = os_nanotime();
}

static void scene_measure(void) {
  int64_t first = 0;
  for (int i = 0; i < 4; i++) {
    came = 0;
    asked = os_nanotime();
    start(says_time, NULL);
    while (came == 0) goro_sleep(MS / 4);
    if (i == 0) first = came - asked;
  }
  printf("{\"first_ms\": %.1f, \"next_ms\": %.2f}\n", (double)first / MS,
         (double)(came - asked) / MS);
}

static const struct scene {
  const char *name;
  void (*run)(void);
} scenes[] = {
    {"stacks", scene_stacks},       {"wait", scene_wait},
    {"clock", scene_clock},         {"bounds", scene_bounds},
    {"overflow", scene_overflow},   {"exit", scene_exit},
    {"libc_exit", scene_libc_exit}, {"exit_locked", scene_exit_locked},
    {"trap", scene_trap},           {"lost", scene_lost},
    {"lost_lock", scene_lost_lock}, {"lost_stdout", scene_lost_stdout},
    {"print", scene_print},         {"print_much", scene_print_much},
    {"grow", scene_grow},           {"newm", scene_newm},
    {"measure", scene_measure},     {"single", scene_single},
};

int main(int argc, char **argv) {
  goro_lock_os_thread();
  for (size_t i = 0; i < sizeof scenes / sizeof *scenes; i++) {
    if (argc != 2 || strcmp(scenes[i].name, argv[1]) != 0) continue;
    scenes[i].run();
    return 0;
  }
  fputs("usage: threads SCENE\n", stderr);
  return 1;
}
