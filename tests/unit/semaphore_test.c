/* semaphore_test.c: weighted semaphores.
 *
 * Translated from golang.org/x/sync/semaphore/semaphore_test.go; the functions
 * have Go's names.
 *
 * Copyright 2017 The Go Authors. All rights reserved.
 * Use of this source code is governed by a BSD-style license that can be found
 * in the LICENSE-GO file of tests/go.
 */
#include "unit.h"

#include "api/goro.h"
#include "lib/xsync/xsync.h"

#define INNER(s) ((struct Weighted *)(s))

static goro_semaphore sem;
static goro_waitgroup wg;
static int64_t held; /* atomic */

static goro_context *bg(void) { return goro_context_background(); }

/* ---- TestWeighted ---- */

enum { UNITS = 4 };

static void HammerWeighted(void *units) {
  int64_t n = (intptr_t)units;
  for (int i = 0; i < unit_much(300, 5); i++) {
    CHECK(goro_semaphore_acquire(&sem, bg(), n) == NULL);
    CHECK(Xadd(&held, n) <= UNITS);
    if (unit_rand(2)) goro__Gosched();
    Xadd(&held, -n);
    goro_semaphore_release(&sem, n);
  }
}

static void test_Weighted(void) {
  goro_semaphore_init(&sem, UNITS);
  for (intptr_t i = 0; i < 2 * UNITS; i++)
    goro_waitgroup_go(&wg, HammerWeighted, (void *)(i % (UNITS + 1)));
  goro_waitgroup_wait(&wg);
  CHECK(INNER(&sem)->cur == 0 && !INNER(&sem)->waiters && !INNER(&sem)->last);
}

/* ---- misuse ---- */

static void release_one(void *s) { goro_semaphore_release(s, 1); }
static void init_negative(void *s) { goro_semaphore_init(s, -1); }
static void acquire_negative(void *s) { goro_semaphore_acquire(s, bg(), -1); }
static void try_negative(void *s) { goro_semaphore_try_acquire(s, -1); }
static void release_negative(void *s) { goro_semaphore_release(s, -1); }

/* TestWeightedPanic, TestWeightedNegativeSizePanic,
 * TestWeightedNegativeWeightPanic, TestWeightedZeroSize. */
static void test_WeightedPanic(void) {
  goro_semaphore_init(&sem, 1);
  CHECK(unit_panics(release_one, &sem, "semaphore: released more than held"));
  CHECK(unit_panics(init_negative, &sem, "semaphore: size < 0"));
  CHECK(unit_panics(acquire_negative, &sem, "semaphore: n < 0"));
  CHECK(unit_panics(try_negative, &sem, "semaphore: n < 0"));
  CHECK(unit_panics(release_negative, &sem, "semaphore: n < 0"));
  goro_semaphore_init(&sem, 0);
  CHECK(goro_semaphore_try_acquire(&sem, 0));
  CHECK(!goro_semaphore_try_acquire(&sem, 1));
}

/* ---- acquiring ---- */

static void test_WeightedTryAcquire(void) {
  goro_semaphore_init(&sem, 2);
  goro_semaphore_acquire(&sem, bg(), 1);
  CHECK(goro_semaphore_try_acquire(&sem, 1));
  CHECK(!goro_semaphore_try_acquire(&sem, 1));
  goro_semaphore_release(&sem, 2);
  CHECK(goro_semaphore_try_acquire(&sem, 1));
  goro_semaphore_acquire(&sem, bg(), 1);
  CHECK(!goro_semaphore_try_acquire(&sem, 1));
}

static bool acquire_for(goro_duration d) {
  goro_context *ctx = goro_context_with_timeout(bg(), d);
  goro_error *err = goro_semaphore_acquire(&sem, ctx, 1);
  CHECK(!err || err == goro_context_deadline_exceeded);
  goro_context_cancel(ctx);
  goro_context_release(ctx);
  return !err;
}

static void test_WeightedAcquire(void) {
  goro_semaphore_init(&sem, 2);
  goro_semaphore_acquire(&sem, bg(), 1);
  CHECK(acquire_for(GORO_HOUR));
  CHECK(!acquire_for(GORO_MILLISECOND));
  goro_semaphore_release(&sem, 2);
  CHECK(acquire_for(GORO_HOUR));
  goro_semaphore_acquire(&sem, bg(), 1);
  CHECK(!acquire_for(GORO_MILLISECOND));
  CHECK(!acquire_for(-1));
}

static void acquire_three(void *ctx) {
  CHECK(goro_semaphore_acquire(&sem, ctx, 3) == goro_context_canceled);
}

static goro_error *acquire_release(void *ctx) {
  goro_error *err = goro_semaphore_acquire(&sem, ctx, 1);
  if (err) return err;
  goro__Gosched();
  goro_semaphore_release(&sem, 1);
  return NULL;
}

