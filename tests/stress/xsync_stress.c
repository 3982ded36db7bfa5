/* xsync_stress.c: a weighted semaphore under tasks of errgroups, some of whose
 * contexts end while they wait.  Accounts: never more units are held than there
 * are, and at the end all are back; each group's error is one that a task of it
 * returned. */
#include "stress.h"

enum { GROUPS = 8, TASKS = 12, ROUNDS = 12, UNITS = 5 };

static goro_semaphore sem;
static _Atomic int held, acquired, failed;

struct group {
  goro_errgroup g;
  goro_context *ctx;
  goro_error doom; /* this group's own */
};

struct task {
  struct group *of;
  uint32_t seed;
};

static void use(dice *d, int n) {
  REQUIRE((held += n) <= UNITS);
  acquired++;
  if (dice_roll(d, 2)) goro_gosched();
  held -= n;
  goro_semaphore_release(&sem, n);
}

static goro_error *run_task(void *arg) {
  struct task *t = arg;
  dice d = dice_new(t->seed);
  for (int i = 0; i < 4; i++) {
    int n = (int)dice_roll(&d, UNITS + 1);
    if (dice_roll(&d, 8) == 0) {
      if (goro_semaphore_try_acquire(&sem, n)) use(&d, n);
      continue;
    }
    goro_error *err = goro_semaphore_acquire(&sem, t->of->ctx, n);
    if (err) {
      failed++;
      REQUIRE(err == goro_context_err(t->of->ctx));
      return err;
    }
    use(&d, n);
    if (dice_roll(&d, 24) == 0) return &t->of->doom;
  }
  return NULL;
}

static void run_group(struct group *group, dice *d) {
  struct task tasks[TASKS];
  goro_context *top = dice_roll(d, 3) == 0
                          ? goro_context_with_timeout(goro_context_background(),
                                                      dice_roll(d, 200000))
                          : goro_context_with_cancel(goro_context_background());
  group->ctx = goro_errgroup_with_context(&group->g, top);
  if (dice_roll(d, 2)) goro_errgroup_set_limit(&group->g, 4);
  for (int i = 0; i < TASKS; i++) {
    tasks[i] = (struct task){group, d->state + (uint32_t)i};
    goro_errgroup_go(&group->g, run_task, &tasks[i]);
  }
  goro_error *err = goro_errgroup_wait(&group->g);
  REQUIRE(!err || err == &group->doom || goro_context_err(top) == err);
  REQUIRE(goro_context_err(group->ctx));
  REQUIRE(!err || goro_context_cause(group->ctx));
  goro_errgroup_free(&group->g);
  goro_context_cancel(top);
  goro_context_release(top);
}

static goro_waitgroup wg;
static int rounds;

static void groups(void *arg) {
  dice d = dice_new((uint32_t)(intptr_t)arg);
  struct group group = {.doom = GORO_ERROR("doomed")};
  for (int i = 0; i < rounds; i++) run_group(&group, &d);
}

int main(int argc, char **argv) {
  stress_init(argc, argv);
  rounds = stress_much(ROUNDS);
  goro_semaphore_init(&sem, UNITS);
  for (intptr_t i = 0; i < GROUPS; i++)
    goro_waitgroup_go(&wg, groups, (void *)i);
  goro_waitgroup_wait(&wg);
  REQUIRE(held == 0 && acquired > 0);
  REQUIRE(goro_semaphore_try_acquire(&sem, UNITS));
  while (goro_num_goroutine() > 1) goro_gosched();
}
