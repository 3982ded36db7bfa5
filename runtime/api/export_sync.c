/* export_sync.c: the functions of goro.h for what sync has besides locks, and
 * for sync/atomic: check the arguments, make one call.
 *
 * Invariant: as in export.c, of which this is a part.
 */
#include "api/export.h"
#include "api/goro.h"
#include "lib/sync/map.h"
#include "lib/sync/pool.h"
#include "lib/sync/sync.h"

SAME_SIZE(goro_value, struct Value);
SAME_SIZE(goro_map_type, struct mapType);

#define VALUE(v) ((struct Value *)(v))
#define EFACE(x) ((struct eface){(x).type, (x).data})

/* ---- OnceFunc ---- */

static struct OnceFunc *once_func_new(void (*call)(struct OnceFunc *),
                                      void (*fn)(void), void *arg,
                                      size_t size) {
  struct OnceFunc *o = goro__OnceFunc_new(size);
  o->call = call;
  o->f = fn;
  o->arg = arg;
  return o;
}

static void once_func_call(struct OnceFunc *o) { ((goro_func)o->f)(o->arg); }

goro_once_func *goro_once_func_new(goro_func fn, void *arg) {
  return (goro_once_func *)once_func_new(once_func_call, (void (*)(void))fn,
                                         arg, 0);
}

void goro_once_func_call(goro_once_func *f) {
  goro__needg("goro_once_func_call");
  SAFEPOINT();
  goro__OnceFunc_call((struct OnceFunc *)f);
}

void goro_once_func_free(goro_once_func *f) {
  goro__OnceFunc_free((struct OnceFunc *)f);
}

static void once_value_call(struct OnceFunc *o) {
  void *value = ((void *(*)(void *))o->f)(o->arg);
  memcpy(o->result, &value, sizeof value);
}

goro_once_value *goro_once_value_new(void *(*fn)(void *arg), void *arg) {
  return (goro_once_value *)once_func_new(once_value_call, (void (*)(void))fn,
                                          arg, sizeof(void *));
}

void *goro_once_value_get(goro_once_value *v) {
  struct OnceFunc *o = (struct OnceFunc *)v;
  goro__safepoint(goro__needg("goro_once_value_get"));
  goro__OnceFunc_call(o);
  void *value;
  memcpy(&value, o->result, sizeof value);
  return value;
}

void goro_once_value_free(goro_once_value *v) {
  goro__OnceFunc_free((struct OnceFunc *)v);
}

static void once_values_call(struct OnceFunc *o) {
  ((void (*)(void *, void *))o->f)(o->arg, o->result);
}

goro_once_values *goro_once_values_new(void (*fn)(void *arg, void *result),
                                       void *arg, size_t size) {
  return (goro_once_values *)once_func_new(once_values_call, (void (*)(void))fn,
                                           arg, size);
}

const void *goro_once_values_get(goro_once_values *v) {
  struct OnceFunc *o = (struct OnceFunc *)v;
  goro__safepoint(goro__needg("goro_once_values_get"));
  goro__OnceFunc_call(o);
  return o->result;
}

void goro_once_values_free(goro_once_values *v) {
  goro__OnceFunc_free((struct OnceFunc *)v);
}

/* ---- Pool ---- */

goro_pool *goro_pool_new(void *(*fn)(void *arg),
                         void (*drop)(void *arg, void *item), void *arg) {
  return (goro_pool *)goro__Pool_new((struct poolFuncs){fn, drop, arg});
}

void *goro_pool_get(goro_pool *p) {
  goro__safepoint(goro__needg("goro_pool_get"));
  return goro__Pool_Get((struct Pool *)p);
}

void goro_pool_put(goro_pool *p, void *item) {
  goro__needg("goro_pool_put");
  goro__Pool_Put((struct Pool *)p, item);
}

void goro_pool_age(goro_pool *p) {
  goro__safepoint(goro__needg("goro_pool_age"));
  goro__Pool_age((struct Pool *)p);
}

void goro_pool_free(goro_pool *p) {
  goro__needg("goro_pool_free");
  if (p) goro__Pool_free((struct Pool *)p);
}

/* ---- Map ---- */

#define MAP(m) ((struct Map *)(m))

const goro_map_type goro_map_uint64 = {sizeof(uint64_t), NULL, NULL};
const goro_map_type goro_map_pointer = {sizeof(void *), NULL, NULL};
const goro_map_type goro_map_string = {0, NULL, NULL};

goro_map *goro_map_new(const goro_map_type *type) {
  goro__needg("goro_map_new");
  return (goro_map *)goro__Map_new((const struct mapType *)type);
}

void goro_map_free(goro_map *m) {
  if (m) goro__Map_free(MAP(m));
}

bool goro_map_load(goro_map *m, const void *key, void **value) {
  SAFEPOINT();
  return goro__Map_Load(MAP(m), key, value);
}

void goro_map_store(goro_map *m, const void *key, void *value) {
  SAFEPOINT();
  goro__Map_Swap(MAP(m), key, value, NULL);
}

bool goro_map_load_or_store(goro_map *m, const void *key, void *value,
                            void **actual) {
  SAFEPOINT();
  return goro__Map_LoadOrStore(MAP(m), key, value, actual);
}

bool goro_map_load_and_delete(goro_map *m, const void *key, void **value) {
  SAFEPOINT();
  return goro__Map_LoadAndDelete(MAP(m), key, value);
}

void goro_map_delete(goro_map *m, const void *key) {
  SAFEPOINT();
  goro__Map_LoadAndDelete(MAP(m), key, NULL);
}

bool goro_map_swap(goro_map *m, const void *key, void *value, void **previous) {
  SAFEPOINT();
  return goro__Map_Swap(MAP(m), key, value, previous);
}

bool goro_map_compare_and_swap(goro_map *m, const void *key, void *old,
                               void *value) {
  SAFEPOINT();
  return goro__Map_CompareAndSwap(MAP(m), key, old, value);
}

bool goro_map_compare_and_delete(goro_map *m, const void *key, void *old) {
  SAFEPOINT();
  return goro__Map_CompareAndDelete(MAP(m), key, old);
}

void goro_map_range(goro_map *m,
                    bool (*f)(void *arg, const void *key, void *value),
                    void *arg) {
  SAFEPOINT();
  goro__Map_Range(MAP(m), f, arg);
}

void goro_map_clear(goro_map *m) {
  SAFEPOINT();
  goro__Map_Clear(MAP(m));
}

/* ---- atomic.Value ---- */

static goro_any any_of(struct eface x) { return (goro_any){x.type, x.data}; }

goro_any goro_value_load(goro_value *v) {
  return any_of(goro__Value_Load(VALUE(v)));
}

void goro_value_store(goro_value *v, goro_any val) {
  goro__Value_Store(VALUE(v), EFACE(val));
}

goro_any goro_value_swap(goro_value *v, goro_any val) {
  return any_of(goro__Value_Swap(VALUE(v), EFACE(val)));
}

bool goro_value_compare_and_swap(goro_value *v, goro_any old, goro_any val) {
  return goro__Value_CompareAndSwap(VALUE(v), EFACE(old), EFACE(val));
}