static void test_WeightedDoesntBlockIfTooBig(void) {
  goro_semaphore_init(&sem, 2);
  goro_context *ctx = goro_context_with_cancel(bg());
  goro_waitgroup_go(&wg, acquire_three, ctx);
  goro_errgroup g;
  goro_context *gctx = goro_errgroup_with_context(&g, bg());
  for (int i = 0; i < 6; i++) goro_errgroup_go(&g, acquire_release, gctx);
  CHECK(goro_errgroup_wait(&g) == NULL);
  goro_context_cancel(ctx);
  goro_waitgroup_wait(&wg);
  goro_errgroup_free(&g);
  goro_context_release(ctx);
}

/* ---- first come, first served ---- */

static uint32_t running; /* atomic */

static void releases_and_acquires(void *unused) {
  (void)unused;
  while (Load(&running)) {
    goro__Gosched();
    goro_semaphore_release(&sem, 1);
    goro_semaphore_acquire(&sem, bg(), 1);
  }
  goro_semaphore_release(&sem, 1);
}

static void test_LargeAcquireDoesntStarve(void) {
  goro_semaphore_init(&sem, UNITS);
  Store(&running, 1);
  for (int i = 0; i < UNITS; i++) {
    goro_semaphore_acquire(&sem, bg(), 1);
    goro_waitgroup_go(&wg, releases_and_acquires, NULL);
  }
  CHECK(goro_semaphore_acquire(&sem, bg(), UNITS) == NULL);
  Store(&running, 0);
  goro_semaphore_release(&sem, UNITS);
  goro_waitgroup_wait(&wg);
  CHECK(INNER(&sem)->cur == 0);
}

static void acquire_all(void *ctx) {
  goro_error *err = goro_semaphore_acquire(&sem, ctx, 10);
  CHECK(err == goro_context_canceled);
}

static void cancel(void *ctx) { goro_context_cancel(ctx); }

/* Go's TestAllocCancelDoesntStarve. */
static void test_AllocCancelDoesntStarve(void) {
  goro_semaphore_init(&sem, 10);
  goro_semaphore_acquire(&sem, bg(), 1);
  goro_context *ctx = goro_context_with_cancel(bg());
  goro_waitgroup_go(&wg, acquire_all, ctx);
  while (goro_semaphore_try_acquire(&sem, 1)) {
    goro_semaphore_release(&sem, 1);
    goro__Gosched();
  }
  goro_waitgroup_go(&wg, cancel, ctx);
  CHECK(goro_semaphore_acquire(&sem, bg(), 1) == NULL);
  goro_semaphore_release(&sem, 1);
  goro_waitgroup_wait(&wg);
  goro_context_release(ctx);
}

static void cancel_and_release(void *ctx) {
  while (goro_semaphore_try_acquire(&sem, 1)) {
    goro_semaphore_release(&sem, 1);
    goro__Gosched();
  }
  goro_context_cancel(ctx);
  goro_semaphore_release(&sem, 1);
}

static void test_WeightedAcquireCanceled(void) {
  goro_semaphore_init(&sem, 2);
  goro_context *ctx = goro_context_with_cancel(bg());
  goro_semaphore_acquire(&sem, bg(), 1);
  goro_waitgroup_go(&wg, cancel_and_release, ctx);
  CHECK(goro_semaphore_acquire(&sem, ctx, 2) == goro_context_canceled);
  goro_waitgroup_wait(&wg);
  CHECK(goro_semaphore_try_acquire(&sem, 2));
  goro_semaphore_release(&sem, 2);
  CHECK(goro_semaphore_acquire(&sem, ctx, 1) == goro_context_canceled);
  goro_context_release(ctx);
}

static void acquire_and_note(void *c) {
  int64_t n = (intptr_t)c - '0';
  CHECK(goro_semaphore_acquire(&sem, bg(), n) == NULL);
  unit_note((int)(intptr_t)c);
}

/* Waiters are served in their order, as many as fit. */
static void test_order(void) {
  goro_semaphore_init(&sem, 3);
  goro_semaphore_acquire(&sem, bg(), 3);
  for (const char *n = "1213"; *n; n++) {
    struct g *gp = unit_go(acquire_and_note, (void *)(intptr_t)*n);
    UNIT_UNTIL(unit_waits(gp, waitReasonSelect));
  }
  goro_semaphore_release(&sem, 1);
  UNIT_UNTIL(Load(&unit_nlog) == 1);
  goro_semaphore_release(&sem, 2);
  UNIT_UNTIL(Load(&unit_nlog) == 2);
  goro_semaphore_release(&sem, 1);
  UNIT_UNTIL(Load(&unit_nlog) == 3);
  CHECK(!goro_semaphore_try_acquire(&sem, 0)); /* one waits */
  goro_semaphore_release(&sem, 3);
  UNIT_UNTIL(Load(&unit_nlog) == 4);
  CHECK(unit_said("1213"));
  UNIT_UNTIL(goro__gcount() == 1);
}

int main(void) {
  test_Weighted();
  test_WeightedPanic();
  test_WeightedTryAcquire();
  test_WeightedAcquire();
  test_WeightedDoesntBlockIfTooBig();
  test_LargeAcquireDoesntStarve();
  test_AllocCancelDoesntStarve();
  test_WeightedAcquireCanceled();
  test_order();
  UNIT_UNTIL(goro__gcount() == 1);
  return unit_pass();
}
