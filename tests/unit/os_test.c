/* os_test.c: every host keeps the contract of os/os.h. */
#include "unit.h"

#include "base/rand.h"

/* ---- memory ---- */

static bool all_zero(const char *p, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (p[i]) return false;
  return true;
}

/* Zeroed, aligned to 16, also where the memory has been in use. */
static void test_alloc(void) {
  enum { n = 400 };
  static char *p[n];
  for (int round = 0; round < 3; round++) {
    for (size_t i = 0; i < n; i++) {
      size_t size = 1 + i * 7 % 333 + (i % 50 == 0 ? 70000 : 0);
      p[i] = os_alloc(size);
      CHECK(p[i] && (uintptr_t)p[i] % 16 == 0 && all_zero(p[i], size));
      memset(p[i], 0xff, size);
    }
    for (size_t i = 0; i < n; i++) os_free(p[(i * 37) % n]);
  }
  os_free(NULL);
}

#if GORO_DEBUG
static void test_fail(void) {
  for (uint32_t at = 1; at < 4; at++) {
    os_fail_alloc_at = at;
    for (uint32_t i = 1; i < 6; i++) {
      void *p = os_alloc(8);
      CHECK((p == NULL) == (i == at));
      os_free(p);
    }
    CHECK(os_fail_alloc_at == 0);
  }
}
#else
static void test_fail(void) {}
#endif

/* ---- clocks ---- */

static void test_clocks(void) {
  int64_t last = os_nanotime(), first = last;
  for (int i = 0; i < 10000; i++) {
    int64_t now = os_nanotime();
    CHECK(now > 0 && now >= last);
    last = now;
  }
  /* Coarse clocks stand still for a while, but not for ever. */
  while (os_nanotime() - first < 1000000) {
  }
  int64_t wall = os_walltime();
  CHECK(wall > INT64_C(1600000000) * 1000000000);
  CHECK(wall < INT64_C(4000000000) * 1000000000);
}

/* ---- the others ---- */

static void test_random(void) {
  unsigned char a[64] = {0}, b[64] = {0}, c[3] = {1, 1, 1};
  os_random(a, sizeof a);
  os_random(b, sizeof b);
  CHECK(memcmp(a, b, sizeof a) != 0 && !all_zero((char *)a, sizeof a));
  os_random(c + 1, 0);
  CHECK(c[0] == 1 && c[1] == 1 && c[2] == 1);
  uint32_t seen = 0; /* no byte stays 0 in 64 tries, but once in 10^150 */
  for (int i = 0; i < 64; i++) {
    os_random(a, 4);
    for (int j = 0; j < 4; j++) seen |= (uint32_t)(a[j] != 0) << j;
  }
  CHECK(seen == 15);
}

static void test_environment(void) {
  CHECK(!os_getenv("GORO_NO_SUCH_VARIABLE"));
  const char *reason = NULL;
  CHECK(os_ncpu(&reason) >= 1 && reason && reason[0]);
  CHECK(os_ncpu(&reason) == sched.ncpu);
}

/* A sleep ends when its time is over, and does not begin if the word has
 * another value. */
static void test_futex(void) {
  if (!os_canblock()) return;
  uint32_t word = 7;
  int64_t start = os_nanotime();
  os_futexsleep(&word, 8, 3600000000000);
  os_futexsleep(&word, 7, 0);
  os_futexsleep(&word, 7, 1);
  CHECK(os_nanotime() - start < 60000000000);
  start = os_nanotime();
  do os_futexsleep(&word, 7, 2000000);
  while (os_nanotime() - start < 2000000);
  os_futexwakeup(&word, 1);
  os_futexwakeup(&word, UINT32_MAX / 2);
}

static void test_write(void) {
  os_write(1, "", 0);
  os_write(1, "written ", 8);
  os_write(1, "in parts\n", 9);
  os_write(2, NULL, 0);
  os_flush();
}

int main(void) {
  test_alloc();
  test_fail();
  test_clocks();
  test_random();
  test_environment();
  test_futex();
  test_write();
  return unit_pass();
}
