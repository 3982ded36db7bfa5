/* rand_test.c: numbers that follow from the seed, and look random. */
#include "unit.h"

#include "base/rand.h"

enum { n = 4096 };

static uint32_t first[n], again[n];

static void draw(uint32_t *to) {
  for (int i = 0; i < n; i++) to[i] = goro__cheaprand();
}

static void test_seed(void) {
  for (uint64_t seed = 1; seed < 20; seed++) {
    goro__randinit(seed);
    draw(first);
    goro__randinit(seed);
    draw(again);
    CHECK(memcmp(first, again, sizeof first) == 0);
    goro__randinit(seed + 1);
    draw(again);
    int same = 0;
    for (int i = 0; i < n; i++) same += first[i] == again[i];
    CHECK(same < 3);
  }
}

/* Without a seed the host gives one: not twice the same. */
static void test_no_seed(void) {
  goro__randinit(0);
  draw(first);
  goro__randinit(0);
  draw(again);
  CHECK(memcmp(first, again, sizeof first) != 0);
}

/* Chi-square of 16 counts; 56.5 is the quantile of 1 - 10^-6 for 15 degrees
 * of freedom. */
static void even(const uint32_t *count, int total) {
  double sum = 0, want = total / 16.0;
  for (int i = 0; i < 16; i++) sum += (count[i] - want) * (count[i] - want);
  CHECK(sum / want < 56.5);
}

/* All bits, together in fours. */
static void test_even(void) {
  goro__randinit(1);
  uint32_t count[8][16] = {{0}};
  for (int i = 0; i < 100000; i++) {
    uint32_t v = goro__cheaprand();
    for (int j = 0; j < 8; j++) count[j][v >> 4 * j & 15]++;
  }
  for (int j = 0; j < 8; j++) even(count[j], 100000);
}

/* One after the other, and from one seed to the next. */
static void test_independent(void) {
  uint32_t pairs[16] = {0}, seeds[16] = {0};
  goro__randinit(2);
  for (int i = 0; i < 50000; i++) {
    uint32_t a = goro__cheaprandn(4), b = goro__cheaprandn(4);
    pairs[a * 4 + b]++;
  }
  even(pairs, 50000);
  for (uint64_t seed = 1; seed <= 20000; seed++) {
    goro__randinit(seed);
    seeds[goro__cheaprandn(16)]++;
  }
  even(seeds, 20000);
}

static void test_range(void) {
  static const uint32_t bounds[] = {1,   2,     3,          7,
                                    100, 65537, 0x80000000, UINT32_MAX};
  for (size_t b = 0; b < sizeof bounds / sizeof *bounds; b++) {
    uint32_t max = 0, min = UINT32_MAX, bound = bounds[b];
    for (int i = 0; i < 5000; i++) {
      uint32_t v = goro__cheaprandn(bound);
      CHECK(v < bound);
      max = GORO_MAX(max, v);
      min = GORO_MIN(min, v);
    }
    CHECK(max >= bound - 1 - bound / 200 && min <= bound / 200);
  }
}

/* No cycle of a length that somebody would see. */
static void test_cycle(void) {
  goro__randinit(3);
  uint32_t a = goro__cheaprand(), b = goro__cheaprand();
  for (int i = 0; i < 1000000; i++) {
    uint32_t c = goro__cheaprand();
    CHECK(b != a || c != b);
    a = b;
    b = c;
  }
}

int main(void) {
  test_seed();
  test_no_seed();
  test_even();
  test_independent();
  test_range();
  test_cycle();
  return unit_pass();
}
