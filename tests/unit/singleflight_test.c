/* singleflight_test.c: one does the work for all who ask.
 *
 * Translated from golang.org/x/sync/singleflight/singleflight_test.go; the
 * functions have Go's names.
 *
 * Copyright 2013 The Go Authors. All rights reserved.
 * Use of this source code is governed by a BSD-style license that can be found
 * in the LICENSE-GO file of tests/go.
 */
#include "unit.h"

#include "api/goro.h"
#include "lib/xsync/xsync.h"

#define INNER(g) ((struct flightGroup *)(g))

typedef goro_singleflight_result result;

static goro_error someErr = GORO_ERROR("Some error");
static goro_singleflight g;
static goro_waitgroup wg;
static uint32_t calls; /* atomic */

/* ---- results ---- */

static goro_error *bar(void *unused, void **val) {
  (void)unused;
  *val = "bar";
  return NULL;
}

static goro_error *fails(void *unused, void **val) {
  (void)unused;
  (void)val;
  return &someErr;
}

static void test_Do(void) {
  result r = goro_singleflight_do(&g, "key", bar, NULL);
  CHECK(strcmp(r.val, "bar") == 0 && !r.err && !r.shared);
  r = goro_singleflight_do(&g, "key", fails, NULL);
  CHECK(!r.val && r.err == &someErr && !r.shared);
  goro_chan *c = goro_singleflight_do_chan(&g, "key", bar, NULL);
  CHECK(goro_chan_recv(c, &r));
  CHECK(strcmp(r.val, "bar") == 0 && !r.err && !r.shared);
  goro_chan_free(c);
}

/* ---- many at once ---- */

enum { N = 10 };
static goro_chan *gate; /* buffered */

static goro_error *pump(void *unused, void **val) {
  (void)unused;
  Xadd(&calls, 1);
  goro_chan_recv(gate, val);
  goro_chan_send(gate, val); /* for a call after this one */
  return goro_error_new("counted");
}

static uint32_t shares; /* atomic */

static void asks(void *unused) {
  (void)unused;
  result r = goro_singleflight_do(&g, "key", pump, NULL);
  CHECK(strcmp(r.val, "bar") == 0 && strcmp(r.err->text, "counted") == 0);
  if (r.shared) Xadd(&shares, 1);
  goro_error_release(r.err);
}

/* Wait until n have joined the call under way. */
static void until_joined(uint32_t n) {
  for (bool all = false; !all; goro__Gosched()) {
    goro__Mutex_Lock(&INNER(&g)->mu);
    for (uint32_t i = 0; i < INNER(&g)->nbuckets; i++)
      if (INNER(&g)->buckets[i]) all = INNER(&g)->buckets[i]->dups == n;
    goro__Mutex_Unlock(&INNER(&g)->mu);
  }
}

static void test_DoDupSuppress(void) {
  char *v = "bar";
  gate = goro_chan_make(sizeof(void *), 1);
  Store(&calls, 0);
  for (int i = 0; i < N; i++) goro_waitgroup_go(&wg, asks, NULL);
  until_joined(N - 1);
  goro_chan_send(gate, &v);
  goro_waitgroup_wait(&wg);
  CHECK(Load(&calls) == 1 && Load(&shares) == N);
  goro_chan_recv(gate, NULL);
  goro_chan_free(gate);
}

/* ---- Forget ---- */

static goro_error *wait_for(void *c, void **val) {
  goro_chan_recv(c, NULL);
  *val = c;
  return NULL;
}

static goro_error *not_called(void *unused, void **val) {
  (void)unused, (void)val;
  CHECK(!"called");
  return NULL;
}

static void test_Forget(void) {
  goro_chan *first = goro_chan_make(0, 0), *second = goro_chan_make(0, 0);
  goro_chan *r1 = goro_singleflight_do_chan(&g, "key", wait_for, first);
  goro_singleflight_forget(&g, "key");
  goro_singleflight_forget(&g, "key");
  goro_chan *r2 = goro_singleflight_do_chan(&g, "key", wait_for, second);
  CHECK(INNER(&g)->ncalls == 2); /* the forgotten one is under way */
  result r;
  goro_chan_close(first);
  goro_chan_recv(r1, &r);
  CHECK(r.val == first && !r.shared);
  goro_chan *r3 = goro_singleflight_do_chan(&g, "key", not_called, NULL);
  goro_chan_close(second);
  goro_chan_recv(r3, &r);
  CHECK(r.val == second && r.shared);
  goro_chan_recv(r2, &r);
  CHECK(r.val == second && r.shared);
  goro_chan *all[] = {first, second, r1, r2, r3};
  for (int i = 0; i < 5; i++) goro_chan_free(all[i]);
}

/* ---- panics and Goexit ---- */

static int panic_value;
static uint32_t panics, ended; /* atomic */

static goro_error *panic_late(void *unused, void **val) {
  (void)unused, (void)val;
  until_joined(N - 1);
  goro_panic_value("in flight", &panic_value);
  return NULL;
}

static void recovers(void *unused) {
  (void)unused;
  void *value;
  const char *msg = goro_recover_value(&value);
  if (msg && strcmp(msg, "in flight") == 0 && value == &panic_value)
    Xadd(&panics, 1);
}

