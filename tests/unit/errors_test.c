/* errors_test.c: errors are compared by identity, counted unless static. */
#include "unit.h"

#include "api/goro.h"
#include "lib/errors/errors.h"

static goro_error errStatic = GORO_ERROR("static");

static void test_static(void) {
  CHECK(strcmp(errStatic.text, "static") == 0);
  CHECK(goro_error_retain(&errStatic) == &errStatic);
  for (int i = 0; i < 3; i++) goro_error_release(&errStatic);
  CHECK(errStatic.refs_ == 0);
  CHECK(goro_error_retain(NULL) == NULL);
  goro_error_release(NULL);
}

/* Go's errors_test.go: TestNewEqual, TestErrorMethod. */
static void test_new(void) {
  char text[8] = "abc";
  goro_error *a = goro_error_new(text), *b = goro_error_new("abc");
  text[0] = 'x';
  CHECK(a != b && strcmp(a->text, "abc") == 0 && strcmp(a->text, b->text) == 0);
  CHECK(goro_error_retain(a) == a && a->refs_ == 2);
  goro_error_release(a);
  CHECK(a->refs_ == 1 && strcmp(a->text, "abc") == 0);
  goro_error_release(a);
  goro_error_release(b);
  goro_error *empty = goro_error_new("");
  CHECK(empty->text[0] == 0);
  goro_error_release(empty);
}

enum { KEEPERS = 8 };
static goro_error *shared;

static void keep(void *unused) {
  (void)unused;
  for (int i = 0; i < 100; i++) {
    goro_error *mine = goro_error_retain(shared);
    if (i % 16 == 0) goro__Gosched();
    goro_error_release(mine);
  }
  goro_error_release(shared);
}

/* Many let go of it, the last one frees it. */
static void test_shared(void) {
  shared = goro_error_new("shared");
  for (int i = 0; i < KEEPERS; i++) {
    goro_error_retain(shared);
    unit_go(keep, NULL);
  }
  goro_error_release(shared);
  UNIT_UNTIL(goro__gcount() == 1);
}

int main(void) {
  test_static();
  test_new();
  test_shared();
  return unit_pass();
}
