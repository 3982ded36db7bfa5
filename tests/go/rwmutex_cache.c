/* A cache under an RWMutex: many look up at the same time, and what is not
 * there is computed once. */
#include <goro.h>
#include <stdio.h>

enum { KEYS = 10, LOOKUPERS = 8 };

static struct {
  goro_rwmutex mu;
  bool present[KEYS];
  int values[KEYS];
  int computed;
} cache;

static bool find(int key, int *v) {
  goro_rwmutex_rlock(&cache.mu);
  bool ok = cache.present[key];
  *v = cache.values[key];
  goro_rwmutex_runlock(&cache.mu);
  return ok;
}

/* Looks again: another goroutine may have had the lock before. */
static int compute(int key) {
  goro_rwmutex_lock(&cache.mu);
  if (!cache.present[key]) {
    cache.computed++;
    cache.values[key] = key * key * key;
    cache.present[key] = true;
  }
  int v = cache.values[key];
  goro_rwmutex_unlock(&cache.mu);
  return v;
}

static int get(int key) {
  int v;
  return find(key, &v) ? v : compute(key);
}

struct lookup {
  int first; /* key */
  int sum;
};

static void look_up(void *arg) {
  struct lookup *l = arg;
  for (int k = 0; k < KEYS; k++) l->sum += get((l->first + k) % KEYS);
}

int main(void) {
  goro_waitgroup wg = {0};
  struct lookup lookups[LOOKUPERS];
  for (int i = 0; i < LOOKUPERS; i++) {
    lookups[i] = (struct lookup){i, 0};
    goro_waitgroup_go(&wg, look_up, &lookups[i]);
  }
  goro_waitgroup_wait(&wg);
  for (int i = 0; i < LOOKUPERS; i++)
    printf("%s%d", i == 0 ? "sums: [" : " ", lookups[i].sum);
  printf("]\ncomputed: %d\n", cache.computed);
}
