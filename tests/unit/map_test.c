/* map_test.c: sync.Map.
 *
 * After Go's src/sync/map_test.go; Go's notice is in tests/go/LICENSE-GO. */

#include "unit.h"

#include "api/goro.h"

static void *val(intptr_t n) { return (void *)n; }

static bool has(goro_map *m, const void *key, void *want) {
  void *got = NULL;
  return goro_map_load(m, key, &got) && got == want;
}

static bool count_one(void *n, const void *key, void *value) {
  (void)key;
  (void)value;
  ++*(int *)n;
  return true;
}

static int length(goro_map *m) {
  int n = 0;
  goro_map_range(m, count_one, &n);
  return n;
}

/* ---- each operation, on a key that is there and on one that is not ---- */

static void test_operations(void) {
  goro_map *m = goro_map_new(&goro_map_uint64);
  uint64_t k = 7, other = 8;
  void *v = val(99);
  CHECK(!goro_map_load(m, &k, &v) && v == NULL);
  CHECK(!goro_map_load(m, &k, NULL));
  CHECK(!goro_map_compare_and_swap(m, &k, NULL, val(1)));
  CHECK(!goro_map_compare_and_delete(m, &k, NULL));
  CHECK(!goro_map_load_and_delete(m, &k, &v) && v == NULL);
  goro_map_delete(m, &k);

  CHECK(!goro_map_load_or_store(m, &k, val(1), &v) && v == val(1));
  CHECK(goro_map_load_or_store(m, &k, val(2), &v) && v == val(1));
  CHECK(goro_map_swap(m, &k, val(3), &v) && v == val(1));
  CHECK(!goro_map_swap(m, &other, NULL, &v) && v == NULL);
  CHECK(has(m, &other, NULL) && has(m, &k, val(3)));
  CHECK(!goro_map_compare_and_swap(m, &k, val(1), val(4)));
  CHECK(goro_map_compare_and_swap(m, &k, val(3), val(4)));
  CHECK(!goro_map_compare_and_delete(m, &k, val(3)));
  CHECK(goro_map_compare_and_delete(m, &k, val(4)) && !has(m, &k, val(4)));
  CHECK(length(m) == 1);
  goro_map_store(m, &other, val(5));
  CHECK(goro_map_load_and_delete(m, &other, &v) && v == val(5));
  CHECK(length(m) == 0);
  goro_map_clear(m);
  goro_map_store(m, &k, val(6));
  goro_map_clear(m);
  CHECK(!goro_map_load(m, &k, NULL) && length(m) == 0);
  goro_map_store(m, &k, val(6));
  goro_map_free(m);
  goro_map_free(NULL);
}

/* ---- types of keys ---- */

struct point {
  int32_t x, y;
  const char *name; /* no part of the key */
};

static uint64_t point_hash(const void *key, uint64_t seed) {
  const struct point *p = key;
  return seed + (uint64_t)(uint32_t)(p->x % 3); /* many collisions */
}

static bool point_equal(const void *a, const void *b) {
  const struct point *p = a, *q = b;
  return p->x == q->x && p->y == q->y;
}

static void test_strings(void) {
  goro_map *m = goro_map_new(&goro_map_string);
  char key[64];
  for (int i = 0; i < 50; i++) { /* all lengths; the buffer is reused */
    memset(key, 'x', sizeof key);
    key[i] = 0;
    goro_map_store(m, key, val(i));
  }
  for (int i = 0; i < 50; i++) {
    memset(key, 'x', sizeof key);
    key[i] = 0;
    CHECK(has(m, key, val(i)));
  }
  CHECK(!goro_map_load(m, "y", NULL) && has(m, "", val(0)));
  goro_map_free(m);
}

