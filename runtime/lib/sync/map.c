/* map.c: sync.Map, a map for many goroutines.
 *
 * Go: sync/map.go; internal/sync/hashtriemap.go.
 *
 * A hash table in stripes, each with a lock of its own: a hash says which
 * stripe, and which bucket there.  With the lock held for reading, entries stay
 * linked, and the value of one that is there can be read and replaced; to add
 * or take away one the lock is held for writing.
 *
 * Invariants:
 *  1. An entry is on the list of its hash's bucket from its insertion until it
 *     is gone; then never again.
 *  2. refs counts the table, until the entry is gone, and each Range that is
 *     going to look at it.  Who counts down to 0 frees it.
 *  3. A stripe that has entries has at least half as many buckets.
 *
 * Locks: each stripe's rw, one at a time.  It is not held while user code runs,
 * but for hash (outside) and equal (inside), which must not suspend; they are
 * called so that one that does is reported.
 *
 * Differs from Go: its map is a tree that readers walk without a lock, and the
 * garbage collector frees what they may still see.  Here a reader would have to
 * say for each access that it is there, and a writer to wait for such readers
 * before it frees a node: the reader's two atomic operations are those of
 * RLock and RUnlock, and so the lock is what we take.  With the stripes Ms
 * seldom touch the same one.
 */
#include "lib/sync/map.h"

#include <string.h>

#include "base/rand.h"
#include "lib/sync/sync.h"

struct mapEntry {
  struct mapEntry *next; /* under rw; written with it held for writing */
  uint64_t hash;         /* r/o */
  void *value;           /* atomic: written under rw */
  uint32_t refs;         /* atomic: invariant 2 */
  uint32_t gone;         /* atomic: written with rw held for writing */
  _Alignas(max_align_t) char key[]; /* r/o */
};

struct mapTable {
  uint32_t n;                /* entries */
  uint32_t mask;             /* number of buckets, a power of 2, less 1 */
  struct mapEntry **buckets; /* NULL before the first entry */
};

struct mapStripe {
  struct RWMutex rw;
  struct mapTable t; /* under rw; written with it held for writing */
  char pad[64];      /* two stripes share no cache line */
};

enum { MAP_STRIPES = GORO_THREADS ? 16 : 1, MAP_BUCKETS = 8 };

struct Map {
  const struct mapType *type; /* r/o */
  uint64_t seed;              /* r/o */
  struct mapStripe stripe[MAP_STRIPES];
};

/* ---- keys ---- */

static uint64_t mix(uint64_t h) {
  h = (h ^ h >> 32) * UINT64_C(0xd6e8feb86659fd93);
  h = (h ^ h >> 32) * UINT64_C(0xd6e8feb86659fd93);
  return h ^ h >> 32;
}

static size_t key_size(const struct mapType *t, const void *key) {
  return t->size ? t->size : strlen(key) + 1;
}

static uint64_t hash_bytes(const char *p, size_t n, uint64_t h) {
  for (uint64_t word; n >= sizeof word; n -= sizeof word, p += sizeof word) {
    memcpy(&word, p, sizeof word);
    h = mix(h ^ word);
  }
  uint64_t rest = n;
  memcpy(&rest, p, n);
  return mix(h ^ rest);
}

/* A call of the program's hash or equal. */
struct key_call {
  const struct mapType *t;
  const void *a, *b;
  uint64_t seed, hash;
};

static int64_t call_hash(void *call, void *unused) {
  struct key_call *c = call;
  (void)unused;
  c->hash = c->t->hash(c->a, c->seed);
  return 0;
}

static int64_t call_equal(void *call, void *unused) {
  struct key_call *c = call;
  (void)unused;
  return c->t->equal(c->a, c->b);
}

static GORO_NOINLINE uint64_t hash_by_program(const struct Map *m,
                                              const void *key) {
  struct key_call c = {m->type, key, NULL, m->seed, 0};
  goro__nounwind(call_hash, &c, NULL);
  return mix(c.hash);
}

static GORO_NOINLINE bool equal_by_program(const struct mapType *t,
                                           const void *a, const void *b) {
  struct key_call c = {t, a, b, 0, 0};
  return goro__nounwind(call_equal, &c, NULL) != 0;
}

static uint64_t key_hash(const struct Map *m, const void *key) {
  if (m->type->hash) return hash_by_program(m, key);
  return hash_bytes(key, key_size(m->type, key), m->seed);
}

static bool key_equal(const struct mapType *t, const void *a, const void *b) {
  if (t->equal) return equal_by_program(t, a, b);
  if (t->size == sizeof(uint64_t)) return memcmp(a, b, sizeof(uint64_t)) == 0;
  return t->size ? memcmp(a, b, t->size) == 0 : strcmp(a, b) == 0;
}

/* ---- entries ---- */

static struct mapEntry *entry_new(const struct mapType *t, const void *key,
                                  uint64_t hash, void *value) {
  size_t size = key_size(t, key);
  struct mapEntry *e = goro__mallocz(sizeof *e + size);
  e->hash = hash;
  e->value = value;
  e->refs = 1;
  memcpy(e->key, key, size);
  return e;
}

