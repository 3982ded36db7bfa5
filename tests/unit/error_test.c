/* error_test.c: the texts of Go's own runtime errors. */
#include "unit.h"

#include "api/goro.h"

static goro_panic_info info;

struct bounds {
  int64_t lo, hi, size;
};

static void index_of(void *arg) {
  struct bounds *b = arg;
  CHECK(goro_index(b->lo, b->size) == b->lo);
}

static void slice_of(void *arg) {
  struct bounds *b = arg;
  goro_slice(b->lo, b->hi, b->size);
}

static bool fails(goro_func f, void *arg, const char *want) {
  if (goro_try(f, arg, &info)) return want == NULL;
  CHECK(info.runtime_error && info.value == NULL);
  return want && strcmp(info.msg, want) == 0;
}

#define INDEX(i, n, want) \
  CHECK(fails(index_of, &(struct bounds){i, 0, n}, want))
#define SLICE(lo, hi, cap, want) \
  CHECK(fails(slice_of, &(struct bounds){lo, hi, cap}, want))
#define OUT "runtime error: index out of range "
#define BOUNDS "runtime error: slice bounds out of range "

static void test_index(void) {
  INDEX(0, 1, NULL);
  INDEX(INT64_MAX - 1, INT64_MAX, NULL);
  INDEX(5, 3, OUT "[5] with length 3");
  INDEX(0, 0, OUT "[0] with length 0");
  INDEX(-1, 3, OUT "[-1]");
  INDEX(INT64_MAX, INT64_MAX,
        OUT "[9223372036854775807] with length 9223372036854775807");
  INDEX(INT64_MIN, 0, OUT "[-9223372036854775808]");
}

static void test_slice(void) {
  SLICE(0, 0, 0, NULL);
  SLICE(1, 3, 3, NULL);
  SLICE(3, 3, 3, NULL);
  SLICE(0, 5, 3, BOUNDS "[:5] with capacity 3");
  SLICE(2, 1, 3, BOUNDS "[2:1]");
  SLICE(-2, 3, 3, BOUNDS "[-2:]");
  SLICE(0, -2, 3, BOUNDS "[:-2]");
  SLICE(-2, 5, 3, BOUNDS "[:5] with capacity 3");
}

/* ---- numbers, pointers ---- */

static volatile int64_t zero;

static void div_zero(void *unused) {
  (void)unused;
  CHECK(goro_div(1, zero) == 0);
}

static void mod_zero(void *unused) {
  (void)unused;
  CHECK(goro_mod(1, zero) == 0);
}

static void test_divide(void) {
  CHECK(goro_div(7, 2) == 3 && goro_div(-7, 2) == -3 && goro_div(7, -1) == -7);
  CHECK(goro_mod(7, 2) == 1 && goro_mod(-7, 2) == -1 && goro_mod(7, -1) == 0);
  CHECK(goro_div(INT64_MIN, -1) == INT64_MIN && goro_mod(INT64_MIN, -1) == 0);
  CHECK(fails(div_zero, NULL, "runtime error: integer divide by zero"));
  CHECK(fails(mod_zero, NULL, "runtime error: integer divide by zero"));
}

static void nonnil(void *p) { CHECK(goro_nonnil(p) == p); }

static void nil_map(void *unused) {
  (void)unused;
  goro_nil_map();
}

static void defers_nil(void *ran) {
  goro_defer(NULL, NULL);
  *(bool *)ran = true;
}

#define MEM "runtime error: invalid memory address or nil pointer dereference"

static void test_nil(void) {
  bool ran = false;
  CHECK(fails(nonnil, &info, NULL));
  CHECK(fails(nonnil, NULL, MEM));
  CHECK(fails(nil_map, NULL, "assignment to entry in nil map"));
  CHECK(fails(defers_nil, &ran, MEM) && ran);
}

/* ---- which panics are errors of the runtime ---- */

static void panic_with(void *msg) { goro_panic_value(msg, msg); }
static void close_chan(void *c) { goro_chan_close(c); }

static void negative(void *wg) { goro_waitgroup_add(wg, -1); }

static void test_kinds(void) {
  static char text[] = "text";
  CHECK(fails(close_chan, NULL, "close of nil channel"));
  CHECK(fails(panic_with, NULL, "panic called with nil argument"));
  CHECK(!goro_try(panic_with, text, &info));
  CHECK(!info.runtime_error && info.value == text);
  goro_waitgroup wg = {0};
  CHECK(!goro_try(negative, &wg, &info) && !info.runtime_error);
  CHECK(!goro_try(panic_with, text, NULL));
}

int main(void) {
  test_index();
  test_slice();
  test_divide();
  test_nil();
  test_kinds();
  return unit_pass();
}