static void test_types(void) {
  static const goro_map_type points = {sizeof(struct point), point_hash,
                                       point_equal};
  goro_map *m = goro_map_new(&points);
  for (int i = 0; i < 20; i++)
    goro_map_store(m, &(struct point){i, -i, "stored"}, val(i));
  for (int i = 0; i < 20; i++) {
    CHECK(has(m, &(struct point){i, -i, "looked up"}, val(i)));
    CHECK(!goro_map_load(m, &(struct point){i, 1 - i, NULL}, NULL));
  }
  goro_map_free(m);
  m = goro_map_new(&goro_map_pointer);
  void *p = &m, *q = &p;
  goro_map_store(m, &p, val(1));
  CHECK(has(m, &p, val(1)) && !goro_map_load(m, &q, NULL));
  goro_map_free(m);
}

/* ---- Go: TestMapMatchesRWMutex and its like: beside a plain array ---- */

enum { KEYS = 200 };

static bool there[KEYS]; /* the model */
static intptr_t values[KEYS];

static bool check_pair(void *n, const void *key, void *value) {
  uint64_t k;
  memcpy(&k, key, sizeof k);
  CHECK(k < KEYS && there[k] && value == val(values[k]));
  ++*(int *)n;
  return true;
}

static void one_call(goro_map *m, uint32_t op, uint64_t k, intptr_t x) {
  void *v = NULL, *old = val(there[k] ? values[k] : 0);
  bool was = there[k];
  intptr_t hit = unit_rand(2) ? values[k] : x;
  switch (op) {
  case 0:
    CHECK(goro_map_load(m, &k, &v) == was && v == old);
    break;
  case 1:
    CHECK(goro_map_load_or_store(m, &k, val(x), &v) == was);
    CHECK(v == (was ? old : val(x)));
    if (!was) values[k] = x;
    there[k] = true;
    break;
  case 2:
    CHECK(goro_map_load_and_delete(m, &k, &v) == was && v == old);
    there[k] = false;
    break;
  case 3:
    CHECK(goro_map_compare_and_swap(m, &k, val(hit), val(x)) ==
          (was && hit == values[k]));
    if (was && hit == values[k]) values[k] = x;
    break;
  case 4:
    CHECK(goro_map_compare_and_delete(m, &k, val(hit)) ==
          (was && hit == values[k]));
    if (hit == values[k]) there[k] = false;
    break;
  default:
    CHECK(goro_map_swap(m, &k, val(x), &v) == was && v == old);
    there[k] = true;
    values[k] = x;
  }
}

static void test_model(void) {
  goro_map *m = goro_map_new(&goro_map_uint64);
  for (int i = unit_much(20000, 300); i > 0; i--) {
    one_call(m, unit_rand(8), unit_rand(KEYS), unit_rand(10));
    if (i % 5000 == 0) {
      goro_map_clear(m);
      memset(there, 0, sizeof there);
    }
    if (i % 1000 != 0) continue;
    int n = 0, want = 0;
    goro_map_range(m, check_pair, &n);
    for (int k = 0; k < KEYS; k++) want += there[k];
    CHECK(n == want);
  }
  goro_map_free(m);
}

/* ---- Go: TestMapRangeNestedCall, and other things to do in f ---- */

static goro_map *map; /* of the tests below */

static bool nested_inner(void *unused, const void *key, void *value) {
  uint64_t k = 42;
  void *v;
  (void)unused;
  CHECK(has(map, key, value));
  CHECK(!goro_map_load_or_store(map, &k, val(9), NULL));
  goro_map_store(map, &k, val(10));
  CHECK(goro_map_load_and_delete(map, &k, &v) && v == val(10));
  return true;
}

static bool nested_outer(void *unused, const void *key, void *value) {
  (void)value;
  goro_map_range(map, nested_inner, unused);
  goro_map_delete(map, key);
  return true;
}

static bool stop_at_once(void *n, const void *key, void *value) {
  count_one(n, key, value);
  return false;
}