/* Returns whether there was one. */
static bool entry_release(struct mapEntry *e) {
  if (!e) return false;
  if (Xadd(&e->refs, -1) == 0) os_free(e);
  return true;
}

/* ---- a stripe's table, under its lock ---- */

static struct mapEntry **table_bucket(struct mapTable *t, uint64_t hash) {
  return &t->buckets[(uint32_t)hash & t->mask];
}

/* Where the entry is linked, or where the list ends. */
static struct mapEntry **table_find(const struct Map *m, struct mapTable *t,
                                    const void *key, uint64_t hash) {
  static struct mapEntry *none; /* always NULL */
  if (!t->buckets) return &none;
  struct mapEntry **link = table_bucket(t, hash);
  for (; *link; link = &(*link)->next)
    if ((*link)->hash == hash && key_equal(m->type, key, (*link)->key)) break;
  return link;
}

static void table_push(struct mapTable *t, struct mapEntry *e) {
  struct mapEntry **bucket = table_bucket(t, e->hash);
  e->next = *bucket;
  *bucket = e;
}

static void table_grow(struct mapTable *t) {
  uint32_t old = t->buckets ? t->mask + 1 : 0;
  uint32_t size = old ? 2 * old : MAP_BUCKETS;
  struct mapEntry **lists = t->buckets;
  t->buckets = goro__mallocz(size * sizeof *t->buckets);
  t->mask = size - 1;
  for (uint32_t i = 0; i < old; i++)
    for (struct mapEntry *e = lists[i], *next; e; e = next) {
      next = e->next;
      table_push(t, e);
    }
  os_free(lists);
}

static void table_insert(struct mapTable *t, struct mapEntry *e) {
  if (!t->buckets || t->n > t->mask) table_grow(t);
  table_push(t, e);
  t->n++;
}

/* The caller releases it when it has given back the lock. */
static struct mapEntry *table_remove(struct mapTable *t,
                                     struct mapEntry **link) {
  struct mapEntry *e = *link;
  *link = e->next;
  t->n--;
  Store(&e->gone, 1);
  return e;
}

/* ---- the map ---- */

struct Map *goro__Map_new(const struct mapType *type) {
  struct Map *m = goro__mallocz(sizeof *m);
  m->type = type;
  m->seed = (uint64_t)goro__cheaprand() << 32 | goro__cheaprand();
  return m;
}

static struct mapStripe *map_stripe(struct Map *m, uint64_t hash) {
  return &m->stripe[(hash >> 32) % MAP_STRIPES];
}

static void give(void **out, void *value) {
  if (out) *out = value;
}

static GORO_UNWINDS bool map_load(struct Map *m, const void *key, uint64_t hash,
                                  void **value) {
  struct mapStripe *s = map_stripe(m, hash);
  goro__RWMutex_RLock(&s->rw);
  struct mapEntry *e = *table_find(m, &s->t, key, hash);
  void *v = e ? Load(&e->value) : NULL;
  goro__RWMutex_RUnlock(&s->rw);
  give(value, v);
  return e;
}

GORO_UNWINDS bool goro__Map_Load(struct Map *m, const void *key, void **value) {
  return map_load(m, key, key_hash(m, key), value);
}

GORO_UNWINDS bool goro__Map_LoadOrStore(struct Map *m, const void *key,
                                        void *value, void **actual) {
  uint64_t hash = key_hash(m, key);
  if (map_load(m, key, hash, actual)) return true;
  struct mapStripe *s = map_stripe(m, hash);
  goro__RWMutex_Lock(&s->rw);
  struct mapEntry *e = *table_find(m, &s->t, key, hash);
  void *v = e ? Load(&e->value) : value;
  if (!e) table_insert(&s->t, entry_new(m->type, key, hash, value));
  goro__RWMutex_Unlock(&s->rw);
  give(actual, v);
  return e;
}

GORO_UNWINDS bool goro__Map_LoadAndDelete(struct Map *m, const void *key,
                                          void **value) {
  uint64_t hash = key_hash(m, key);
  struct mapStripe *s = map_stripe(m, hash);
  goro__RWMutex_Lock(&s->rw);
  struct mapEntry **link = table_find(m, &s->t, key, hash);
  struct mapEntry *e = *link ? table_remove(&s->t, link) : NULL;
  void *v = e ? Load(&e->value) : NULL;
  goro__RWMutex_Unlock(&s->rw);
  give(value, v);
  return entry_release(e);
}

/* Replace the value of a key that is there. */
static GORO_UNWINDS bool map_replace(struct Map *m, const void *key,
                                     uint64_t hash, void *value,
                                     void **previous) {
  struct mapStripe *s = map_stripe(m, hash);
  goro__RWMutex_RLock(&s->rw);
  struct mapEntry *e = *table_find(m, &s->t, key, hash);
  void *old = e ? Xchg(&e->value, value) : NULL;
  goro__RWMutex_RUnlock(&s->rw);
  give(previous, old);
  return e;
}

