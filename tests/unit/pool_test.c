/* pool_test.c: sync.Pool.
 *
 * After Go's src/sync/pool_test.go; Go's notice is in tests/go/LICENSE-GO. */
#include "unit.h"

#include "api/goro.h"

static void *item(intptr_t n) { return (void *)n; }

static void note_drop(void *arg, void *x) {
  unit_note((int)(intptr_t)arg + (int)(intptr_t)x);
}

/* As 'a' + x. */
static goro_pool *noting(void) {
  return goro_pool_new(NULL, note_drop, item('a'));
}

/* Go: TestPool.  In order on one P: the private one, then the last in. */
static void test_order(void) {
  goro_pool *p = noting();
  CHECK(!goro_pool_get(p));
  goro_pool_put(p, NULL);
  CHECK(!goro_pool_get(p));
  goro_pool_put(p, item(1));
  goro_pool_put(p, item(2));
  goro_pool_put(p, item(3));
  if (unit_one_m()) {
    CHECK(goro_pool_get(p) == item(1));
    CHECK(goro_pool_get(p) == item(3));
    CHECK(goro_pool_get(p) == item(2));
    CHECK(!goro_pool_get(p));
  }
  goro_pool_free(p);
  if (unit_one_m()) CHECK(unit_said(""));
  memset(unit_log, 0, sizeof unit_log);
  unit_nlog = 0;
  goro_pool_free(NULL);
}

static intptr_t made;
static void *make(void *unused) {
  (void)unused;
  return item(++made);
}

/* Go: TestPoolNew. */
static void test_new(void) {
  goro_pool *p = goro_pool_new(make, NULL, NULL);
  CHECK(goro_pool_get(p) == item(1) && goro_pool_get(p) == item(2));
  goro_pool_put(p, item(42));
  if (unit_one_m()) CHECK(goro_pool_get(p) == item(42));
  if (unit_one_m()) CHECK(goro_pool_get(p) == item(3));
  goro_pool_free(p);
}

/* What was not used between two calls of goro_pool_age is dropped; a victim
 * that is used again is as good as new. */
static void test_age(void) {
  if (!unit_one_m()) return;
  goro_pool *p = noting();
  goro_pool_age(p);
  goro_pool_put(p, item(0 + 8)); /* 'i' */
  goro_pool_put(p, item(1));     /* 'b' */
  goro_pool_put(p, item(2));     /* 'c' */
  goro_pool_age(p);
  CHECK(unit_said(""));
  goro_pool_put(p, item(3)); /* 'd' */
  CHECK(goro_pool_get(p) == item(3) && goro_pool_get(p) == item(8));
  goro_pool_put(p, item(8)); /* young again */
  goro_pool_age(p);
  CHECK(unit_said("bc"));
  CHECK(goro_pool_get(p) == item(8) && !goro_pool_get(p));
  goro_pool_put(p, item(4));
  goro_pool_age(p);
  goro_pool_age(p);
  CHECK(unit_said("e") && !goro_pool_get(p));
  goro_pool_put(p, item(5));
  goro_pool_age(p);
  goro_pool_put(p, item(6));
  goro_pool_put(p, item(7));
  goro_pool_free(p);
  CHECK(unit_nlog == 3);
  memset(unit_log, 0, sizeof unit_log);
  unit_nlog = 0;
}

/* Items that another P's goroutines left: taken from there. */
static goro_pool *shared;

static void leave_many(void *unused) {
  (void)unused;
  for (int i = 1; i <= 20; i++) goro_pool_put(shared, item(i));
}

static void test_steal(void) {
  shared = goro_pool_new(NULL, NULL, NULL);
  unit_go(leave_many, NULL);
  UNIT_UNTIL(goro__gcount() == 1);
  int n = 0;
  while (goro_pool_get(shared)) n++;
  CHECK(n >= 19 && n <= 20); /* one may be private to another P */
  goro_pool_age(shared);
  goro_pool_free(shared);
}

/* Items age while another looks for some in vain: that one must not take these
 * for those that it did not find. */
static void get_one(void *pool) { goro_pool_get(pool); }

static void test_age_while_empty(void) {
  for (int i = 0; i < unit_much(100, 4); i++) {
    shared = goro_pool_new(NULL, NULL, NULL);
    goro_pool_age(shared);
    unit_go(get_one, shared);
    if (unit_rand(2) == 0) goro_gosched();
    /* One for each P, one for get_one, and one. */
    for (int k = 1; k <= nallp + 2; k++) goro_pool_put(shared, item(k));
    goro_pool_age(shared);
    UNIT_UNTIL(goro__gcount() == 1);
    CHECK(goro_pool_get(shared));
    goro_pool_free(shared);
  }
}

/* ---- panics, and drop functions that use the pool ---- */

static void *panics_new(void *arg) {
  goro_panic("new");
  return arg;
}
static void get(void *p) { goro_pool_get(p); }

static void put_back(void *pool, void *x) {
  unit_note('p');
  if (x == item(1)) goro_pool_put(*(goro_pool **)pool, item(2));
}

static void test_callbacks(void) {
  goro_pool *p = goro_pool_new(panics_new, NULL, NULL);
  CHECK(unit_panics(get, p, "new"));
  goro_pool_free(p);
  goro_pool *q = goro_pool_new(NULL, put_back, &q);
  goro_pool_put(q, item(1));
  goro_pool_age(q);
  goro_pool_age(q); /* drops 1, which adds 2 */
  goro_pool_free(q);
  CHECK(unit_said("pp"));
}

/* ---- Go: TestPoolStress, and none is lost or there twice ---- */

enum { WORKERS = 8, ITEMS = 64 };

static uint32_t owner[ITEMS + 1]; /* atomic: 1 while a goroutine has it */
static uint32_t dropped;          /* atomic */
static uint32_t in_use;           /* atomic: made, and not dropped */
static int rounds;

static void *make_shared(void *unused) {
  (void)unused;
  for (uint32_t i = 1; i <= ITEMS; i++)
    if (Cas(&owner[i], 0, 2)) {
      Xadd(&in_use, 1);
      return item((intptr_t)i);
    }
  return NULL;
}

static void drop_shared(void *unused, void *x) {
  (void)unused;
  CHECK(Xchg(&owner[(intptr_t)x], 0) == 2);
  Xadd(&in_use, -1);
  Xadd(&dropped, 1);
}

static void worker(void *number) {
  for (int i = 0; i < rounds; i++) {
    void *x[3];
    for (int k = 0; k < 3; k++) {
      x[k] = goro_pool_get(shared);
      if (x[k]) CHECK(Cas(&owner[(intptr_t)x[k]], 2, 1));
    }
    if (unit_rand(4) == 0) goro_gosched();
    for (int k = 0; k < 3; k++) {
      if (x[k]) CHECK(Cas(&owner[(intptr_t)x[k]], 1, 2));
      goro_pool_put(shared, x[k]);
    }
    if (number == item(0) && i % 16 == 0) goro_pool_age(shared);
  }
}

static void test_many(void) {
  shared = goro_pool_new(make_shared, drop_shared, NULL);
  rounds = unit_much(2000, 6);
  for (int i = 0; i < WORKERS; i++) unit_go(worker, item(i));
  UNIT_UNTIL(goro__gcount() == 1);
  goro_pool_free(shared);
  CHECK(in_use == 0 && dropped > 0);
  for (int i = 0; i <= ITEMS; i++) CHECK(owner[i] == 0);
}

int main(void) {
  test_order();
  test_new();
  test_age();
  test_steal();
  test_age_while_empty();
  test_callbacks();
  test_many();
  return unit_pass();
}
