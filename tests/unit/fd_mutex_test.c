/* Copyright 2013 The Go Authors. All rights reserved.
 * Use of this source code is governed by a BSD-style license: see LICENSE.
 *
 * fd_mutex_test.c: translated from Go's internal/poll/fd_mutex_test.go.
 */
#include "unit.h"

#include "lib/poll/fd_mutex.h"

static bool rwlock(struct fdMutex *mu, bool read) {
  bool last;
  bool locked = goro__fdMutex_rwlock(mu, read, &last);
  CHECK(!last);
  return locked;
}

static void alone(void) { UNIT_UNTIL(goro__gcount() == 1); }

static void test_MutexLock(void) {
  struct fdMutex mu = {0};
  CHECK(goro__fdMutex_incref(&mu) && !goro__fdMutex_decref(&mu));
  for (int read = 0; read < 2; read++) {
    CHECK(rwlock(&mu, read));
    CHECK(!goro__fdMutex_rwunlock(&mu, read));
  }
  CHECK(mu.state == 0);
}

static void test_MutexClose(void) {
  struct fdMutex mu = {0};
  CHECK(goro__fdMutex_increfAndClose(&mu));
  CHECK(!goro__fdMutex_incref(&mu));
  CHECK(!rwlock(&mu, true) && !rwlock(&mu, false));
  CHECK(!goro__fdMutex_increfAndClose(&mu));
  CHECK(goro__fdMutex_decref(&mu));
}

/* ---- who waits for the lock ---- */

static struct fdMutex shared;
static uint32_t refused, got; /* atomic */

static void locks(void *read) {
  if (!rwlock(&shared, read != NULL)) {
    Xadd(&refused, 1);
    return;
  }
  Xadd(&got, 1);
  CHECK(!goro__fdMutex_rwunlock(&shared, read != NULL));
}

static void start4(bool read) {
  shared = (struct fdMutex){0};
  refused = got = 0;
  CHECK(rwlock(&shared, read));
  struct g *gp[4];
  for (int i = 0; i < 4; i++) gp[i] = unit_go(locks, read ? &shared : NULL);
  for (int i = 0; i < 4; i++)
    UNIT_UNTIL(unit_waits(gp[i], waitReasonSemacquire));
  CHECK(Load(&refused) == 0 && Load(&got) == 0);
}

static void test_MutexCloseUnblock(void) {
  for (int read = 0; read < 2; read++) {
    start4(read);
    CHECK(goro__fdMutex_increfAndClose(&shared));
    alone();
    CHECK(Load(&refused) == 4 && Load(&got) == 0);
    CHECK(!goro__fdMutex_decref(&shared));
    CHECK(goro__fdMutex_rwunlock(&shared, read));
  }
}

/* One after the other gets it. */
static void test_unlock_wakes(void) {
  for (int read = 0; read < 2; read++) {
    start4(read);
    CHECK(!goro__fdMutex_rwunlock(&shared, read));
    alone();
    CHECK(Load(&refused) == 0 && Load(&got) == 4);
    CHECK(shared.state == 0);
  }
}

/* Reading and writing do not wait for each other. */
static void test_independent(void) {
  struct fdMutex mu = {0};
  CHECK(rwlock(&mu, true) && rwlock(&mu, false));
  CHECK(!goro__fdMutex_rwunlock(&mu, true));
  CHECK(goro__fdMutex_increfAndClose(&mu));
  CHECK(!goro__fdMutex_decref(&mu) && goro__fdMutex_rwunlock(&mu, false));
}

/* ---- stress ---- */

enum { P = 8 };
static uint64_t readState[2], writeState[2]; /* under the lock */

static void one_of(uint32_t what) {
  uint64_t *s = what == 1 ? readState : writeState;
  if (what == 0) {
    CHECK(goro__fdMutex_incref(&shared) && !goro__fdMutex_decref(&shared));
    return;
  }
  CHECK(rwlock(&shared, what == 1));
  CHECK(s[0] == s[1]);
  s[0]++;
  goro__Gosched();
  s[1]++;
  CHECK(!goro__fdMutex_rwunlock(&shared, what == 1));
}

static void stresses(void *seed) {
  uint32_t r = (uint32_t)(uintptr_t)seed;
  for (int i = unit_much(300, 10); i > 0; i--) {
    r = r * 1664525u + 1013904223u;
    one_of((r >> 16) % 3);
  }
}

static void test_MutexStress(void) {
  shared = (struct fdMutex){0};
  for (uintptr_t p = 0; p < P; p++) unit_go(stresses, (void *)(p * 77 + 1));
  alone();
  CHECK(goro__fdMutex_increfAndClose(&shared));
  CHECK(goro__fdMutex_decref(&shared));
}

int main(void) {
  test_MutexLock();
  test_MutexClose();
  test_MutexCloseUnblock();
  test_unlock_wakes();
  test_independent();
  test_MutexStress();
  return unit_pass();
}
