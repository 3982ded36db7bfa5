/* hash and equal of a map's keys must not suspend: they run where the map's
 * lock may be held. */
#include <goro.h>

static uint64_t hash(const void *key, uint64_t seed) {
  goro_gosched();
  return seed + *(const uint64_t *)key;
}

static bool equal(const void *a, const void *b) {
  return *(const uint64_t *)a == *(const uint64_t *)b;
}

int main(void) {
  static const goro_map_type type = {sizeof(uint64_t), hash, equal};
  goro_map *m = goro_map_new(&type);
  uint64_t key = 1;
  goro_map_store(m, &key, &key);
}
