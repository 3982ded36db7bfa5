/* print_test.c: numbers as text.  What reaches the file descriptor is in
 * tests/crash/print.c. */
#include "unit.h"

/* v is written as want, without a NUL, and nothing behind it. */
static void check_itoa(int64_t v, const char *want) {
  char buf[32];
  size_t n = strlen(want);
  memset(buf, '#', sizeof buf);
  CHECK(goro__itoa(buf, v) == n);
  CHECK(memcmp(buf, want, n) == 0 && n <= 21);
  for (size_t i = n; i < sizeof buf; i++) CHECK(buf[i] == '#');
}

static void test_some(void) {
  check_itoa(0, "0");
  check_itoa(7, "7");
  check_itoa(-1, "-1");
  check_itoa(10, "10");
  check_itoa(-1234567890, "-1234567890");
  check_itoa(INT32_MAX, "2147483647");
  check_itoa(INT32_MIN, "-2147483648");
  check_itoa(INT64_MAX, "9223372036854775807");
  check_itoa(INT64_MIN, "-9223372036854775808");
}

/* 1, 10, 100 ..., and the numbers around them. */
static void test_powers(void) {
  int64_t v = 1;
  for (int n = 0; n < 19; n++, v = n < 19 ? v * 10 : v) {
    char one[24] = "1", nines[24] = "";
    memset(one + 1, '0', (size_t)n);
    memset(nines, '9', (size_t)n);
    check_itoa(v, one);
    if (n > 0) check_itoa(v - 1, nines);
    one[n] = n == 0 ? '2' : '1';
    check_itoa(v + 1, one);
  }
}

/* Read back what was written. */
static int64_t parse(const char *p, size_t n) {
  bool neg = *p == '-';
  uint64_t v = 0;
  for (size_t i = neg; i < n; i++) {
    CHECK(p[i] >= '0' && p[i] <= '9' && (p[i] != '0' || i > neg || n == 1));
    v = v * 10 + (uint64_t)(p[i] - '0');
  }
  return (int64_t)(neg ? -v : v);
}

static void test_random(void) {
  char buf[24];
  for (int i = 0; i < 20000; i++) {
    uint64_t bits =
        (uint64_t)unit_rand(UINT32_MAX) << 32 | unit_rand(UINT32_MAX);
    int64_t v = (int64_t)(bits >> unit_rand(64));
    if (unit_rand(2)) v = -v;
    CHECK(parse(buf, goro__itoa(buf, v)) == v);
  }
}

int main(void) {
  test_some();
  test_powers();
  test_random();
  return unit_pass();
}
