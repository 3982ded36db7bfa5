/* switch_test.c: what a goroutine has on its stack survives a switch.
 *
 * Both back ends of stack/switch.h, through the runtime: main is the main
 * goroutine, the others are made by goro__newproc.  Covers locals of every
 * kind at every depth, frames of libc in between, scopes that are cut off,
 * goroutines dropped from deep, large frames, and thousands of goroutines
 * resumed in random order.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "sched/runtime2.h"
#include "unit.h"

#define COUNT(a) ((uint32_t)(sizeof(a) / sizeof *(a)))

/* ---- goroutines that park in a slot until somebody resumes them ---- */

struct slot {
  struct g
      *_Atomic gp; /* set on the M once the goroutine is away, NULL if not */
};

static _Atomic uint32_t on_m_stack; /* unlock functions that ran there */

static int64_t slot_fill(void *gp, void *arg) {
  struct slot *s = arg;
  CHECK(s->gp == NULL);
  CHECK(!goro__on_gstack());
  on_m_stack++;
  s->gp = gp;
  return true;
}

GORO_UNWINDS static void slot_park(struct slot *s) {
  goro__gopark(slot_fill, s, waitReasonSleep);
}

/* Resume the goroutine that parks on s, as soon as it has. */
GORO_UNWINDS static void slot_resume(struct slot *s) {
  struct g *gp;
  while (!(gp = s->gp)) goro__Gosched();
  s->gp = NULL;
  goro__goready(gp);
}

/* Give the others time until no goroutine but main is alive. */
GORO_UNWINDS static void wait_all(void) {
  while (goro__gcount() > 1) goro__Gosched();
}

/* ---- locals of every kind, at every depth ---- */

struct pair {
  int32_t a;
  double b;
};

struct walk {
  uint32_t seed;
  uint32_t parks; /* park on the way down, and up, at depths that divide */
  uint64_t sum;   /* result */
};

GORO_UNWINDS static void maybe_yield(const struct walk *w, uint32_t depth) {
  if (depth % w->parks == 0) goro__Gosched();
}

GORO_UNWINDS static uint64_t descend(struct walk *w, uint32_t depth,
                                     uint64_t *parent) {
  if (depth == 0) return 1;
  uint32_t i32 = w->seed * 2654435761u + depth;
  uint64_t i64 = (uint64_t)i32 << 17 ^ depth;
  float f32 = (float)(depth + w->seed) * 0.5f;
  double f64 = (double)i32 * 0.25;
  struct pair pair = {(int32_t)depth, f64 + 1};
  uint32_t array[5] = {i32, i32 + 1, i32 + 2, i32 + 3, i32 + 4};
  uint32_t nvla = 1 + depth % 7;
  uint32_t vla[nvla];
  for (uint32_t i = 0; i < nvla; i++) vla[i] = i32 ^ i;
  uint64_t mine = i64; /* the callee adds to it through a pointer */
  uint32_t *into = &array[depth % COUNT(array)];

  maybe_yield(w, depth);
  uint64_t below = descend(w, depth - 1, &mine);
  maybe_yield(w, depth + 1);

  CHECK(i32 == w->seed * 2654435761u + depth);
  CHECK(i64 == ((uint64_t)i32 << 17 ^ depth));
  CHECK(f32 == (float)(depth + w->seed) * 0.5f);
  CHECK(f64 == (double)i32 * 0.25);
  CHECK(pair.a == (int32_t)depth && pair.b == f64 + 1);
  for (uint32_t i = 0; i < COUNT(array); i++) CHECK(array[i] == i32 + i);
  for (uint32_t i = 0; i < nvla; i++) CHECK(vla[i] == (i32 ^ i));
  CHECK(*into == i32 + depth % COUNT(array));
  CHECK(mine == (depth > 1 ? i64 + depth - 1 : i64));
  *parent += depth;
  return below + depth;
}

static void walk_main(void *arg) {
  struct walk *w = arg;
  uint64_t top = 0;
  w->sum = descend(w, 120, &top);
  CHECK(top == 120);
}