static bool take_all(void *n, const void *key, void *value) {
  uint64_t before, after;
  memcpy(&before, key, sizeof before);
  goro_map_clear(map);
  memcpy(&after, key, sizeof after); /* the key stays */
  CHECK(before == after && before == (uintptr_t)value);
  return count_one(n, key, value);
}

static bool fail(void *n, const void *key, void *value) {
  if (*(int *)n == 2) goro_panic("in f");
  return count_one(n, key, value);
}

static void range_fails(void *n) { goro_map_range(map, fail, n); }

static void fill(int n) {
  for (uint64_t k = 1; k <= (uint64_t)n; k++)
    goro_map_store(map, &k, val((intptr_t)k));
}

static void test_range(void) {
  int n = 0;
  map = goro_map_new(&goro_map_uint64);
  fill(3);
  goro_map_range(map, nested_outer, NULL);
  CHECK(length(map) == 0);
  fill(50);
  goro_map_range(map, stop_at_once, &n);
  CHECK(n == 1);
  CHECK(unit_panics(range_fails, &n, "in f") && n == 2);
  CHECK(length(map) == 50);
  goro_map_range(map, take_all, &n);
  CHECK(n == 3 && length(map) == 0); /* what is gone is not shown */
  goro_map_free(map);
}

/* ---- Go: TestConcurrentRange ---- */

enum { WORKERS = 4 };

static uint32_t done; /* atomic */
static int size;

static void store_multiples(void *number) {
  for (intptr_t i = 0; !Load(&done); i++) {
    for (uint64_t k = 1; k <= (uint64_t)size; k++) {
      void *multiple = val((intptr_t)k * i * (intptr_t)number);
      if (unit_rand((uint32_t)size) == 0)
        goro_map_store(map, &k, multiple);
      else
        CHECK(goro_map_load(map, &k, NULL));
    }
    goro_gosched();
  }
}

struct seen {
  uint8_t key[129];
  int n;
};

static bool see_multiple(void *arg, const void *key, void *value) {
  struct seen *seen = arg;
  uint64_t k;
  memcpy(&k, key, sizeof k);
  CHECK((uintptr_t)value % k == 0 && !seen->key[k]);
  seen->key[k] = 1;
  if (++seen->n % 16 == 0) goro_gosched();
  return true;
}

static void test_concurrent_range(void) {
  size = unit_much(128, 8);
  map = goro_map_new(&goro_map_uint64);
  fill(size);
  for (int i = 1; i <= WORKERS; i++) unit_go(store_multiples, val(i));
  for (int i = unit_much(16, 1); i > 0; i--) {
    struct seen seen = {{0}, 0};
    goro_map_range(map, see_multiple, &seen);
    CHECK(seen.n == size);
  }
  Store(&done, 1);
  UNIT_UNTIL(goro__gcount() == 1);
  goro_map_free(map);
}

/* ---- Go: TestConcurrentClear, with deletes ---- */

static void store_some(void *number) {
  for (uint64_t k = 0; k < 8; k++) goro_map_store(map, &k, number);
}
static void load_some(void *number) {
  for (uint64_t k = 0; k < 8; k++) {
    void *v = number;
    goro_map_load(map, &k, &v);
    CHECK((uintptr_t)v <= WORKERS);
    goro_map_compare_and_delete(map, &k, number);
  }
}
static void clear_all(void *unused) {
  (void)unused;
  goro_map_clear(map);
}

static void test_concurrent_clear(void) {
  map = goro_map_new(&goro_map_uint64);
  for (int i = 1; i <= WORKERS; i++) {
    unit_go(store_some, val(i));
    unit_go(load_some, val(i));
    unit_go(clear_all, NULL);
  }
  UNIT_UNTIL(goro__gcount() == 1);
  goro_map_clear(map);
  CHECK(length(map) == 0);
  goro_map_free(map);
}

int main(void) {
  test_operations();
  test_strings();
  test_types();
  test_model();
  test_range();
  test_concurrent_range();
  test_concurrent_clear();
  return unit_pass();
}
