/* share_stress.c: goroutines pass tokens on through a Map, a Pool and a Value:
 * each token is in one place, and at the end all of them are found. */
#include "stress.h"

enum { WORKERS = 16, ROUNDS = 3000, TOKENS = 200, KEYS = 50 };

struct token {
  int32_t owned; /* atomic: 1 while a goroutine has it */
  int32_t number;
};

static struct token tokens[TOKENS];
static goro_map *map;
static goro_pool *pool;
static goro_value value;
static char token_type;
static goro_waitgroup wg;
static int rounds;

static struct token *took(void *p) {
  struct token *t = p;
  if (!t) return NULL;
  REQUIRE(t >= tokens && t < tokens + TOKENS && t->number == t - tokens);
  REQUIRE(goro_atomic_compare_and_swap_int32(&t->owned, 0, 1));
  return t;
}

static struct token *leave(struct token *t) {
  if (t) REQUIRE(goro_atomic_compare_and_swap_int32(&t->owned, 1, 0));
  return t;
}

static bool look(void *last, const void *key, void *v) {
  struct token *t = v;
  uint64_t k = *(const uint64_t *)key;
  REQUIRE(k < KEYS && t >= tokens && t < tokens + TOKENS);
  return k != *(uint64_t *)last;
}

static struct token *through_map(dice *d, struct token *t) {
  uint64_t key = dice_roll(d, KEYS);
  void *old = NULL;
  switch (dice_roll(d, 6)) {
  case 0:
    if (!t) break;
    if (!goro_map_load_or_store(map, &key, leave(t), &old)) return NULL;
    return took(t); /* it was not stored */
  case 1:
    if (t && goro_map_compare_and_delete(map, &key, t)) REQUIRE(false);
    if (goro_map_load(map, &key, &old)) REQUIRE(old >= (void *)tokens);
    break;
  case 2:
    goro_map_load(map, &key, &old);
    if (!t || !old) break;
    if (goro_map_compare_and_swap(map, &key, old, leave(t))) return took(old);
    return took(t);
  case 3:
    if (t) break;
    goro_map_load_and_delete(map, &key, &old);
    return took(old);
  case 4:
    if (dice_roll(d, 50) == 0) goro_map_range(map, look, &key);
    break;
  default:
    if (!t) break;
    goro_map_swap(map, &key, leave(t), &old);
    return took(old);
  }
  return t;
}

static struct token *through_pool(dice *d, struct token *t) {
  goro_pool_put(pool, leave(t));
  if (dice_roll(d, 2) == 0) goro_gosched();
  return dice_roll(d, 4) == 0 ? NULL : took(goro_pool_get(pool));
}

static struct token *through_value(struct token *t) {
  return took(goro_value_swap(&value, GORO_ANY(&token_type, leave(t))).data);
}

static void worker(void *arg) {
  dice d = dice_new((uint32_t)(intptr_t)arg);
  struct token *t = NULL;
  for (int i = 0; i < rounds; i++) {
    switch (dice_roll(&d, 4)) {
    case 0:
      t = through_pool(&d, t);
      break;
    case 1:
      t = through_value(t);
      break;
    default:
      t = through_map(&d, t);
    }
  }
  goro_pool_put(pool, leave(t));
  goro_waitgroup_done(&wg);
}

static bool find(void *found, const void *key, void *v) {
  (void)key;
  took(v);
  ++*(int *)found;
  return true;
}

static void drop(void *found, void *item) { find(found, NULL, item); }

int main(int argc, char **argv) {
  static int found;
  stress_init(argc, argv);
  rounds = stress_much(ROUNDS);
  map = goro_map_new(&goro_map_uint64);
  pool = goro_pool_new(NULL, drop, &found);
  for (int i = 0; i < TOKENS; i++) {
    tokens[i].number = i;
    goro_pool_put(pool, &tokens[i]);
  }
  goro_waitgroup_add(&wg, WORKERS);
  for (int i = 0; i < WORKERS; i++) GORO_GO(worker, (void *)(intptr_t)i);
  goro_waitgroup_wait(&wg);
  goro_map_range(map, find, &found);
  if (took(goro_value_load(&value).data)) found++;
  goro_pool_free(pool);
  REQUIRE(found == TOKENS);
  goro_map_free(map);
}