static void test_descend(void) {
  static struct walk walks[16];
  uint32_t n = (uint32_t)unit_much(COUNT(walks), 4);
  for (uint32_t i = 0; i < n; i++) {
    walks[i] = (struct walk){.seed = i, .parks = 1 + i % 9};
    goro__newproc(walk_main, &walks[i], NULL);
  }
  wait_all();
  for (uint32_t i = 0; i < n; i++) CHECK(walks[i].sum == 1 + 120 * 121 / 2);
}

/* ---- calls that hide who is called ---- */

typedef struct pair (*pair_fn)(struct pair, int);

/* A struct returned through the caller's stack, filled after a switch. */
GORO_UNWINDS static struct pair twice(struct pair p, int n) {
  goro__Gosched();
  struct pair r = {p.a * 2 + n, p.b * 2};
  goro__Gosched();
  return r;
}

GORO_UNWINDS static struct pair again(struct pair p, int n) {
  pair_fn volatile next = twice; /* not to be inlined */
  struct pair r = next(p, n);
  goro__goyield();
  return next(r, n);
}

GORO_UNWINDS static double sum_of(int n, ...) {
  va_list ap;
  va_start(ap, n);
  double sum = 0;
  for (int i = 0; i < n; i++) {
    sum += i % 2 == 0 ? va_arg(ap, int) : va_arg(ap, double);
    goro__Gosched();
  }
  va_end(ap);
  return sum;
}

GORO_UNWINDS static int compare_yielding(const void *a, const void *b) {
  int x = *(const int *)a, y = *(const int *)b;
  if (unit_rand(3) == 0) goro__Gosched();
  return x < y ? -1 : x > y;
}

static void calls_main(void *arg) {
  pair_fn volatile through = again;
  struct pair p = through((struct pair){*(int *)arg, 1.5}, 1);
  CHECK(p.a == *(int *)arg * 4 + 3 && p.b == 6);
  CHECK(sum_of(5, 1, 0.5, 2, 0.25, 3) == 6.75);
  int v[200];
  for (uint32_t i = 0; i < COUNT(v); i++) v[i] = (int)unit_rand(1000);
  qsort(v, COUNT(v), sizeof *v, compare_yielding);
  for (uint32_t i = 1; i < COUNT(v); i++) CHECK(v[i - 1] <= v[i]);
}

static void test_calls(void) {
  static int args[8];
  uint32_t n = (uint32_t)unit_much(COUNT(args), 2);
  for (uint32_t i = 0; i < n; i++) {
    args[i] = (int)i;
    goro__newproc(calls_main, &args[i], NULL);
  }
  wait_all();
}

/* ---- a pointer into the stack of a parked goroutine ---- */

struct mailbox {
  struct slot slot;
  uint64_t *elem;
};

static void receiver_main(void *arg) {
  struct mailbox *m = arg;
  volatile uint64_t before = 11, after = 12;
  uint64_t value = 0;
  m->elem = &value;
  slot_park(&m->slot);
  CHECK(value == 0x123456789abcdef0u);
  CHECK(before == 11 && after == 12);
}

static void test_pointer(void) {
  struct mailbox m = {{NULL}, NULL};
  goro__newproc(receiver_main, &m, NULL);
  UNIT_UNTIL(m.slot.gp);
  *m.elem = 0x123456789abcdef0u;
  slot_resume(&m.slot);
  wait_all();
}

/* ---- scopes ---- */

struct abort_job {
  struct scope *target;
  uint32_t depth;
  uint32_t parks; /* in each frame, 0: none */
  bool abort;     /* at the bottom; else return */
  uint32_t entered;
  uint32_t returned;
};

GORO_UNWINDS static void abort_deep(struct abort_job *j, uint32_t depth) {
  char frame[64];
  memset(frame, (int)depth, sizeof frame);
  j->entered++;
  for (uint32_t i = 0; i < j->parks; i++) goro__Gosched();
  if (depth > 0)
    abort_deep(j, depth - 1);
  else if (j->abort)
    goro__scope_abort(j->target);
  for (uint32_t i = 0; i < sizeof frame; i++) CHECK(frame[i] == (char)depth);
  j->returned++;
}

static void abort_entry(void *arg) {
  struct abort_job *j = arg;
  abort_deep(j, j->depth);
}

