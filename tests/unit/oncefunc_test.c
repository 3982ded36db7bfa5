/* oncefunc_test.c: OnceFunc, OnceValue and OnceValues.
 *
 * After Go's src/sync/oncefunc_test.go; Go's notice is in
 * tests/go/LICENSE-GO. */
#include "unit.h"

#include "api/goro.h"

static int calls;

static void count(void *unused) {
  (void)unused;
  calls++;
}

/* Go: TestOnceFunc. */
static void test_func(void) {
  goro_once_func *f = goro_once_func_new(count, NULL);
  CHECK(calls == 0);
  for (int i = 0; i < 10; i++) goro_once_func_call(f);
  CHECK(calls == 1);
  goro_once_func_free(f);
  goro_once_func_free(NULL);
}

static void *compute(void *arg) {
  calls++;
  return arg;
}

/* Go: TestOnceValue. */
static void test_value(void) {
  goro_once_value *v = goro_once_value_new(compute, &calls);
  calls = 0;
  for (int i = 0; i < 10; i++) CHECK(goro_once_value_get(v) == &calls);
  CHECK(calls == 1);
  goro_once_value_free(v);
  goro_once_value_free(NULL);
}

struct pair {
  int64_t a, b;
};

static void compute_pair(void *arg, void *result) {
  struct pair *p = result;
  CHECK(p->a == 0 && p->b == 0 && (uintptr_t)result % 8 == 0);
  calls++;
  *p = (struct pair){*(int *)arg, *(int *)arg + 1};
}

/* Go: TestOnceValues. */
static void test_values(void) {
  int arg = 7;
  goro_once_values *v =
      goro_once_values_new(compute_pair, &arg, sizeof(struct pair));
  calls = 0;
  for (int i = 0; i < 10; i++) {
    const struct pair *p = goro_once_values_get(v);
    CHECK(p->a == 7 && p->b == 8);
  }
  CHECK(calls == 1);
  goro_once_values_free(v);
  goro_once_values_free(NULL);
}

/* ---- panics ---- */

static void func_panics(void *arg) {
  calls++;
  goro_panic_value("x", arg);
}

static void *value_panics(void *arg) {
  calls++;
  goro_panic_value("x", arg);
  return arg;
}

static void values_panic(void *arg, void *result) {
  (void)result;
  calls++;
  goro_panic_value("x", arg);
}

static void func_errs(void *unused) {
  (void)unused;
  calls++;
  goro_runtime_error("index out of range");
}

static void call_func(void *f) { goro_once_func_call(f); }
static void get_value(void *v) { goro_once_value_get(v); }
static void get_values(void *v) { goro_once_values_get(v); }

/* Of the last panic. */
static void *value;
static bool runtime_error;

static void note_panic(void *unused) {
  (void)unused;
  const struct _panic *p = getg()->_panic;
  if (!p) return;
  value = p->value;
  runtime_error = p->runtime_error;
}

static void call_noting(void *call) {
  struct unit_call *c = call;
  goro__deferproc(note_panic, NULL);
  c->f(c->arg);
}

/* Each call panics so, with f called once. */
static void check_panics(void (*f)(void *), void *arg, const char *text) {
  struct unit_call inner = {f, arg, ""};
  calls = 0;
  for (int i = 0; i < 3; i++) {
    value = NULL;
    CHECK(unit_panics(call_noting, &inner, text));
    CHECK(calls == 1);
  }
}

/* Go: TestOnceFuncPanic, TestOnceValuePanic, TestOnceValuesPanic. */
static void test_panics(void) {
  goro_once_func *f = goro_once_func_new(func_panics, &calls);
  check_panics(call_func, f, "x");
  CHECK(value == &calls && !runtime_error);
  goro_once_func_free(f);

  goro_once_value *v = goro_once_value_new(value_panics, &value);
  check_panics(get_value, v, "x");
  CHECK(value == &value);
  goro_once_value_free(v);

  goro_once_values *vs = goro_once_values_new(values_panic, NULL, 8);
  check_panics(get_values, vs, "x");
  CHECK(value == NULL);
  goro_once_values_free(vs);

  f = goro_once_func_new(func_errs, NULL);
  check_panics(call_func, f, "runtime error: index out of range");
  CHECK(runtime_error);
  goro_once_func_free(f);
}

static void panics_nil(void *unused) {
  (void)unused;
  calls++;
  goro_panic(NULL);
}

/* Go: TestOnceFuncPanicNil. */
static void test_panic_nil(void) {
  goro_once_func *f = goro_once_func_new(panics_nil, NULL);
  check_panics(call_func, f, PANIC_NIL);
  goro_once_func_free(f);
}

static void recovers(void *unused) {
  (void)unused;
  CHECK(goro_recover());
}

static void func_recovers(void *arg) {
  goro_defer(recovers, NULL);
  func_panics(arg);
}

static void *value_recovers(void *arg) {
  goro_defer(recovers, NULL);
  return value_panics(arg);
}

static void values_recover(void *arg, void *result) {
  goro_defer(recovers, NULL);
  values_panic(arg, result);
}

/* What f recovers itself is a return, with a zero result. */
static void test_recovered(void) {
  goro_once_func *f = goro_once_func_new(func_recovers, NULL);
  goro_once_value *v = goro_once_value_new(value_recovers, &value);
  goro_once_values *vs = goro_once_values_new(values_recover, NULL, 8);
  calls = 0;
  for (int i = 0; i < 3; i++) {
    CHECK(unit_panics(call_func, f, ""));
    CHECK(unit_panics(get_value, v, "") && goro_once_value_get(v) == NULL);
    CHECK(unit_panics(get_values, vs, "") &&
          *(const uint64_t *)goro_once_values_get(vs) == 0);
  }
  CHECK(calls == 3);
  goro_once_func_free(f);
  goro_once_value_free(v);
  goro_once_values_free(vs);
}

/* ---- Goexit ---- */

static void exits(void *unused) {
  (void)unused;
  calls++;
  goro_goexit();
}

static void call_and_recover(void *call) {
  struct unit_call *c = call;
  unit_call_run(c);
  unit_note('!'); /* neither returns */
}

/* Go: TestOnceFuncGoexit. */
static void test_goexit(void) {
  goro_once_func *f = goro_once_func_new(exits, NULL);
  struct unit_call first = {call_func, f, ""}, second = {call_func, f, ""};
  calls = 0;
  unit_go(call_and_recover, &first);
  UNIT_UNTIL(goro__gcount() == 1);
  unit_go(call_and_recover, &second);
  UNIT_UNTIL(goro__gcount() == 1);
  CHECK(calls == 1);
  CHECK(strcmp(second.text, "panic called with nil argument") == 0);
  CHECK(strcmp(first.text, second.text) == 0);
  CHECK(unit_said(""));
  goro_once_func_free(f);
}

/* ---- many callers ---- */

static goro_once_value *slow;

static void *compute_slowly(void *arg) {
  for (int i = 0; i < 20; i++) goro_gosched();
  calls++;
  return arg;
}

static void wait_for_value(void *unused) {
  (void)unused;
  CHECK(goro_once_value_get(slow) == &calls);
}

static void test_contention(void) {
  slow = goro_once_value_new(compute_slowly, &calls);
  calls = 0;
  for (int i = 0; i < 10; i++) unit_go(wait_for_value, NULL);
  UNIT_UNTIL(goro__gcount() == 1);
  CHECK(calls == 1);
  goro_once_value_free(slow);
}

int main(void) {
  test_func();
  test_value();
  test_values();
  test_panics();
  test_panic_nil();
  test_recovered();
  test_goexit();
  test_contention();
  return unit_pass();
}
