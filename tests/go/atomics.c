/* atomics.go: every operation of sync/atomic, in the middle and at the ends of
 * each type, and counters that many goroutines change. */
#include <goro.h>
#include <inttypes.h>
#include <stdio.h>

static const char *const truth[] = {"false", "true"};

#define OPERATIONS(T, NAME, FMT)                                      \
  static void all_of_##NAME(T start, T x) {                           \
    T v = start;                                                      \
    printf(#NAME " %" FMT, goro_atomic_add_##NAME(&v, x));            \
    printf(" %" FMT, goro_atomic_swap_##NAME(&v, start));             \
    printf(" %" FMT, goro_atomic_and_##NAME(&v, x));                  \
    printf(" %" FMT, goro_atomic_load_##NAME(&v));                    \
    printf(" %" FMT, goro_atomic_or_##NAME(&v, start));               \
    printf(" %" FMT, goro_atomic_load_##NAME(&v));                    \
    goro_atomic_store_##NAME(&v, x);                                  \
    bool not = goro_atomic_compare_and_swap_##NAME(&v, x ^ 1, start); \
    printf(" %s %" FMT, truth[not], v);                               \
    bool yes = goro_atomic_compare_and_swap_##NAME(&v, x, start);     \
    printf(" %s %" FMT "\n", truth[yes], v);                          \
  }
OPERATIONS(int32_t, int32, PRId32)
OPERATIONS(uint32_t, uint32, PRIu32)
OPERATIONS(int64_t, int64, PRId64)
OPERATIONS(uint64_t, uint64, PRIu64)
OPERATIONS(uintptr_t, uintptr, PRIuPTR)

static void pointers(void) {
  int a, b;
  void *p = NULL;
  printf("pointer %s", truth[goro_atomic_load_pointer(&p) == NULL]);
  goro_atomic_store_pointer(&p, &a);
  printf(" %s", truth[goro_atomic_swap_pointer(&p, &b) == &a]);
  printf(" %s", truth[goro_atomic_compare_and_swap_pointer(&p, &a, NULL)]);
  printf(" %s", truth[goro_atomic_compare_and_swap_pointer(&p, &b, NULL)]);
  printf(" %s\n", truth[p == NULL]);
}

enum { WORKERS = 10, ROUNDS = 1000 };

static uint32_t added, swapped;
static int64_t wide;
static uint64_t bits = UINT64_MAX;

static void increment(uint32_t *n) {
  uint32_t old;
  do old = goro_atomic_load_uint32(n);
  while (!goro_atomic_compare_and_swap_uint32(n, old, old + 1));
}

static void hammer(void *number) {
  int shift = 6 * (int)(intptr_t)number;
  for (int i = 0; i < ROUNDS; i++) {
    goro_atomic_add_uint32(&added, 1);
    goro_atomic_add_int64(&wide, (INT64_C(1) << 31) + 1);
    increment(&swapped);
  }
  goro_atomic_or_uint64(&bits, UINT64_C(1) << shift);
  goro_atomic_and_uint64(&bits, ~(UINT64_C(2) << shift));
}

static void ends_of_32(void) {
  const int32_t x[] = {0, 1, -1, INT32_MAX, INT32_MIN};
  for (int i = 0; i < 5; i++) {
    all_of_int32(INT32_MAX - 5, x[i]);
    all_of_int32(-6, x[i]);
    all_of_uint32(UINT32_MAX - 5, (uint32_t)x[i]);
  }
}

static void ends_of_64(void) {
  const int64_t x[] = {0, 1, -1, INT64_C(1) << 32, INT64_MAX, INT64_MIN};
  for (int i = 0; i < 6; i++) {
    all_of_int64(INT64_MAX - 5, x[i]);
    all_of_int64(-6, x[i]);
    all_of_uint64(UINT64_MAX - 5, (uint64_t)x[i]);
  }
}

int main(void) {
  ends_of_32();
  ends_of_64();
  all_of_uintptr(5, 3);
  pointers();
  goro_waitgroup wg = {0};
  for (int i = 0; i < WORKERS; i++)
    goro_waitgroup_go(&wg, hammer, (void *)(intptr_t)i);
  goro_waitgroup_wait(&wg);
  printf("%" PRIu32 " %" PRIu32 " %" PRId64 " %" PRIu64 "\n", added, swapped,
         wide, bits);
}