/* One scope; the locals around it stay as they were. */
GORO_UNWINDS static void one_scope(uint32_t depth, uint32_t parks, bool abort) {
  struct scope s;
  struct abort_job j = {&s, depth, parks, abort, 0, 0};
  uint32_t a = depth * 3;
  double b = depth * 0.5;
  char text[32];
  memset(text, 'x', sizeof text);
  bool returned = goro__scope_call(&s, abort_entry, &j);
  CHECK(returned == !abort);
  CHECK(a == depth * 3 && b == depth * 0.5);
  for (uint32_t i = 0; i < sizeof text; i++) CHECK(text[i] == 'x');
  CHECK(j.entered == depth + 1);
  CHECK(j.returned == (abort ? 0 : depth + 1));
}

struct nest {
  struct scope outer, inner;
  bool hit_outer; /* what the innermost frames cut back to */
  uint32_t after_inner;
};

static void nest_inner(void *arg) {
  struct nest *n = arg;
  struct abort_job j = {.target = n->hit_outer ? &n->outer : &n->inner,
                        .parks = 1,
                        .abort = true};
  abort_deep(&j, 5);
  CHECK(false);
}

static void nest_outer(void *arg) {
  struct nest *n = arg;
  goro__Gosched();
  bool returned = goro__scope_call(&n->inner, nest_inner, n);
  CHECK(!returned && !n->hit_outer);
  n->after_inner++;
  goro__Gosched();
  struct abort_job j = {.target = &n->outer, .abort = true};
  abort_deep(&j, 3);
  CHECK(false);
}

GORO_UNWINDS static void nested_scopes(bool hit_outer) {
  struct nest n = {.hit_outer = hit_outer};
  bool returned = goro__scope_call(&n.outer, nest_outer, &n);
  CHECK(!returned);
  CHECK(n.after_inner == (hit_outer ? 0 : 1));
}

/* Were a cut frame not given back, this would run out of stack. */
GORO_UNWINDS static void many_aborts(void) {
  int n = unit_much(5000, 50);
  for (int i = 0; i < n; i++) one_scope(8, i % 50 == 0, true);
}

/* A stack may grow in a call and shrink again after it: a scope entered then
 * must not cut back to where the stack had grown. */
GORO_NOINLINE static void grow(void) {
  volatile char pad[700];
  pad[0] = 1;
  CHECK(pad[0] == 1);
}

static void park_and_abort(void *s) {
  goro__Gosched();
  goro__scope_abort(s);
}

GORO_NOINLINE static void scope_after_growth(uint32_t depth) {
  struct scope s;
  volatile uint32_t mine = depth;
  grow();
  CHECK(!goro__scope_call(&s, park_and_abort, &s));
  grow();
  goro__Gosched();
  if (depth > 0) scope_after_growth(depth - 1);
  CHECK(mine == depth);
}

static void scopes_main(void *arg) {
  (void)arg;
  scope_after_growth((uint32_t)unit_much(200, 20));
  for (uint32_t depth = 0; depth < 40; depth += 13)
    for (uint32_t parks = 0; parks < 3; parks++) {
      one_scope(depth, parks, true);
      one_scope(depth, parks, false);
    }
  nested_scopes(false);
  nested_scopes(true);
  many_aborts();
}

static void test_scopes(void) {
  for (int i = 0; i < 4; i++) goro__newproc(scopes_main, NULL, NULL);
  wait_all();
  scopes_main(NULL);
}

/* ---- dropped from deep ---- */

static _Atomic uint32_t dropped;

GORO_UNWINDS static void drop_deep(uint32_t depth, uint32_t parks) {
  char frame[100];
  memset(frame, (int)depth, sizeof frame);
  if (parks > 0) goro__Gosched();
  if (depth == 0) {
    dropped++;
    goro__drop();
    return; /* unwinding passes here */
  }
  drop_deep(depth - 1, parks);
  CHECK(false);
}

static void drop_in_scope(void *arg) {
  drop_deep(10, *(uint32_t *)arg);
  CHECK(false);
}

static void drop_main(void *arg) {
  uint32_t n = *(uint32_t *)arg;
  struct scope s;
  if (n % 2 == 0) drop_deep(n % 60, n % 3);
  goro__scope_call(&s, drop_in_scope, arg);
  CHECK(false);
}

