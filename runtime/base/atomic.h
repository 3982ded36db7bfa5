/* atomic.h: the runtime's atomic operations, under Go's names.
 *
 * Go: internal/runtime/atomic.
 *
 * Terms: Load, Store, Cas, Xadd, Xchg are sequentially consistent.  LoadAcq,
 * StoreRel and CasRel are weaker; whoever uses one names its partner and what
 * the pair publishes.  LoadRelaxed and StoreRelaxed give no order at all, and
 * are as cheap as plain accesses (os/memory.h).  Macros, so that one name
 * serves every width.
 *
 * A program that has started no second thread yet pays for none: until then
 * goro__threads is false, and what costs a fence is done by plain accesses.
 * Starting the thread publishes all of them.  In a build without shared memory
 * (GORO_THREADS 0) that is so for ever, and the compiler knows.
 *
 * All but the relaxed ones are points, where a seed may have another M go on
 * (baton.h), in debug builds.
 */
#ifndef GORO_ATOMIC_H
#define GORO_ATOMIC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/baton.h"
#include "os/memory.h"

#if GORO_THREADS
/* Set before the second thread of the program starts, never cleared. */
extern bool goro__threads;
#else
enum { goro__threads = 0 };
#endif

#define Load(p) (goro__point(), __atomic_load_n((p), __ATOMIC_SEQ_CST))
#define LoadAcq(p) (goro__point(), __atomic_load_n((p), __ATOMIC_ACQUIRE))
#define Store(p, v) goro__store((p), (v), __ATOMIC_SEQ_CST)
#define StoreRel(p, v) goro__store((p), (v), __ATOMIC_RELEASE)

#define goro__store(p, v, order)                   \
  __extension__({                                  \
    __typeof__(p) store_p_ = (p);                  \
    __typeof__(*store_p_) store_v_ = (v);          \
    goro__point();                                 \
    if (goro__threads)                             \
      __atomic_store_n(store_p_, store_v_, order); \
    else                                           \
      *store_p_ = store_v_;                        \
  })

/* The value after the addition, as Go's Xadd. */
#define Xadd(p, v)                                                           \
  __extension__({                                                            \
    __typeof__(p) xadd_p_ = (p);                                             \
    __typeof__(*xadd_p_ + 0) xadd_v_ = (__typeof__(*xadd_p_ + 0))(v);        \
    goro__point();                                                           \
    goro__threads ? __atomic_add_fetch(xadd_p_, xadd_v_, __ATOMIC_SEQ_CST)   \
                  : (*xadd_p_ = (__typeof__(*xadd_p_))(*xadd_p_ + xadd_v_)); \
  })

#define Xchg(p, v)                                                         \
  __extension__({                                                          \
    __typeof__(p) xchg_p_ = (p);                                           \
    __typeof__(*xchg_p_ + 0) xchg_v_ = (v), xchg_old_;                     \
    goro__point();                                                         \
    if (goro__threads) {                                                   \
      xchg_old_ = __atomic_exchange_n(xchg_p_, xchg_v_, __ATOMIC_SEQ_CST); \
    } else {                                                               \
      xchg_old_ = *xchg_p_;                                                \
      *xchg_p_ = xchg_v_;                                                  \
    }                                                                      \
    xchg_old_;                                                             \
  })

/* Compare and swap: true if *p was old and now is new. */
#define Cas(p, old, new) \
  goro__cas((p), (old), (new), __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)
#define CasRel(p, old, new) \
  goro__cas((p), (old), (new), __ATOMIC_RELEASE, __ATOMIC_RELAXED)
#define CasAcq(p, old, new) \
  goro__cas((p), (old), (new), __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)

#define goro__cas(p, old, new, done, failed)                             \
  __extension__({                                                        \
    __typeof__(p) cas_p_ = (p);                                          \
    __typeof__(*cas_p_) cas_old_ = (old), cas_new_ = (new);              \
    bool cas_ok_;                                                        \
    goro__point();                                                       \
    if (goro__threads) {                                                 \
      cas_ok_ = __atomic_compare_exchange_n(cas_p_, &cas_old_, cas_new_, \
                                            false, done, failed);        \
    } else {                                                             \
      cas_ok_ = *cas_p_ == cas_old_;                                     \
      if (cas_ok_) *cas_p_ = cas_new_;                                   \
    }                                                                    \
    cas_ok_;                                                             \
  })

#endif
