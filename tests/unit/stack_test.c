/* stack_test.c: the chain of segments, with made-up stack pointers.  What it
 * does to real stacks is in switch_test.c; overflow ends the program, so that
 * is in tests/crash. */
#include "unit.h"

#include "stack/stack.h"

/* A stack of a goroutine that does not run: the pointer that the machine would
 * have, and the checks that the pass inserts. */
struct made_up {
  struct gstack gs;
  uintptr_t sp;
  _Alignas(16) char first[GSTACK0];
};

static void stack_make(struct made_up *s) {
  memset(s, 0, sizeof *s);
  s->gs.seg = goro__seg_first(s->first, sizeof s->first);
  s->gs.sp = s->sp = goro__seg_hi(s->gs.seg);
  s->gs.size = (uint32_t)s->gs.seg->size;
}

static bool outside(const struct made_up *s, uintptr_t p) {
  return !goro__seg_contains(s->gs.seg, p);
}

/* A function's prologue, as bindings/cc/passes/stackcheck.mjs has it. */
static uintptr_t open_frame(struct made_up *s, size_t n) {
  uintptr_t nsp = s->sp - n;
  if (outside(s, nsp) || (n > STACK_RED && outside(s, s->sp)))
    nsp = goro__stack_adjust(&s->gs, s->sp, nsp);
  s->sp = nsp;
  goro__stack_check(&s->gs);
  return nsp;
}

static void close_frame(struct made_up *s, uintptr_t fp, size_t n) {
  s->sp = fp + n;
}

static void park(struct made_up *s) {
  s->gs.sp = s->sp;
  goro__stack_trim(&s->gs);
  s->sp = s->gs.sp;
  goro__stack_check(&s->gs);
}

static int nsegs(const struct made_up *s) {
  const struct stackseg *t = s->gs.seg;
  int n = 0;
  while (t->prev) t = t->prev;
  for (; t; t = t->next) n++;
  return n;
}

static struct made_up a;

/* ---- the first segment ---- */

static void test_first(void) {
  _Alignas(16) char mem[512];
  for (size_t at = 0; at < 16; at++)
    for (size_t size = 400; size < 420; size++) {
      struct stackseg *s = goro__seg_first(mem + at, size);
      uintptr_t hi = goro__seg_hi(s), end = (uintptr_t)mem + at + size;
      CHECK((uintptr_t)s % 16 == 0 && (uintptr_t)s >= (uintptr_t)mem + at);
      CHECK(s->lo % 16 == 0 && hi % 16 == 0 && hi <= end && end - hi < 16);
      CHECK(goro__seg_floor(s) >= (uintptr_t)(s + 1));
      CHECK(!s->prev && !s->next);
      CHECK(goro__seg_contains(s, hi) && goro__seg_contains(s, s->lo));
      CHECK(!goro__seg_contains(s, hi + 1) &&
            !goro__seg_contains(s, s->lo - 1));
    }
}

/* ---- growth ---- */

static void test_fits(void) {
  stack_make(&a);
  size_t n = a.gs.seg->size;
  uintptr_t hi = a.sp, fp = open_frame(&a, n);
  CHECK(fp == hi - n && fp == a.gs.seg->lo && nsegs(&a) == 1);
  close_frame(&a, fp, n);
  CHECK(a.sp == hi);
}

/* Whatever does not fit, down to 16 bytes, goes to a new segment. */
static void test_grows(void) {
  static const size_t sizes[] = {16, 32, 128, 144, 1024, 5000 / 16 * 16, 65536};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    stack_make(&a);
    struct stackseg *first = a.gs.seg;
    open_frame(&a, first->size);
    uintptr_t old = a.sp, fp = open_frame(&a, sizes[i]);
    struct stackseg *t = a.gs.seg;
    CHECK(t != first && t->prev == first && first->next == t && !t->next);
    CHECK(fp + sizes[i] == goro__seg_hi(t) && fp >= t->lo && fp % 16 == 0);
    CHECK(t->saved_sp == old && a.gs.size == first->size + t->size);
    CHECK(fp - t->lo >= 64); /* room for the callees */
    goro__stack_reset(&a.gs);
    CHECK(a.gs.seg == first && nsegs(&a) == 1 && a.gs.size == first->size);
  }
}

/* Segments double, so that deep recursion links few; up to a limit. */
static void test_doubles(void) {
  stack_make(&a);
  uint32_t before = goro__maxstacksize;
  goro__maxstacksize = 1 << 20;
  size_t last = 0;
  for (int i = 0; i < 6000; i++) {
    struct stackseg *t = a.gs.seg;
    open_frame(&a, 112);
    if (a.gs.seg == t) continue;
    CHECK(a.gs.seg->size + 16 >= last && a.gs.seg->size <= 65536);
    last = a.gs.seg->size;
  }
  CHECK(nsegs(&a) < 20 && last > 60000);
  goro__stack_reset(&a.gs);
  goro__maxstacksize = before;
}