GORO_UNWINDS bool goro__Map_Swap(struct Map *m, const void *key, void *value,
                                 void **previous) {
  uint64_t hash = key_hash(m, key);
  if (map_replace(m, key, hash, value, previous)) return true;
  struct mapStripe *s = map_stripe(m, hash);
  goro__RWMutex_Lock(&s->rw);
  struct mapEntry *e = *table_find(m, &s->t, key, hash);
  void *old = e ? Xchg(&e->value, value) : NULL;
  if (!e) table_insert(&s->t, entry_new(m->type, key, hash, value));
  goro__RWMutex_Unlock(&s->rw);
  give(previous, old);
  return e;
}

GORO_UNWINDS bool goro__Map_CompareAndSwap(struct Map *m, const void *key,
                                           void *old, void *value) {
  uint64_t hash = key_hash(m, key);
  struct mapStripe *s = map_stripe(m, hash);
  goro__RWMutex_RLock(&s->rw);
  struct mapEntry *e = *table_find(m, &s->t, key, hash);
  bool swapped = e && Cas(&e->value, old, value);
  goro__RWMutex_RUnlock(&s->rw);
  return swapped;
}

GORO_UNWINDS bool goro__Map_CompareAndDelete(struct Map *m, const void *key,
                                             void *old) {
  uint64_t hash = key_hash(m, key);
  struct mapStripe *s = map_stripe(m, hash);
  goro__RWMutex_Lock(&s->rw);
  struct mapEntry **link = table_find(m, &s->t, key, hash), *e = NULL;
  if (*link && Load(&(*link)->value) == old) e = table_remove(&s->t, link);
  goro__RWMutex_Unlock(&s->rw);
  return entry_release(e);
}

/* ---- all of it ---- */

static void table_free(struct mapTable *t) {
  for (uint32_t i = 0; t->buckets && i <= t->mask; i++)
    for (struct mapEntry *e = t->buckets[i], *next; e; e = next) {
      next = e->next;
      entry_release(e);
    }
  os_free(t->buckets);
}

static void table_bury(struct mapTable *t) {
  for (uint32_t i = 0; t->buckets && i <= t->mask; i++)
    for (struct mapEntry *e = t->buckets[i]; e; e = e->next) Store(&e->gone, 1);
}

GORO_UNWINDS void goro__Map_Clear(struct Map *m) {
  for (int i = 0; i < MAP_STRIPES; i++) {
    struct mapStripe *s = &m->stripe[i];
    goro__RWMutex_Lock(&s->rw);
    struct mapTable t = s->t;
    s->t = (struct mapTable){0, 0, NULL};
    table_bury(&t);
    goro__RWMutex_Unlock(&s->rw);
    table_free(&t);
  }
}

GORO_UNWINDS void goro__Map_free(struct Map *m) {
  goro__Map_Clear(m);
  os_free(m);
}

/* A Range in progress, in the frame of goro__Map_Range; owned by its goroutine.
 * It takes the entries of a stripe, then calls f for each that is still there:
 * so f is called once for a key at most, whatever it does to the map. */
struct map_range {
  struct Map *m;
  bool (*f)(void *arg, const void *key, void *value);
  void *arg;
  struct mapEntry **list; /* a reference to each */
  uint32_t n;
};

static void range_drop(void *range) {
  struct map_range *r = range;
  for (uint32_t i = 0; i < r->n; i++) entry_release(r->list[i]);
  os_free(r->list);
  r->list = NULL;
  r->n = 0;
}

static GORO_UNWINDS void range_take(struct map_range *r, struct mapStripe *s) {
  goro__RWMutex_RLock(&s->rw);
  struct mapTable *t = &s->t;
  if (t->n) r->list = goro__mallocz(t->n * sizeof *r->list);
  for (uint32_t i = 0; t->n && i <= t->mask; i++)
    for (struct mapEntry *e = t->buckets[i]; e; e = e->next) {
      Xadd(&e->refs, 1);
      r->list[r->n++] = e;
    }
  goro__RWMutex_RUnlock(&s->rw);
}

static GORO_UNWINDS bool range_call(struct map_range *r) {
  for (uint32_t i = 0; i < r->n; i++) {
    struct mapEntry *e = r->list[i];
    void *value = Load(&e->value);
    if (!Load(&e->gone) && !r->f(r->arg, e->key, value)) return false;
  }
  return true;
}

static void range_run(void *range) {
  struct map_range *r = range;
  goro__deferproc(range_drop, r); /* f may panic */
  for (int i = 0; i < MAP_STRIPES; i++) {
    range_take(r, &r->m->stripe[i]);
    if (!range_call(r)) return;
    range_drop(r);
  }
}

GORO_UNWINDS void goro__Map_Range(struct Map *m,
                                  bool (*f)(void *arg, const void *key,
                                            void *value),
                                  void *arg) {
  struct map_range r = {m, f, arg, NULL, 0};
  goro__callframe(range_run, &r);
}
