/* processor_test.c: the Ps after boot, and GOMAXPROCS. */
#include "unit.h"

static void test_boot(void) {
  CHECK(nallp >= 1 && nallp == sched.maxprocs && nallp <= sched.ncpu);
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
  CHECK(mp->g0->goid == 0 && mp->locks == 0);
  if (unit_one_m()) CHECK(goro__runqempty(pp) && sched.runq.size == 0);
}

/* Asking changes nothing, and the number stays in its bounds. */
static void test_gomaxprocs(void) {
  int32_t n = goro__GOMAXPROCS(0);
  CHECK(n == sched.maxprocs && goro__GOMAXPROCS(-5) == n);
  static const int32_t asked[] = {1, 2, 1000000, INT32_MAX, INT32_MIN};
  for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
    int32_t before = sched.maxprocs;
    CHECK(goro__GOMAXPROCS(asked[i]) == before);
    CHECK(sched.maxprocs >= 1 && sched.maxprocs <= sched.ncpu);
    goro__Gosched();
  }
  goro__GOMAXPROCS(n);
  CHECK(goro__GOMAXPROCS(0) == n);
  CHECK(sched.cpureason != NULL && sched.cpureason[0] != 0);
}

int main(void) {
  test_boot();
  test_mine();
  test_gomaxprocs();
  return unit_pass();
}