/* All segments together stay within the limit, as long as that is possible. */
static void test_limit(void) {
  uint32_t before = goro__maxstacksize;
  static const uint32_t limits[] = {5000, 8192, 10000, 20000, 65536, 100000};
  for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
    goro__maxstacksize = limits[i];
    stack_make(&a);
    uint32_t used = 0;
    /* All but what is left over at the ends of segments can be used. */
    while (used + 2048 < limits[i]) {
      open_frame(&a, 64);
      used += 64;
      CHECK(a.gs.size <= limits[i]);
    }
    goro__stack_reset(&a.gs);
  }
  goro__maxstacksize = before;
}

/* ---- going back ---- */

/* A loop that calls at the end of a segment links one segment, once. */
static void test_reuse(void) {
  stack_make(&a);
  struct stackseg *first = a.gs.seg;
  open_frame(&a, first->size - 32);
  uintptr_t edge = a.sp;
  struct stackseg *t = NULL;
  for (int i = 0; i < 10; i++) {
    size_t n = 64 + 16 * (size_t)i;
    uintptr_t fp = open_frame(&a, n);
    CHECK(a.gs.seg != first && (!t || a.gs.seg == t));
    t = a.gs.seg;
    close_frame(&a, fp, n);
    CHECK(a.sp == goro__seg_hi(t));
    if (i % 2) a.sp = edge; /* the caller has made and closed a frame itself */
  }
  CHECK(nsegs(&a) == 2);
  /* One that does not fit there takes its place. */
  a.sp = edge;
  uintptr_t fp = open_frame(&a, 10000);
  CHECK(nsegs(&a) == 2 && a.gs.seg->size > 10000);
  CHECK(a.gs.seg->saved_sp == edge && fp >= a.gs.seg->lo);
  goro__stack_reset(&a.gs);
}

/* The stack pointer is set back without a check: a block with a
 * variable-length array ends, or a function in an older segment returns.  The
 * next frame finds out, wherever in memory the segments are. */
static void test_restore(void) {
  for (size_t n = 2000; n < 20000; n += 1000) {
    stack_make(&a);
    struct stackseg *first = a.gs.seg;
    uintptr_t inner, outer = open_frame(&a, 32);
    inner = open_frame(&a, n);
    open_frame(&a, 2 * n + 4000);
    CHECK(nsegs(&a) == 3);
    a.sp = inner;
    uintptr_t fp = open_frame(&a, 16); /* fits where it is */
    CHECK(fp == inner - 16 && a.gs.seg->prev == first && a.gs.seg->next);
    a.sp = outer;
    fp = open_frame(&a, 144);
    CHECK(a.gs.seg == first ? fp == outer - 144 : a.gs.seg->prev == first);
    goro__stack_reset(&a.gs);
    CHECK(a.gs.seg == first);
  }
}

/* ---- parking ---- */

static void test_trim(void) {
  stack_make(&a);
  struct stackseg *first = a.gs.seg;
  uintptr_t f1 = open_frame(&a, 64), f2 = open_frame(&a, 4000);
  struct stackseg *second = a.gs.seg;
  uintptr_t f3 = open_frame(&a, 8000);
  CHECK(nsegs(&a) == 3);
  park(&a); /* all in use */
  CHECK(nsegs(&a) == 3 && a.sp == f3);
  close_frame(&a, f3, 8000);
  park(&a); /* nothing is left in the third: as if it had not been there */
  CHECK(nsegs(&a) == 2 && a.gs.seg == second && a.sp == f2);
  close_frame(&a, f2, 4000);
  park(&a);
  CHECK(nsegs(&a) == 1 && a.gs.seg == first && a.sp == f1);
  CHECK(a.gs.size == first->size);
  park(&a);
  CHECK(a.sp == f1);
}

/* Whatever the sizes of the frames: when they are gone, so is the segment. */
static void test_gives_back(void) {
  for (size_t n = 16; n < 6000; n += 16) {
    stack_make(&a);
    uintptr_t f1 = open_frame(&a, n % 160 / 16 * 16);
    uintptr_t f2 = open_frame(&a, n), f3 = open_frame(&a, 48);
    close_frame(&a, f3, 48);
    close_frame(&a, f2, n);
    park(&a);
    CHECK(nsegs(&a) == 1 && a.sp == f1);
  }
}

/* Segments beyond the one in use go, also if the pointer never was there. */
static void test_trim_newer(void) {
  stack_make(&a);
  uintptr_t f1 = open_frame(&a, 64);
  open_frame(&a, 4000);
  open_frame(&a, 8000);
  a.sp = f1;
  park(&a);
  CHECK(nsegs(&a) == 1 && a.sp == f1 && !a.gs.seg->next);
}

