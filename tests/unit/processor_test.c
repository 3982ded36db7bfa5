/* processor_test.c: the Ps after boot, and GOMAXPROCS. */
#include "unit.h"

#include "lib/time/time.h"

static void test_boot(void) {
  CHECK(nallp >= 1 && nallp == sched.maxprocs && nallp <= MAXPROCS);
  for (int32_t i = 0; i < nallp; i++) {
    struct p *pp = allp[i];
    CHECK(pp->id == i);
    for (int32_t j = 0; j < i; j++) CHECK(allp[j] != pp);
    lock(&pp->timers.mu); /* a lock with a rank, and free */
    unlock(&pp->timers.mu);
  }
}

static void test_mine(void) {
  struct m *mp = getg()->m;
  struct p *pp = mp->p;
  CHECK(pp == allp[pp->id] && pp->m == mp && pp->status == Prunning);
  CHECK(mp->curg == getg() && mp->g0 != mp->curg && mp->g0->m == mp);
  CHECK(mp->g0->goid == 0 && !mp->spinning && !mp->away && !mp->nextp);
  if (unit_one_m()) CHECK(goro__runqempty(pp) && sched.runq.size == 0);
}

/* What was asked for, within bounds; 1 where memory is not shared. */
static int32_t allowed(int32_t n) {
  return !GORO_THREADS ? 1 : n > MAXPROCS ? MAXPROCS : n;
}

static void test_gomaxprocs(void) {
  int32_t n = goro__GOMAXPROCS(0);
  CHECK(n == sched.maxprocs && goro__GOMAXPROCS(-5) == n);
  static const int32_t asked[] = {1, 2, 7, 3, INT32_MAX, 1, INT32_MIN};
  for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
    int32_t before = sched.maxprocs;
    CHECK(goro__GOMAXPROCS(asked[i]) == before);
    CHECK(sched.maxprocs == (asked[i] < 1 ? before : allowed(asked[i])));
    CHECK(nallp == sched.maxprocs && getg()->m->p->id < nallp);
    goro__Gosched();
  }
  goro__GOMAXPROCS(n);
  CHECK(goro__GOMAXPROCS(0) == n);
  CHECK(sched.cpureason != NULL && sched.cpureason[0] != 0);
}

/* Goroutines and timers of a P that goes away are not lost. */
static uint32_t ran; /* atomic */

static void count(void *unused) {
  (void)unused;
  Xadd(&ran, 1);
}

static void sleep_and_count(void *ms) {
  goro__timeSleep((int64_t)(intptr_t)ms * 1000);
  Xadd(&ran, 1);
}

static void test_shrink(void) {
  int32_t n = goro__GOMAXPROCS(0);
  static const int32_t sizes[] = {4, 1, 3, 8, 2, 1};
  int gone = unit_much(1000, 50);
  Store(&ran, 0);
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    goro__GOMAXPROCS(sizes[i]);
    for (int k = 0; k < gone; k++) {
      unit_go(count, NULL);
      if (k % 10 == 0) unit_go(sleep_and_count, (void *)(intptr_t)k);
    }
  }
  UNIT_UNTIL(goro__gcount() == 1);
  uint32_t each = (uint32_t)(gone + gone / 10);
  CHECK(Load(&ran) == sizeof sizes / sizeof *sizes * each);
  goro__GOMAXPROCS(n);
}

int main(void) {
  test_boot();
  test_mine();
  test_gomaxprocs();
  test_shrink();
  return unit_pass();
}
