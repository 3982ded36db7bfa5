/* scope_test.c: the macros of goro_scope.h.  A letter is noted for each thing
 * that happens, and the order is compared. */
#include "api/goro_scope.h"

#include "unit.h"

static void *name(int c) { return (void *)(intptr_t)c; }
static void note(void *c) { unit_note((int)(intptr_t)c); }
static void alone(void) { UNIT_UNTIL(goro__gcount() == 1); }

static void check_clean(void) {
  struct g *gp = getg();
  CHECK(!gp->_panic && !gp->_defer && !gp->frame);
}

/* Use stack where a block that is gone had its records. */
static GORO_NOINLINE int overwrite(int n) {
  volatile char frame[512];
  memset((char *)frame, n, sizeof frame);
  return n > 0 ? overwrite(n - 1) + frame[n] : frame[0];
}

/* ---- the ways out of a block ---- */

static int leaves(int how) {
  GORO_DEFER(note, name('f'));
  for (int i = 0; i < 3; i++) {
    GORO_DEFER(note, name('a' + i));
    GORO_DEFER(note, name('1' + i));
    if (how == 1 && i == 1) break;
    if (how == 2 && i == 1) return 2;
    if (how == 3 && i == 1) goto out;
    if (how == 4 && i == 1) continue;
    unit_note('.');
  }
  unit_note('e');
out:
  unit_note('o');
  return 0;
}

static void test_ways_out(void) {
  static const char *const want[] = {
      ".1a.2b.3ceof", ".1a2beof", ".1a2bf", ".1a2bof", ".1a2b.3ceof",
  };
  for (int how = 0; how < 5; how++) {
    CHECK(leaves(how) == (how == 2 ? 2 : 0));
    CHECK(unit_said(want[how]));
    check_clean();
  }
}

static void test_contexts(void) {
  goro_context *ctx = goro_context_with_cancel(goro_context_background());
  {
    GORO_DEFER(goro_context_cancel, ctx);
    CHECK(!goro_context_err(ctx));
  }
  CHECK(goro_context_err(ctx) == goro_context_canceled);
  goro_error *err = goro_error_retain(goro_error_new("counted"));
  {
    GORO_DEFER(goro_error_release, err);
  }
  goro_error_release(err);
  goro_context_release(ctx);
}

static void test_evaluated_at_defer(void) {
  {
    int v = 'a';
    GORO_DEFER(note, name(v++));
    GORO_DEFER(note, name(v++));
    unit_note(v);
  }
  CHECK(unit_said("cba"));
}

static void defers_and_parks(void *unused) {
  (void)unused;
  GORO_DEFER(note, name('d'));
  goro_gosched();
  unit_note('c');
}

static void test_calls_are_frames(void) {
  {
    GORO_DEFER(defers_and_parks, NULL);
    goro_gosched();
    unit_note('b');
  }
  CHECK(unit_said("bcd"));
}

/* ---- panics ---- */

static void panics(void *msg) { goro_panic(msg); }

static void recovers(void *unused) {
  const char *msg = goro_recover();
  (void)unused;
  unit_note(msg ? msg[0] : '-');
  overwrite(20);
}

static void plain_in_between(void) {
  GORO_DEFER(note, name('4'));
  GORO_DEFER(recovers, NULL);
  {
    GORO_DEFER(note, name('3'));
    goro_panic("p");
  }
}

/* The records of the outer blocks are in frames that the recover cuts off. */
static void outer_blocks(void *unused) {
  (void)unused;
  goro_defer(note, name('8'));
  GORO_DEFER(note, name('7'));
  {
    GORO_DEFER(note, name('6'));
    goro_defer(note, name('5'));
    plain_in_between();
    unit_note('!');
  }
}

static void test_recovered(void) {
  CHECK(!goro_call(outer_blocks, NULL));
  CHECK(unit_said("3p45678"));
  check_clean();
  overwrite(20);
}

static void panics_at_end(void *unused) {
  (void)unused;
  GORO_DEFER(recovers, NULL);
  {
    GORO_DEFER(note, name('2'));
    GORO_DEFER(panics, "q");
    unit_note('1');
  }
  unit_note('!');
}

static void test_panic_at_end(void) {
  CHECK(!goro_call(panics_at_end, NULL));
  CHECK(unit_said("12q"));
  check_clean();
}

