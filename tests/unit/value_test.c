/* value_test.c: atomic.Value, and goro.h's atomic operations among goroutines.
 *
 * After Go's src/sync/atomic/value_test.go; Go's notice is in
 * tests/go/LICENSE-GO. */
#include "unit.h"

#include "api/goro.h"

static char int_type, string_type; /* their addresses are types */
static int one = 1, two = 2;

#define INT(p) GORO_ANY(&int_type, p)
#define STRING(p) GORO_ANY(&string_type, (void *)(p))
#define NIL GORO_ANY(NULL, NULL)

static bool same(goro_any a, goro_any b) {
  return a.type == b.type && a.data == b.data;
}

/* Go: TestValue, TestValueLarge. */
static void test_value(void) {
  goro_value v = {0};
  CHECK(same(goro_value_load(&v), NIL));
  goro_value_store(&v, INT(&one));
  CHECK(same(goro_value_load(&v), INT(&one)));
  goro_value_store(&v, INT(&two));
  CHECK(same(goro_value_load(&v), INT(&two)));
  goro_value_store(&v, INT(NULL)); /* a pointer that is NULL is no nil */
  CHECK(same(goro_value_load(&v), INT(NULL)));
}

/* ---- panics ---- */

/* What one call shall do: to a Value that holds init. */
struct row {
  goro_any init, old, val;
  const char *panics;
  bool swapped;
  goro_value v;
};

static void store(void *row) {
  struct row *r = row;
  goro_value_store(&r->v, r->val);
}

static void swap(void *row) {
  struct row *r = row;
  CHECK(same(goro_value_swap(&r->v, r->val), r->init));
}

static void compare_and_swap(void *row) {
  struct row *r = row;
  CHECK(goro_value_compare_and_swap(&r->v, r->old, r->val) == r->swapped);
}

static void check_row(struct row *r, void (*f)(void *), bool changes) {
  if (r->init.type) goro_value_store(&r->v, r->init);
  CHECK(unit_panics(f, r, r->panics));
  bool changed = changes && !r->panics[0];
  CHECK(same(goro_value_load(&r->v), changed ? r->val : r->init));
}

/* Go: TestValuePanic. */
static void test_store(void) {
  struct row rows[] = {
      {.init = NIL,
       .val = NIL,
       .panics = "sync/atomic: store of nil value into Value"},
      {.init = INT(&one),
       .val = NIL,
       .panics = "sync/atomic: store of nil value into Value"},
      {.init = INT(&one),
       .val = STRING("foo"),
       .panics = "sync/atomic: store of inconsistently typed value into Value"},
      {.init = INT(&one), .val = INT(&two), .panics = ""},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    check_row(&rows[i], store, true);
}

/* Go: TestValue_Swap. */
static void test_swap(void) {
  struct row rows[] = {
      {.init = NIL,
       .val = NIL,
       .panics = "sync/atomic: swap of nil value into Value"},
      {.init = NIL, .val = INT(&one), .panics = ""},
      {.init = INT(&one),
       .val = STRING(""),
       .panics = "sync/atomic: swap of inconsistently typed value into Value"},
      {.init = INT(&one), .val = INT(&two), .panics = ""},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    check_row(&rows[i], swap, true);
}

static const char cas_nil[] =
    "sync/atomic: compare and swap of nil value into Value";
static const char cas_values[] =
    "sync/atomic: compare and swap of inconsistently typed values";
static const char cas_value[] =
    "sync/atomic: compare and swap of inconsistently typed value into Value";

/* Go: TestValue_CompareAndSwap, but for its row of equal values at different
 * addresses. */
static void test_compare_and_swap(void) {
  struct row rows[] = {
      {.val = NIL, .old = NIL, .panics = cas_nil},
      {.val = INT(&one), .old = STRING(""), .panics = cas_values},
      {.val = INT(&one), .old = INT(&one), .panics = ""},
      {.val = INT(&one), .old = NIL, .panics = "", .swapped = true},
      {.init = INT(&one), .val = STRING(""), .panics = cas_value},
      {.init = INT(&one), .val = INT(&one), .old = INT(&two), .panics = ""},
      {.init = INT(&one), .val = INT(&two), .old = NIL, .panics = ""},
      {.init = INT(&one),
       .val = INT(&two),
       .old = INT(&one),
       .panics = "",
       .swapped = true},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    check_row(&rows[i], compare_and_swap, rows[i].swapped);
}

/* ---- among goroutines; values are numbers ---- */

enum { WORKERS = 4 };

static goro_value shared;
static uint64_t sum;
static int loops;

static goro_any number(intptr_t n) { return GORO_ANY(&int_type, (void *)n); }

/* Go: TestValueConcurrent. */
static void store_and_load(void *unused) {
  (void)unused;
  for (int i = 0; i < loops; i++) {
    goro_value_store(&shared, number(unit_rand(4)));
    goro_any x = goro_value_load(&shared);
    CHECK(x.type == &int_type && (uintptr_t)x.data < 4);
    if (i % 8 == 0) goro_gosched();
  }
}

/* Go: TestValueSwapConcurrent. */
static void swap_and_add(void *first) {
  uint64_t mine = 0;
  for (int i = 0; i < loops; i++) {
    mine +=
        (uintptr_t)goro_value_swap(&shared, number((intptr_t)first + i)).data;
    if (i % 8 == 0) goro_gosched();
  }
  goro_atomic_add_uint64(&sum, mine);
}

/* Go: TestValueCompareAndSwapConcurrent. */
static void swap_in_turn(void *first) {
  for (int j = (int)(intptr_t)first; j < loops * WORKERS; goro_gosched())
    if (goro_value_compare_and_swap(&shared, number(j), number(j + 1)))
      j += WORKERS;
}

static void all_do(void (*f)(void *), int step) {
  for (int i = 0; i < WORKERS; i++) unit_go(f, (void *)(intptr_t)(i * step));
  UNIT_UNTIL(goro__gcount() == 1);
}

static void test_concurrent(void) {
  loops = unit_much(1000, 8);
  all_do(store_and_load, 0);
  shared = (goro_value){0};
  all_do(swap_and_add, loops);
  uint64_t n = (uint64_t)loops * WORKERS;
  CHECK(sum + (uintptr_t)goro_value_load(&shared).data == n * (n - 1) / 2);
  goro_value_store(&shared, number(0));
  all_do(swap_in_turn, 1);
  CHECK((int)(uintptr_t)goro_value_load(&shared).data == loops * WORKERS);
}

/* The first store of two at once: the other one waits, and may be of the wrong
 * type. */
static void race_to_store(void *type) {
  bool ok = goro_value_compare_and_swap(&shared, NIL, GORO_ANY(type, type));
  if (ok) unit_note('f');
}

static void test_first(void) {
  for (int i = unit_much(100, 2); i > 0; i--) {
    shared = (goro_value){0};
    for (int k = 0; k < WORKERS; k++) unit_go(race_to_store, &int_type);
    UNIT_UNTIL(goro__gcount() == 1);
    CHECK(unit_said("f"));
    CHECK(same(goro_value_load(&shared), GORO_ANY(&int_type, &int_type)));
  }
}

int main(void) {
  test_value();
  test_store();
  test_swap();
  test_compare_and_swap();
  test_concurrent();
  test_first();
  return unit_pass();
}
