/* json_test.c: JSON without libc's streams (base/json.c). */
#include "unit.h"

#include "base/json.h"

static bool holds(const struct json *j, const char *want) {
  return j->len == strlen(want) && memcmp(j->buf, want, j->len) == 0;
}

static void test_strings(void) {
  struct json j = {.fd = 1};
  goro__json_raw(&j, "[");
  goro__json_string(&j, "a\"b\\c\n\x1f\x7f");
  goro__json_raw(&j, ",");
  goro__json_string(&j, NULL);
  CHECK(holds(&j, "[\"a\\\"b\\\\c\\u000a\\u001f\x7f\",\"\""));
}

static void test_numbers(void) {
  struct json j = {.fd = 1};
  goro__json_int(&j, INT64_MIN);
  goro__json_raw(&j, " ");
  goro__json_us(&j, 0);
  goro__json_raw(&j, " ");
  goro__json_us(&j, 1234005);
  CHECK(holds(&j, "-9223372036854775808 0.000 1234.005"));
}

/* What has no room goes to the descriptor first. */
static void test_flush(void) {
  struct json j = {.fd = 1};
  for (int i = 0; i < 100; i++) goro__json_raw(&j, "0123456\n");
  CHECK(j.len == 800 - sizeof j.buf);
  CHECK(goro__json_end(&j) == 0 && j.len == 0);
}

int main(void) {
  test_strings();
  test_numbers();
  test_flush();
  return unit_pass();
}