/* One of the calls that a recover leaves to be run panics, and is recovered. */
static void panics_again(void *unused) {
  (void)unused;
  GORO_DEFER(note, name('3'));
  GORO_DEFER(recovers, NULL);
  GORO_DEFER(panics, "r");
  GORO_DEFER(recovers, NULL);
  goro_panic("q");
}

static void test_panics_again(void) {
  CHECK(!goro_call(panics_again, NULL));
  CHECK(unit_said("qr3"));
  check_clean();
}

static void exits(void *unused) {
  (void)unused;
  GORO_DEFER(note, name('3'));
  GORO_DEFER(recovers, NULL);
  {
    GORO_DEFER(note, name('1'));
    goro_goexit();
  }
}

static void recovers_then_exits(void *unused) {
  GORO_DEFER(note, name('4'));
  GORO_DEFER(recovers, NULL);
  GORO_DEFER(panics, "s");
  exits(unused);
}

static void test_goexit(void) {
  goro_go(exits, NULL);
  alone();
  CHECK(unit_said("1-3"));
  goro_go(recovers_then_exits, NULL);
  alone();
  CHECK(unit_said("1-3s4"));
}

/* ---- scopes ---- */

static void defer_letters(int n) {
  for (int i = 0; i < n; i++) goro_defer(note, name('a' + i));
}

static int scopes(int how) {
  goro_defer(note, name('z'));
  GORO_SCOPE {
    defer_letters(2);
    GORO_DEFER(note, name('1'));
    GORO_SCOPE { defer_letters(3); }
    unit_note('.');
    if (how == 1) break;
    if (how == 2) return 2;
    if (how == 3) goro_panic("p");
    goro_defer(note, name('d'));
    unit_note('e');
  }
  unit_note('o');
  return 0;
}

static void call_scopes(void *how) { scopes((int)(intptr_t)how); }

static void recover_scopes(void *how) {
  goro_defer(recovers, NULL);
  call_scopes(how);
}

static void test_scopes(void) {
  static const char *const want[] = {"cba.e1dbaoz", "cba.1baoz", "cba.1baz",
                                     "cba.1bazp"};
  for (intptr_t how = 0; how < 3; how++) {
    CHECK(goro_call(call_scopes, (void *)how));
    CHECK(unit_said(want[how]));
  }
  CHECK(!goro_call(recover_scopes, (void *)3));
  CHECK(unit_said(want[3]));
  check_clean();
}

/* ---- locks, and the other functions of goro.h ---- */

static goro_mutex mu;
static goro_rwmutex rw;

static bool mutex_free(void) {
  bool free = goro_mutex_try_lock(&mu);
  if (free) goro_mutex_unlock(&mu);
  return free;
}

static bool rwmutex_free(void) {
  bool free = goro_rwmutex_try_lock(&rw);
  if (free) goro_rwmutex_unlock(&rw);
  return free;
}

static int locked(int how) {
  GORO_WITH_LOCK(&mu) {
    CHECK(!mutex_free());
    goro_gosched();
    GORO_WITH_LOCK(&rw) {
      CHECK(!goro_rwmutex_try_rlock(&rw));
      if (how == 1) return 1;
      if (how == 2) goro_panic("locked");
      if (how == 3) goro_goexit();
    }
    CHECK(rwmutex_free() && !mutex_free());
    if (how == 4) break;
    GORO_WITH_RLOCK(&rw) {
      CHECK(goro_rwmutex_try_rlock(&rw) && !goro_rwmutex_try_lock(&rw));
      goro_rwmutex_runlock(&rw);
    }
  }
  return 0;
}

static void call_locked(void *how) { locked((int)(intptr_t)how); }

static void test_locks(void) {
  for (int how = 0; how < 5; how++) {
    if (how == 2)
      CHECK(!goro_try(call_locked, (void *)(intptr_t)how, NULL));
    else if (how == 3)
      goro_go(call_locked, (void *)(intptr_t)how);
    else
      CHECK(locked(how) == (how == 1));
    alone();
    CHECK(mutex_free() && rwmutex_free());
  }
}

static int counted;

static void count(void *unused) {
  (void)unused;
  for (int i = 0; i < 100; i++) {
    GORO_WITH_LOCK(&mu) {
      counted++;
      if (i % 10 == 0) goro_gosched();
    }
  }
}