/* Small segments are kept for the next goroutine that grows. */
static void test_cache(void) {
  struct stackseg *seen = NULL;
  for (int i = 0; i < 10; i++) {
    stack_make(&a);
    open_frame(&a, 2000);
    if (i > 0) CHECK(a.gs.seg == seen);
    seen = a.gs.seg;
    goro__stack_reset(&a.gs);
  }
  static struct made_up many[40];
  for (int i = 0; i < 40; i++) {
    stack_make(&many[i]);
    open_frame(&many[i], 1000);
  }
  for (int i = 0; i < 40; i++) goro__stack_reset(&many[i].gs);
}

/* ---- a program of calls, returns and parks ---- */

enum { max_calls = 300, nsteps = 20000 };

static struct {
  uintptr_t fp;
  size_t n;
} calls[max_calls];
static int ncalls;

/* The frame is in one segment, and overlaps no other. */
static void check_frame(const struct made_up *s, uintptr_t fp, size_t n) {
  const struct stackseg *t = s->gs.seg;
  while (t->next) t = t->next;
  while (t && !(fp >= goro__seg_floor(t) && fp + n <= goro__seg_hi(t)))
    t = t->prev;
  CHECK(t != NULL);
  for (int i = 0; i < ncalls; i++)
    CHECK(fp + n <= calls[i].fp || calls[i].fp + calls[i].n <= fp);
}

static size_t some_size(void) {
  switch (unit_rand(10)) {
  case 0:
    return 16 * (1 + unit_rand(300));
  case 1:
    return 16 * unit_rand(9);
  default:
    return 16 * (1 + unit_rand(12));
  }
}

static void step(struct made_up *s, bool deeper) {
  if (deeper && ncalls < max_calls) {
    size_t n = some_size();
    uintptr_t fp = open_frame(s, n);
    check_frame(s, fp, n);
    calls[ncalls].fp = fp;
    calls[ncalls++].n = n;
  } else if (ncalls > 0) {
    ncalls--;
    close_frame(s, calls[ncalls].fp, calls[ncalls].n);
  }
}

static void test_random(void) {
  uint32_t before = goro__maxstacksize;
  goro__maxstacksize = UINT32_MAX / 2;
  stack_make(&a);
  for (int i = 0; i < nsteps; i++) {
    step(&a, unit_rand(100) < (i / 400 % 2 ? 35u : 65u));
    if (unit_rand(20) == 0) park(&a);
    for (int j = 0; j < ncalls; j++) CHECK(calls[j].fp);
  }
  while (ncalls > 0) step(&a, false);
  park(&a);
  CHECK(nsegs(&a) == 1);
  goro__maxstacksize = before;
}

/* ---- real stacks: a scope at the top of an empty segment ---- */

static struct scope scope;

static GORO_NOINLINE void use_stack(int n) {
  volatile char big[5000];
  for (int i = 0; i < 5000; i++) big[i] = (char)(i + n);
  CHECK(big[77] == (char)(77 + n));
}

/* Parks where use_stack's segment ends: that is given back. */
static GORO_NOINLINE void park_and_abort(void *unused) {
  (void)unused;
  goro__Gosched();
  goro__scope_abort(&scope);
}

static void cut_back(void *unused) {
  use_stack(1);
  CHECK(!goro__scope_call(&scope, park_and_abort, unused));
  use_stack(2);
  unit_note('k');
}

static void test_scope(void) {
  unit_go(cut_back, NULL);
  UNIT_UNTIL(goro__gcount() == 1);
  CHECK(unit_said("k"));
}

/* ---- real stacks: frames with an alignment of their own ---- */

static GORO_NOINLINE void aligned(int depth) {
  _Alignas(16) volatile char a16[16];
  _Alignas(64) volatile char a64[80];
  _Alignas(256) volatile char a256[256];
  a16[0] = a64[0] = a256[0] = (char)depth;
  CHECK((uintptr_t)a16 % 16 == 0 && (uintptr_t)a64 % 64 == 0);
  CHECK((uintptr_t)a256 % 256 == 0);
  if (depth % 3 == 0) goro__Gosched();
  if (depth > 0) aligned(depth - 1);
  if (depth % 3 == 1) goro__Gosched();
  CHECK(a16[0] == (char)depth && a64[0] == (char)depth);
  CHECK(a256[0] == (char)depth && (uintptr_t)a256 % 256 == 0);
}

static GORO_NOINLINE void offset(size_t n) {
  volatile char pad[n];
  pad[0] = pad[n - 1] = 1;
  aligned(40);
}

static void use_aligned(void *unused) {
  (void)unused;
  for (size_t n = 1; n < 600; n += 40) offset(n);
}

static void test_aligned(void) {
  for (int i = 0; i < 3; i++) unit_go(use_aligned, NULL);
  UNIT_UNTIL(goro__gcount() == 1);
}

int main(void) {
  test_first();
  test_fits();
  test_grows();
  test_doubles();
  test_limit();
  test_reuse();
  test_restore();
  test_trim();
  test_gives_back();
  test_trim_newer();
  test_cache();
  test_random();
  test_scope();
  test_aligned();
  return unit_pass();
}
