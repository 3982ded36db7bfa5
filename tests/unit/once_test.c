/* once_test.c: sync.Once. */
#include "unit.h"

#include "lib/sync/sync.h"

static struct Once once;
static uint32_t calls, returned;
static bool finished; /* the call is over */

/* Slow enough that all others come while it runs. */
static void initialize(void *unused) {
  (void)unused;
  Xadd(&calls, 1);
  for (int i = 0; i < 20; i++) goro__Gosched();
  finished = true;
}

static void contender(void *unused) {
  (void)unused;
  goro__Once_Do(&once, initialize, NULL);
  CHECK(finished);
  Xadd(&returned, 1);
}

static void test_contention(void) {
  enum { n = 10 };
  for (int i = 0; i < n; i++) unit_go(contender, NULL);
  UNIT_UNTIL(Load(&calls) == 1);
  UNIT_UNTIL(Load(&returned) == n);
  CHECK(calls == 1 && once.done == 1 && once.m.state == 0);
  goro__Once_Do(&once, initialize, NULL);
  CHECK(calls == 1);
}

/* Other functions, same Once: not called. */
static void note(void *name) { unit_note((int)(intptr_t)name); }

static void test_another_function(void) {
  struct Once o = {0};
  goro__Once_Do(&o, note, (void *)(intptr_t)'a');
  goro__Once_Do(&o, note, (void *)(intptr_t)'b');
  CHECK(unit_said("a"));
}

/* A panic counts as done, goes on, and leaves nothing locked. */
static void fail(void *unused) {
  (void)unused;
  unit_note('f');
  goro__gopanic("failed", NULL, false);
}

static void do_fail(void *o) { goro__Once_Do(o, fail, NULL); }

static void test_panic(void) {
  struct Once o = {0};
  CHECK(unit_panics(do_fail, &o, "failed"));
  CHECK(o.done == 1 && o.m.state == 0);
  CHECK(unit_panics(do_fail, &o, ""));
  CHECK(unit_said("f"));
}

/* So does Goexit. */
static struct Once exit_once;

static void quit(void *unused) {
  (void)unused;
  unit_note('q');
  goro__Goexit();
}

static void do_quit(void *unused) {
  (void)unused;
  goro__Once_Do(&exit_once, quit, NULL);
  unit_note('!');
}

static void test_goexit(void) {
  unit_go(do_quit, NULL);
  UNIT_UNTIL(goro__gcount() == 1);
  goro__Once_Do(&exit_once, quit, NULL);
  CHECK(unit_said("q"));
  UNIT_UNTIL(Load(&exit_once.m.state) == 0); /* unlocked after that */
  CHECK(exit_once.done == 1);
}

/* A deferred call of the function runs before Do is over; one that recovers
 * makes Do return normally. */
static void check_not_done(void *o) {
  CHECK(((struct Once *)o)->done == 0);
  unit_note(goro__gorecover() != NULL ? 'r' : '-');
}

static void fail_and_recover(void *o) {
  goro__deferproc(check_not_done, o);
  goro__gopanic("inside", NULL, false);
}

static void test_recover_inside(void) {
  struct Once o = {0};
  goro__Once_Do(&o, fail_and_recover, &o);
  CHECK(unit_said("r"));
  CHECK(o.done == 1 && o.m.state == 0);
}

int main(void) {
  test_contention();
  test_another_function();
  test_panic();
  test_goexit();
  test_recover_inside();
  return unit_pass();
}
