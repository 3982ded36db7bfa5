/* atomic_test.c: every operation on every width that the runtime uses. */
#include "unit.h"

#define TEST_INTEGER(T, name)                                  \
  static void name(void) {                                     \
    T v = 5;                                                   \
    CHECK(Load(&v) == 5 && LoadAcq(&v) == 5);                  \
    CHECK(LoadRelaxed(&v) == 5);                               \
    Store(&v, 6);                                              \
    CHECK(v == 6);                                             \
    StoreRel(&v, 7);                                           \
    CHECK(v == 7);                                             \
    StoreRelaxed(&v, 8);                                       \
    CHECK(v == 8);                                             \
    CHECK(Xadd(&v, 2) == 10 && v == 10); /* the value after */ \
    CHECK(Xadd(&v, -3) == 7 && v == 7);                        \
    CHECK(Xchg(&v, 20) == 7 && v == 20); /* the one before */  \
    CHECK(!Cas(&v, 21, 1) && v == 20);                         \
    CHECK(Cas(&v, 20, 22) && v == 22);                         \
    CHECK(!CasRel(&v, 20, 1) && v == 22);                      \
    CHECK(CasRel(&v, 22, 23) && v == 23);                      \
    CHECK(!CasAcq(&v, 22, 1) && v == 23);                      \
    CHECK(CasAcq(&v, 23, 24) && v == 24);                      \
    v = 0;                                                     \
    CHECK(Xadd(&v, -1) == (T) - 1); /* wraps around */         \
    CHECK(Xadd(&v, 1) == 0);                                   \
  }

TEST_INTEGER(int32_t, test_i32)
TEST_INTEGER(uint32_t, test_u32)
TEST_INTEGER(int64_t, test_i64)
TEST_INTEGER(uint64_t, test_u64)

static void test_pointer(void) {
  int a, b;
  int *p = NULL;
  CHECK(Load(&p) == NULL && Cas(&p, NULL, &a) && p == &a);
  CHECK(!Cas(&p, NULL, &b) && Xchg(&p, &b) == &a && LoadRelaxed(&p) == &b);
  StoreRel(&p, NULL);
  CHECK(LoadAcq(&p) == NULL);
}

static void test_byte(void) {
  struct {
    uint8_t before, v, after;
  } s = {1, 2, 3};
  Store(&s.v, 255);
  CHECK(Load(&s.v) == 255 && Xchg(&s.v, 9) == 255 && Cas(&s.v, 9, 8));
  CHECK(s.before == 1 && s.v == 8 && s.after == 3);
}

/* The upper half counts for itself, as WaitGroup wants it. */
static void test_halves(void) {
  uint64_t v = 0;
  Xadd(&v, (uint64_t)1 << 32);
  Xadd(&v, (uint64_t)(int64_t)-1 << 32);
  CHECK(v == 0);
  CHECK(Xadd(&v, (uint64_t)(int64_t)-2 << 32 | 3) == 0xfffffffe00000003);
}

/* Arguments with side effects are evaluated once. */
static void test_once(void) {
  uint32_t v[2] = {1, 1}, *p = v;
  uint32_t old = 1;
  CHECK(Cas(p++, old++, old) || true);
  CHECK(p == v + 1 && old == 2);
}

int main(void) {
  test_i32();
  test_u32();
  test_i64();
  test_u64();
  test_pointer();
  test_byte();
  test_halves();
  test_once();
  return unit_pass();
}
