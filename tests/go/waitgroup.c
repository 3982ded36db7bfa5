/* Fork and join: a WaitGroup waits for the parts of a sum. */
#include <goro.h>
#include <stdio.h>

enum { PARTS = 10, SIZE = 1000 };

static goro_waitgroup wg;

struct part {
  int number;
  int sum;
};

static void done(void *unused) {
  (void)unused;
  goro_waitgroup_done(&wg);
}

static void add_up(void *arg) {
  struct part *p = arg;
  goro_defer(done, NULL);
  for (int i = p->number * SIZE; i < (p->number + 1) * SIZE; i++) p->sum += i;
}

int main(void) {
  struct part parts[PARTS];
  int total = 0;
  for (int p = 0; p < PARTS; p++) {
    parts[p] = (struct part){p, 0};
    goro_waitgroup_add(&wg, 1);
    GORO_GO(add_up, &parts[p]);
  }
  goro_waitgroup_wait(&wg);
  for (int p = 0; p < PARTS; p++) {
    printf("part %d %d\n", p, parts[p].sum);
    total += parts[p].sum;
  }
  printf("total %d\n", total);
}
