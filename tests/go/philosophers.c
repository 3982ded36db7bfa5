/* Dining philosophers: five share five forks.  Each takes the fork with the
 * lower number first, so they cannot all wait for each other. */
#include <goro.h>
#include <stdio.h>

enum { SEATS = 5, MEALS = 100 };

static struct {
  goro_mutex m;
  bool in_use; /* under m */
} forks[SEATS];

struct philosopher {
  int seat, eaten, clashes;
};

static void take(struct philosopher *me, int fork) {
  goro_mutex_lock(&forks[fork].m);
  if (forks[fork].in_use) me->clashes++;
  forks[fork].in_use = true;
}

static void put(int fork) {
  forks[fork].in_use = false;
  goro_mutex_unlock(&forks[fork].m);
}

static void dine(void *arg) {
  struct philosopher *me = arg;
  int left = me->seat, right = (me->seat + 1) % SEATS;
  int first = left < right ? left : right;
  int second = left < right ? right : left;
  for (int i = 0; i < MEALS; i++) {
    take(me, first);
    goro_gosched(); /* let the neighbours reach for theirs */
    take(me, second);
    me->eaten++;
    put(second);
    put(first);
  }
}

int main(void) {
  struct philosopher all[SEATS];
  goro_waitgroup wg = {0};
  for (int i = 0; i < SEATS; i++) {
    all[i] = (struct philosopher){i, 0, 0};
    goro_waitgroup_go(&wg, dine, &all[i]);
  }
  goro_waitgroup_wait(&wg);
  for (int i = 0; i < SEATS; i++)
    printf("philosopher %d: %d meals, %d clashes\n", i, all[i].eaten,
           all[i].clashes);
}
