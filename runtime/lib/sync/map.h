/* map.h: sync.Map.
 *
 * Go: sync/map.go, internal/sync/hashtriemap.go.
 *
 * Keys are passed by their addresses, and copied; values are pointers, which
 * belong to the program.  All functions that unwind do so because they may have
 * to wait for a lock, and never with one held but in f of Range, where none is.
 */
#ifndef GORO_MAP_H
#define GORO_MAP_H

#include "sched/runtime2.h"

/* What keys are.  Same layout as the public goro_map_type. */
struct mapType {
  size_t size; /* 0: a string */
  uint64_t (*hash)(const void *key, uint64_t seed);
  bool (*equal)(const void *a, const void *b);
};

struct Map;

struct Map *goro__Map_new(const struct mapType *type);
GORO_UNWINDS void goro__Map_free(struct Map *m);

/* The out-parameters may be NULL.  Each returns whether the key was there, but
 * for the Compare ones. */
GORO_UNWINDS bool goro__Map_Load(struct Map *m, const void *key, void **value);
GORO_UNWINDS bool goro__Map_LoadOrStore(struct Map *m, const void *key,
                                        void *value, void **actual);
GORO_UNWINDS bool goro__Map_LoadAndDelete(struct Map *m, const void *key,
                                          void **value);
GORO_UNWINDS bool goro__Map_Swap(struct Map *m, const void *key, void *value,
                                 void **previous);
GORO_UNWINDS bool goro__Map_CompareAndSwap(struct Map *m, const void *key,
                                           void *old, void *value);
GORO_UNWINDS bool goro__Map_CompareAndDelete(struct Map *m, const void *key,
                                             void *old);
GORO_UNWINDS void goro__Map_Range(struct Map *m,
                                  bool (*f)(void *arg, const void *key,
                                            void *value),
                                  void *arg);
GORO_UNWINDS void goro__Map_Clear(struct Map *m);

#endif