static void test_exclusion(void) {
  goro_waitgroup wg = {0};
  for (int i = 0; i < 4; i++) goro_waitgroup_go(&wg, count, NULL);
  goro_waitgroup_wait(&wg);
  CHECK(counted == 400);
}

static void typed(void *arg) {
  goro_chan *c = arg;
  goro_waitgroup wg = {0};
  goro_waitgroup_add(&wg, 1);
  {
    GORO_DEFER(goro_waitgroup_wait, &wg);
    GORO_DEFER(goro_waitgroup_done, &wg);
    goro_mutex_lock(&mu);
    GORO_DEFER(goro_mutex_unlock, &mu);
    GORO_DEFER(goro_chan_close, c);
  }
  GORO_DEFER(goro_chan_close, c);
}

static void test_typed(void) {
  goro_panic_info info;
  goro_chan *c = goro_chan_make(0, 0);
  CHECK(!goro_try(typed, c, &info));
  CHECK(strcmp(info.msg, "close of closed channel") == 0);
  CHECK(mutex_free());
  goro_chan_free(c);
  check_clean();
}

/* The record is a variable of the block: nothing is allocated. */
static void test_allocates_nothing(void) {
  os_fail_alloc_at = 1000000;
  for (int i = 0; i < 10; i++) {
    GORO_DEFER(unit_nothing, NULL);
    GORO_SCOPE {
      GORO_WITH_LOCK(&mu) { GORO_DEFER(unit_nothing, NULL); }
    }
    goro_try(unit_nothing, NULL, NULL);
  }
  CHECK(os_fail_alloc_at == 1000000 || !unit_one_m());
  os_fail_alloc_at = 0;
}

/* ---- recover with Go's rule ---- */

static void note_msg(const char *msg) { unit_note(msg ? msg[0] : '-'); }

GORO_DEFERRED(exact, unused) {
  goro_panic_info info;
  note_msg(GORO_RECOVER());
  CHECK(!GORO_RECOVER_INFO(&info));
}

GORO_DEFERRED(exact_info, value) {
  goro_panic_info info;
  CHECK(GORO_RECOVER_INFO(&info) && info.value == value);
  note_msg(info.msg);
}

static void calls_exact(void *unused) { exact(unused); }

GORO_DEFERRED(recursive, n) {
  if (n) recursive(NULL);
  note_msg(n ? NULL : GORO_RECOVER());
}

GORO_DEFERRED(in_frame, unused) {
  goro_call(calls_exact, NULL);
  goro_call(exact, NULL);
  GORO_DEFER(exact, NULL);
}

static void panics_exact(void *value) {
  goro_defer(exact, NULL);
  goro_defer(exact_info, value);
  goro_defer(calls_exact, NULL);
  GORO_DEFER(recursive, name('r'));
  GORO_DEFER(in_frame, NULL);
  goro_panic_value("x", value);
}

static void test_exact(void) {
  exact(NULL);
  CHECK(goro_call(calls_exact, NULL) && goro_call(exact, NULL));
  CHECK(unit_said("---"));
  CHECK(!goro_call(panics_exact, &mu));
  CHECK(unit_said("------x-"));
  check_clean();
}

static void tries(void *msg) {
  goro_panic_info info;
  CHECK(!goro_try(panics, msg, &info));
  note_msg(info.msg);
}

/* A panic that is recovered inside leaves the one outside as it was. */
static void tries_deferred(void *unused) {
  (void)unused;
  GORO_DEFER(recovers, NULL);
  GORO_DEFER(tries, "i");
  goro_panic("o");
}

static void test_try(void) {
  tries("t");
  CHECK(!goro_call(tries_deferred, NULL));
  CHECK(goro_try(note, name('n'), NULL));
  CHECK(unit_said("tion"));
  check_clean();
}

int main(void) {
  test_ways_out();
  test_contexts();
  test_evaluated_at_defer();
  test_calls_are_frames();
  test_recovered();
  test_panic_at_end();
  test_panics_again();
  test_goexit();
  test_scopes();
  test_locks();
  test_exclusion();
  test_typed();
  test_allocates_nothing();
  test_exact();
  test_try();
  return unit_pass();
}
