/* waitgroup_test.c: sync.WaitGroup. */
#include "unit.h"

#include "lib/sync/sync.h"

enum { n = 16 };

static struct WaitGroup wg1, wg2;
static uint32_t exited;

static void barrier(void *unused) {
  (void)unused;
  goro__WaitGroup_Done(&wg1);
  goro__WaitGroup_Wait(&wg2);
  Xadd(&exited, 1);
}

/* All reach the barrier; nobody leaves before the last Done; reused often. */
static void test_barrier(void) {
  Store(&exited, 0);
  goro__WaitGroup_Add(&wg1, n);
  goro__WaitGroup_Add(&wg2, n);
  for (int i = 0; i < n; i++) unit_go(barrier, NULL);
  goro__WaitGroup_Wait(&wg1);
  for (int i = 0; i < n; i++) {
    CHECK(Load(&exited) == 0);
    goro__WaitGroup_Done(&wg2);
    if (i < n - 1) goro__Gosched();
  }
  UNIT_UNTIL(Load(&exited) == n);
  CHECK(wg1.state == 0 && wg1.sema == 0);
  CHECK(wg2.state == 0 && wg2.sema == 0);
}

/* Without tasks Wait returns at once. */
static void test_empty(void) {
  struct WaitGroup wg = {0};
  goro__WaitGroup_Wait(&wg);
  goro__WaitGroup_Add(&wg, 2);
  goro__WaitGroup_Add(&wg, -2);
  goro__WaitGroup_Wait(&wg);
  goro__WaitGroup_Add(&wg, 0);
  CHECK(wg.state == 0);
}

static void wait_and_note(void *wg) {
  goro__WaitGroup_Wait(wg);
  unit_note('w');
}

static void test_reason(void) {
  struct WaitGroup wg = {0};
  goro__WaitGroup_Add(&wg, 1);
  struct g *gp = unit_go(wait_and_note, &wg);
  UNIT_UNTIL(unit_parked(gp));
  CHECK(gp->waitreason == waitReasonSyncWaitGroupWait);
  CHECK(wg.state == (1ULL << 32 | 1));
  goro__WaitGroup_Done(&wg);
  UNIT_UNTIL(Load(&unit_nlog) == 1);
  CHECK(unit_said("w"));
}

/* ---- misuse ---- */

static void done(void *wg) { goro__WaitGroup_Done(wg); }
static void add_one(void *wg) { goro__WaitGroup_Add(wg, 1); }
static void wait(void *wg) { goro__WaitGroup_Wait(wg); }

static void test_negative(void) {
  struct WaitGroup wg = {0};
  goro__WaitGroup_Add(&wg, 1);
  goro__WaitGroup_Done(&wg);
  CHECK(unit_panics(done, &wg, "sync: negative WaitGroup counter"));
}

/* A counter of 0 with waiters is what an Add finds that races with Wait. */
static void test_add_with_wait(void) {
  struct WaitGroup wg = {.state = 1};
  CHECK(unit_panics(add_one, &wg,
                    "sync: WaitGroup misuse: Add called concurrently with "
                    "Wait"));
}

/* Reused by the goroutine that released it, before the waiter could run. */
static struct WaitGroup reused;

static void wait_reused(void *unused) {
  (void)unused;
  CHECK(unit_panics(wait, &reused,
                    "sync: WaitGroup is reused before previous Wait has "
                    "returned"));
  unit_note('p');
}

static void test_reuse_too_early(void) {
  if (!unit_one_m()) return;
  goro__WaitGroup_Add(&reused, 1);
  struct g *gp = unit_go(wait_reused, NULL);
  UNIT_UNTIL(unit_parked(gp));
  goro__WaitGroup_Done(&reused);
  goro__WaitGroup_Add(&reused, 1);
  UNIT_UNTIL(Load(&unit_nlog) == 1);
  CHECK(unit_said("p"));
}

/* ---- Go ---- */

static struct WaitGroup tasks;

static void task(void *name) {
  goro__Gosched();
  unit_note((int)(intptr_t)name);
}

static void exiting_task(void *name) {
  unit_note((int)(intptr_t)name);
  goro__Goexit();
  unit_note('!');
}

static void nesting_task(void *name) {
  unit_note((int)(intptr_t)name);
  goro__WaitGroup_Go(&tasks, task, (void *)(intptr_t)'i', NULL);
}

static bool said_one_each(const char *names) {
  bool all = strlen(unit_log) == strlen(names);
  for (; *names; names++) all = all && strchr(unit_log, *names) != NULL;
  unit_said(unit_log);
  return all;
}

static void test_go(void) {
  static const struct gosite site = {.fn = "task"};
  goro__WaitGroup_Go(&tasks, task, (void *)(intptr_t)'a', &site);
  goro__WaitGroup_Go(&tasks, exiting_task, (void *)(intptr_t)'e', &site);
  goro__WaitGroup_Go(&tasks, nesting_task, (void *)(intptr_t)'n', &site);
  goro__WaitGroup_Wait(&tasks);
  CHECK(said_one_each("aeni"));
  CHECK(tasks.state == 0);
}

/* The WaitGroup may lie in the frame of the only waiter. */
static void finish(void *wg) {
  goro__Gosched();
  goro__WaitGroup_Done(wg);
}

static void test_on_stack(void) {
  for (int i = 0; i < 100; i++) {
    struct WaitGroup wg = {0};
    goro__WaitGroup_Add(&wg, 2);
    unit_go(finish, &wg);
    unit_go(finish, &wg);
    goro__WaitGroup_Wait(&wg);
    CHECK(wg.state == 0);
  }
}

int main(void) {
  for (int i = 0; i < 8; i++) test_barrier();
  test_empty();
  test_reason();
  test_negative();
  test_add_with_wait();
  test_reuse_too_early();
  test_go();
  test_on_stack();
  return unit_pass();
}
