/* export_xsync.c: errgroup, semaphore and singleflight of goro.h: check the
 * arguments, make one call.
 *
 * Invariant: as in export.c.
 */
#include "api/export.h"
#include "api/goro.h"
#include "lib/xsync/xsync.h"

SAME_SIZE(goro_errgroup, struct Group);
SAME_SIZE(goro_semaphore, struct Weighted);
SAME_SIZE(goro_singleflight, struct flightGroup);
SAME_SIZE(goro_singleflight_result, struct Result);

#define GROUP(g) ((struct Group *)(g))
#define WEIGHTED(s) ((struct Weighted *)(s))
#define FLIGHT(g) ((struct flightGroup *)(g))

/* ---- errgroup ---- */

goro_context *goro_errgroup_with_context(goro_errgroup *g,
                                         goro_context *parent) {
  if (!has_parent(parent)) return NULL; /* unwinding */
  return (goro_context *)goro__Group_WithContext(GROUP(g),
                                                 (struct Context *)parent);
}

void goro_errgroup_go(goro_errgroup *g, goro_errgroup_func fn, void *arg) {
  goro__needg("goro_errgroup_go");
  if (!fn) goro__fatal("go of nil func value");
  SAFEPOINT();
  goro__Group_Go(GROUP(g), (errgroup_func)fn, arg);
}

bool goro_errgroup_try_go(goro_errgroup *g, goro_errgroup_func fn, void *arg) {
  goro__needg("goro_errgroup_try_go");
  if (!fn) goro__fatal("go of nil func value");
  SAFEPOINT();
  return goro__Group_TryGo(GROUP(g), (errgroup_func)fn, arg);
}

void goro_errgroup_set_limit(goro_errgroup *g, int n) {
  goro__Group_SetLimit(GROUP(g), n);
}

goro_error *goro_errgroup_wait(goro_errgroup *g) {
  SAFEPOINT();
  return (goro_error *)goro__Group_Wait(GROUP(g));
}

void goro_errgroup_free(goro_errgroup *g) { goro__Group_free(GROUP(g)); }

/* ---- semaphore ---- */

/* False, while it unwinds, if n is negative. */
static GORO_UNWINDS bool has_units(int64_t n, const char *what) {
  if (unlikely(n < 0)) goro__plainpanic(what);
  return n >= 0;
}

void goro_semaphore_init(goro_semaphore *s, int64_t n) {
  if (!has_units(n, "semaphore: size < 0")) return; /* unwinding */
  *WEIGHTED(s) = (struct Weighted){.size = n};
}

goro_error *goro_semaphore_acquire(goro_semaphore *s, goro_context *ctx,
                                   int64_t n) {
  if (!has_units(n, "semaphore: n < 0") || !not_nil(ctx))
    return NULL; /* unwinding */
  SAFEPOINT();
  return (goro_error *)goro__Weighted_Acquire(WEIGHTED(s),
                                              (struct Context *)ctx, n);
}

bool goro_semaphore_try_acquire(goro_semaphore *s, int64_t n) {
  if (!has_units(n, "semaphore: n < 0")) return false; /* unwinding */
  SAFEPOINT();
  return goro__Weighted_TryAcquire(WEIGHTED(s), n);
}

void goro_semaphore_release(goro_semaphore *s, int64_t n) {
  if (!has_units(n, "semaphore: n < 0")) return; /* unwinding */
  SAFEPOINT();
  goro__Weighted_Release(WEIGHTED(s), n);
}

/* ---- singleflight ---- */

goro_singleflight_result goro_singleflight_do(goro_singleflight *g,
                                              const char *key,
                                              goro_singleflight_func fn,
                                              void *arg) {
  struct g *gp = goro__needg("goro_singleflight_do");
  if (!fn) goro__fatal("singleflight: nil func");
  goro__safepoint(gp);
  struct Result r = goro__flightGroup_Do(FLIGHT(g), key, (flight_func)fn, arg);
  return (goro_singleflight_result){r.val, (goro_error *)r.err, r.shared};
}

goro_chan *goro_singleflight_do_chan(goro_singleflight *g, const char *key,
                                     goro_singleflight_func fn, void *arg) {
  goro__needg("goro_singleflight_do_chan");
  if (!fn) goro__fatal("singleflight: nil func");
  SAFEPOINT();
  return (goro_chan *)goro__flightGroup_DoChan(FLIGHT(g), key, (flight_func)fn,
                                               arg);
}

void goro_singleflight_forget(goro_singleflight *g, const char *key) {
  goro__flightGroup_Forget(FLIGHT(g), key);
}

void goro_singleflight_free(goro_singleflight *g) {
  goro__flightGroup_free(FLIGHT(g));
}