static void asks_for_panic(void *unused) {
  goro_defer(recovers, NULL);
  goro_singleflight_do(&g, "panic", panic_late, unused);
  CHECK(!"returned");
}

static void test_PanicDo(void) {
  for (int i = 0; i < N; i++) goro_waitgroup_go(&wg, asks_for_panic, NULL);
  goro_waitgroup_wait(&wg);
  CHECK(Load(&panics) == N);
}

static goro_error *exit_late(void *unused, void **val) {
  (void)unused, (void)val;
  until_joined(N); /* the channel, too */
  goro_goexit();
  return NULL;
}

static void has_ended(void *unused) {
  (void)unused;
  CHECK(goro_recover() == NULL);
  Xadd(&ended, 1);
}

static void asks_for_exit(void *unused) {
  goro_defer(has_ended, NULL);
  goro_singleflight_do(&g, "exit", exit_late, unused);
  CHECK(!"returned");
}

static void test_GoexitDo(void) {
  for (int i = 0; i < N; i++) goro_waitgroup_go(&wg, asks_for_exit, NULL);
  until_joined(N - 1);
  goro_chan *c = goro_singleflight_do_chan(&g, "exit", not_called, NULL);
  goro_waitgroup_wait(&wg);
  CHECK(Load(&ended) == N);
  CHECK(!goro_chan_try_recv(c, NULL, NULL)); /* nothing ever comes */
  goro_chan_free(c);
}

static void recovers_all(void *unused) {
  (void)unused;
  CHECK(goro_recover());
}

static void panics_too(void *unused) {
  (void)unused;
  goro_panic("while exiting");
}

static goro_error *exit_panicking(void *recover, void **val) {
  (void)val;
  if (recover) goro_defer(recovers_all, NULL);
  goro_defer(panics_too, NULL);
  until_joined(1);
  goro_goexit();
  return NULL;
}

static void asks_for_exit_panicking(void *recover) {
  goro_defer(has_ended, NULL);
  goro_singleflight_do(&g, "exit", exit_panicking, recover);
  CHECK(!"returned");
}

/* A panic does not end a Goexit, recovered by f or not. */
static void test_exitPanicking(void *recover, bool chan) {
  goro_chan *c = NULL;
  Store(&ended, 0);
  if (chan)
    c = goro_singleflight_do_chan(&g, "exit", exit_panicking, recover);
  else
    goro_waitgroup_go(&wg, asks_for_exit_panicking, recover);
  goro_waitgroup_go(&wg, asks_for_exit_panicking, recover);
  goro_waitgroup_wait(&wg);
  CHECK(Load(&ended) == (chan ? 1 : 2));
  result r = goro_singleflight_do(&g, "exit", bar, NULL);
  CHECK(strcmp(r.val, "bar") == 0 && !r.shared);
  CHECK(!goro_chan_try_recv(c, NULL, NULL));
  goro_chan_free(c);
}

static goro_error *recovered(void *unused, void **val) {
  goro_defer(recovers_all, unused);
  *val = "before";
  goro_panic("its own");
  return &someErr;
}

static goro_error *runtime_error(void *unused, void **val) {
  (void)unused, (void)val;
  goro_runtime_error("index out of range");
  return NULL;
}

static void do_runtime_error(void *unused) {
  goro_singleflight_do(&g, "key", runtime_error, unused);
}

/* What f recovers itself is no panic of the call. */
static void test_recovered(void) {
  result r = goro_singleflight_do(&g, "key", recovered, NULL);
  CHECK(!r.err && strcmp(r.val, "before") == 0);
  CHECK(
      unit_panics(do_runtime_error, NULL, "runtime error: index out of range"));
}

/* ---- the table ---- */

static void test_keys(int n) {
  goro_chan *open = goro_chan_make(0, 0);
  goro_chan **c = goro__mallocz((size_t)n * sizeof *c);
  char key[] = "key 0000";
  for (int i = 0; i < n; i++) {
    for (int j = 0, k = i; j < 4; j++, k /= 10)
      key[7 - j] = (char)('0' + k % 10);
    c[i] = goro_singleflight_do_chan(&g, key, wait_for, open);
  }
  CHECK(INNER(&g)->ncalls == (uint32_t)n && INNER(&g)->nbuckets >= (uint32_t)n);
  goro_singleflight_forget(&g, "key 0003");
  goro_singleflight_forget(&g, "no such key");
  CHECK(INNER(&g)->ncalls == (uint32_t)n);
  goro_chan_close(open);
  for (int i = 0; i < n; i++) {
    result r;
    goro_chan_recv(c[i], &r);
    CHECK(r.val == open && !r.shared);
    goro_chan_free(c[i]);
  }
  goro_chan_free(open);
  os_free(c);
}

int main(void) {
  goro_singleflight_forget(&g, "key");
  test_Do();
  test_DoDupSuppress();
  test_Forget();
  test_PanicDo();
  test_GoexitDo();
  for (int i = 0; i < 4; i++) test_exitPanicking(i & 1 ? &g : NULL, i & 2);
  test_recovered();
  test_keys(unit_much(1000, 20));
  UNIT_UNTIL(goro__gcount() == 1);
  CHECK(INNER(&g)->ncalls == 0);
  goro_singleflight_free(&g);
  CHECK(INNER(&g)->nbuckets == 0);
  return unit_pass();
}
