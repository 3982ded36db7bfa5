/* value.c: atomic.Value, a variable for values of one type.
 *
 * Go: sync/atomic/value.go.
 *
 * Invariants:
 *  1. typ goes once from NULL to firstStoreInProgress, and from there to the
 *     type of all values to come; data is written between these two steps, and
 *     later by whoever has that type.
 *  2. The goroutine of the first store keeps its M between the two steps, so
 *     others wait for it by spinning.
 *
 * Locks: none.
 *
 * Differs from Go: values are pointers, and equal if they are the same.
 */
#include "lib/sync/sync.h"

static const char firstStoreInProgress; /* its address is used only */

static GORO_NOINLINE GORO_UNWINDS void value_panic(const char *msg) {
  goro__plainpanic(msg);
}

/* Store x if v is empty; returns whether it did.  After false v has a type. */
static bool value_first(struct Value *v, struct eface x) {
  for (;;) {
    const void *typ = Load(&v->typ);
    if (typ == &firstStoreInProgress) {
      goro__yield_m();
    } else if (typ) {
      return false;
    } else if (Cas(&v->typ, NULL, &firstStoreInProgress)) {
      Store(&v->data, x.data);
      Store(&v->typ, x.type);
      return true;
    }
  }
}

struct eface goro__Value_Load(struct Value *v) {
  const void *typ = Load(&v->typ);
  if (!typ || typ == &firstStoreInProgress) return (struct eface){NULL, NULL};
  return (struct eface){typ, Load(&v->data)};
}

GORO_UNWINDS void goro__Value_Store(struct Value *v, struct eface x) {
  if (!x.type)
    value_panic("sync/atomic: store of nil value into Value");
  else if (value_first(v, x))
    return;
  else if (Load(&v->typ) != x.type)
    value_panic("sync/atomic: store of inconsistently typed value into Value");
  else
    Store(&v->data, x.data);
}

GORO_UNWINDS struct eface goro__Value_Swap(struct Value *v, struct eface x) {
  struct eface old = {NULL, NULL};
  if (!x.type)
    value_panic("sync/atomic: swap of nil value into Value");
  else if (value_first(v, x))
    return old;
  else if (Load(&v->typ) != x.type)
    value_panic("sync/atomic: swap of inconsistently typed value into Value");
  else
    old = (struct eface){x.type, Xchg(&v->data, x.data)};
  return old;
}

/* What is wrong with the types of a CompareAndSwap, or NULL. */
static const char *value_misuse(struct eface old, struct eface x) {
  if (!x.type) return "sync/atomic: compare and swap of nil value into Value";
  if (old.type && old.type != x.type)
    return "sync/atomic: compare and swap of inconsistently typed values";
  return NULL;
}

GORO_UNWINDS bool goro__Value_CompareAndSwap(struct Value *v, struct eface old,
                                             struct eface x) {
  const char *misuse = value_misuse(old, x);
  if (!misuse && old.type && !Load(&v->typ)) return false;
  if (!misuse && !old.type && value_first(v, x)) return true;
  while (!misuse && Load(&v->typ) == &firstStoreInProgress) goro__yield_m();
  if (!misuse && Load(&v->typ) != x.type)
    misuse = "sync/atomic: compare and swap of inconsistently typed value into "
             "Value";
  if (misuse) {
    value_panic(misuse);
    return false; /* unwinding */
  }
  return old.type && Cas(&v->data, old.data, x.data);
}
