/* ffi.h: what the npm package's exports share (ffi.c, ffi_mt.c). */
#ifndef GORO_FFI_H
#define GORO_FFI_H

#include "os/os_npm.h"
#include "sched/hostg.h"
#include "wait/hostwait.h"

#define FFI(name) NPM_EXPORT(name) goro_ffi_##name

/* First in a function that changes anything: the agent is within the runtime
 * until the function returns.  Its thread may end at any moment, and then this
 * says whether that is the end of all (agent_lost). */
#if GORO_THREADS
static inline struct hostagent *ffi_enter(void) {
  struct hostagent *a = getagent();
  StoreRelaxed(&a->inside, true);
  return a;
}

static inline void ffi_leave(struct hostagent **a) {
  StoreRelaxed(&(*a)->inside, false);
}

#define INSIDE                                                            \
  __attribute__((cleanup(ffi_leave), unused)) struct hostagent *inside_ = \
      ffi_enter()
#else
#define INSIDE ((void)0)
#endif

#endif
