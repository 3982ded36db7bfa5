/* atomic.h: the runtime's atomic operations, under Go's names.
 *
 * Go: internal/runtime/atomic.
 *
 * Terms: Load, Store, Cas, Xadd, Xchg are sequentially consistent.  LoadAcq,
 * StoreRel and CasRel are weaker; whoever uses one names its partner and what
 * the pair publishes.  Macros, so that one name serves every width; a build
 * without shared memory turns them all into plain loads and stores.
 */
#ifndef GORO_ATOMIC_H
#define GORO_ATOMIC_H

#include <stdbool.h>
#include <stdint.h>

#define Load(p) __atomic_load_n((p), __ATOMIC_SEQ_CST)
#define LoadAcq(p) __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define LoadRelaxed(p) __atomic_load_n((p), __ATOMIC_RELAXED)
#define Store(p, v) __atomic_store_n((p), (v), __ATOMIC_SEQ_CST)
#define StoreRel(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)
#define StoreRelaxed(p, v) __atomic_store_n((p), (v), __ATOMIC_RELAXED)

/* The value after the addition, as Go's Xadd. */
#define Xadd(p, v) \
  __atomic_add_fetch((p), (__typeof__(*(p) + 0))(v), __ATOMIC_SEQ_CST)
#define Xchg(p, v) __atomic_exchange_n((p), (v), __ATOMIC_SEQ_CST)

/* Compare and swap: true if *p was old and now is new. */
#define Cas(p, old, new)                                             \
  __extension__({                                                    \
    __typeof__(*(p)) cas_old_ = (old);                               \
    __atomic_compare_exchange_n((p), &cas_old_, (new), false,        \
                                __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); \
  })
#define CasRel(p, old, new)                                          \
  __extension__({                                                    \
    __typeof__(*(p)) cas_old_ = (old);                               \
    __atomic_compare_exchange_n((p), &cas_old_, (new), false,        \
                                __ATOMIC_RELEASE, __ATOMIC_RELAXED); \
  })
#define CasAcq(p, old, new)                                          \
  __extension__({                                                    \
    __typeof__(*(p)) cas_old_ = (old);                               \
    __atomic_compare_exchange_n((p), &cas_old_, (new), false,        \
                                __ATOMIC_ACQUIRE, __ATOMIC_RELAXED); \
  })

#endif