static void test_drop(void) {
  static uint32_t args[300];
  uint32_t n = (uint32_t)unit_much(COUNT(args), 30);
  for (uint32_t i = 0; i < n; i++) {
    args[i] = i;
    goro__newproc(drop_main, &args[i], NULL);
    if (i % 7 == 0) goro__Gosched();
  }
  wait_all();
  CHECK(dropped == n);
}

/* ---- large frames ---- */

enum { BIG = 100 * 1024 };

GORO_NOINLINE GORO_UNWINDS static uint32_t big_frame(uint32_t seed,
                                                     uint32_t depth) {
  unsigned char big[BIG];
  for (uint32_t i = 0; i < BIG; i += 61) big[i] = (unsigned char)(i + seed);
  goro__Gosched();
  uint32_t sum = depth > 0 ? big_frame(seed + 1, depth - 1) : 0;
  goro__Gosched();
  for (uint32_t i = 0; i < BIG; i += 61)
    CHECK(big[i] == (unsigned char)(i + seed));
  return sum + big[seed % BIG / 61 * 61];
}

static void big_main(void *arg) {
  CHECK(big_frame(*(uint32_t *)arg, 1) > 0);
  CHECK(big_frame(*(uint32_t *)arg, 0) > 0);
}

static void test_big(void) {
  static uint32_t args[6];
  for (uint32_t i = 0; i < COUNT(args); i++) {
    args[i] = i + 1;
    goro__newproc(big_main, &args[i], NULL);
  }
  wait_all();
}

/* ---- thousands, in random order ---- */

enum { SLEEPERS = 3000, ROUNDS = 3 };

static struct slot sleepers[SLEEPERS];

GORO_UNWINDS static uint32_t sleep_deep(struct slot *s, uint32_t depth) {
  volatile uint32_t mine = depth * 7;
  uint32_t below = 0;
  if (depth == 0)
    slot_park(s);
  else
    below = sleep_deep(s, depth - 1);
  CHECK(mine == depth * 7);
  return below + mine;
}

static void sleeper_main(void *arg) {
  struct slot *s = arg;
  uint32_t id = (uint32_t)(s - sleepers);
  for (uint32_t round = 0; round < ROUNDS; round++) {
    uint32_t depth = (id + round * 17) % 64;
    CHECK(sleep_deep(s, depth) == depth * (depth + 1) / 2 * 7);
  }
}

static void shuffle(uint32_t *order, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) order[i] = i;
  for (uint32_t i = n - 1; i > 0; i--) {
    uint32_t j = unit_rand(i + 1), t = order[i];
    order[i] = order[j];
    order[j] = t;
  }
}

static void test_thousands(void) {
  static uint32_t order[SLEEPERS];
  uint32_t n = (uint32_t)unit_much(SLEEPERS, 30);
  for (uint32_t i = 0; i < n; i++)
    goro__newproc(sleeper_main, &sleepers[i], NULL);
  for (uint32_t round = 0; round < ROUNDS; round++) {
    shuffle(order, n);
    for (uint32_t i = 0; i < n; i++) {
      while (!sleepers[order[i]].gp) goro__Gosched();
      slot_resume(&sleepers[order[i]]);
      if (unit_rand(4) == 0) goro__Gosched();
    }
  }
  wait_all();
  CHECK(on_m_stack > n);
}

/* ---- goroutines that never park, and calls that must not ---- */

static _Atomic uint32_t ran;

static void short_main(void *arg) {
  (void)arg;
  ran++;
}

static int64_t add(void *a, void *b) {
  return *(const int *)a + *(const int *)b;
}

static int64_t add_nested(void *a, void *b) {
  return goro__nounwind(add, a, b) * 2;
}

static void test_short(void) {
  int n = unit_much(20000, 100);
  for (int i = 0; i < n; i++) {
    goro__newproc(short_main, NULL, NULL);
    if (i % 100 == 0) goro__Gosched();
  }
  wait_all();
  CHECK(ran == (uint32_t)n);
  int a = 40, b = 2;
  CHECK(goro__nounwind(add, &a, &b) == 42);
  CHECK(goro__nounwind(add_nested, &a, &b) == 84);
  CHECK(goro__on_gstack());
}

int main(void) {
  test_descend();
  test_calls();
  test_pointer();
  test_scopes();
  test_drop();
  test_big();
  test_thousands();
  test_short();
  return unit_pass();
}
