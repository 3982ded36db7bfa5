/* runq_test.c: the ring, runnext, the global queue, stealing; on Ps that no M
 * runs, with Gs that nobody would run. */
#include "unit.h"

#include "base/rand.h"

enum { ngs_made = 2000 };

static struct g *gs[ngs_made]; /* goid is the index */
static struct p p1 = {.globq = &sched.runq}, p2 = {.globq = &sched.runq};

static void setup(void) {
  static char mem[ngs_made][sizeof(struct g)] __attribute__((aligned(16)));
  for (int i = 0; i < ngs_made; i++) {
    gs[i] = (struct g *)(void *)mem[i];
    gs[i]->goid = (uint64_t)i;
  }
}

static void put(struct p *pp, int i, bool next) {
  goro__runqput(pp, gs[i], next);
}

/* The next G of pp is gs[i], and inherits the slice or not. */
static bool gets(struct p *pp, int i, bool inherits) {
  bool inherit = !inherits;
  struct g *gp = goro__runqget(pp, &inherit);
  return gp == gs[i] && inherit == inherits;
}

static bool empty(struct p *pp) {
  bool inherit = true;
  return goro__runqempty(pp) && !goro__runqget(pp, &inherit) && !inherit;
}

static uint32_t ring_len(struct p *pp) { return pp->runqtail - pp->runqhead; }

static struct g *global_get(struct p *pp, int32_t max) {
  lock(&sched.lock);
  struct g *gp = goro__globrunqget(pp, max);
  unlock(&sched.lock);
  return gp;
}

static void global_put(int i) {
  lock(&sched.lock);
  goro__globrunqput(&sched.runq, gs[i]);
  unlock(&sched.lock);
}

/* ---- one P ---- */

static void test_fifo(void) {
  CHECK(empty(&p1));
  for (int round = 0; round < 3; round++) {
    for (int i = 0; i < 100; i++) put(&p1, i, false);
    CHECK(!goro__runqempty(&p1) && ring_len(&p1) == 100);
    for (int i = 0; i < 100; i++) CHECK(gets(&p1, i, false));
    CHECK(empty(&p1));
  }
}

static void test_runnext(void) {
  put(&p1, 0, false);
  put(&p1, 1, true);
  CHECK(p1.runnext == gs[1] && ring_len(&p1) == 1);
  put(&p1, 2, true); /* kicks 1 to the end of the ring */
  put(&p1, 3, false);
  CHECK(gets(&p1, 2, true) && gets(&p1, 0, false));
  CHECK(gets(&p1, 1, false) && gets(&p1, 3, false) && empty(&p1));
  put(&p1, 4, true);
  CHECK(!goro__runqempty(&p1) && ring_len(&p1) == 0);
  CHECK(gets(&p1, 4, true) && empty(&p1));
}

/* The indexes wrap around at 2^32. */
static void test_wrap(void) {
  p1.runqhead = p1.runqtail = UINT32_MAX - 3;
  for (int i = 0; i < 10; i++) put(&p1, i, false);
  CHECK(ring_len(&p1) == 10);
  for (int i = 0; i < 10; i++) CHECK(gets(&p1, i, false));
  CHECK(empty(&p1));
}

/* ---- overflow ---- */

/* The 257th takes the older half with it to the global queue. */
static void test_overflow(void) {
  for (int i = 0; i < RUNQ_SIZE; i++) put(&p1, i, false);
  CHECK(ring_len(&p1) == RUNQ_SIZE && sched.runq.size == 0);
  put(&p1, RUNQ_SIZE, false);
  CHECK(ring_len(&p1) == RUNQ_SIZE / 2);
  CHECK(sched.runq.size == RUNQ_SIZE / 2 + 1);
  for (int i = 0; i < RUNQ_SIZE / 2; i++) CHECK(global_get(&p2, 1) == gs[i]);
  CHECK(global_get(&p2, 1) == gs[RUNQ_SIZE]);
  CHECK(!global_get(&p2, 1) && !sched.runq.head && !sched.runq.tail);
  for (int i = RUNQ_SIZE / 2; i < RUNQ_SIZE; i++) CHECK(gets(&p1, i, false));
  CHECK(empty(&p1));
}

/* What runnext kicks out may be what overflows. */
static void test_overflow_by_runnext(void) {
  put(&p1, 999, true);
  for (int i = 0; i < RUNQ_SIZE; i++) put(&p1, i, false);
  put(&p1, 1000, true);
  CHECK(sched.runq.size == RUNQ_SIZE / 2 + 1);
  CHECK(sched.runq.tail == gs[999] && p1.runnext == gs[1000]);
  while (global_get(&p2, 1)) {
  }
  CHECK(gets(&p1, 1000, true));
  for (int i = RUNQ_SIZE / 2; i < RUNQ_SIZE; i++) CHECK(gets(&p1, i, false));
}

static int count_all(struct p *pp) {
  bool inherit;
  int n = 0;
  while (goro__runqget(pp, &inherit)) n++;
  return n;
}

/* However many: none is lost, none comes twice. */
static void test_many(void) {
  static uint8_t seen[ngs_made];
  for (int i = 0; i < ngs_made; i++) put(&p1, i, i % 3 == 0);
  bool inherit;
  struct g *gp;
  for (int n = 0; n < ngs_made; n++) {
    gp = goro__runqget(&p1, &inherit);
    if (!gp) gp = global_get(&p1, 0);
    CHECK(gp && !seen[gp->goid]++);
  }
  CHECK(empty(&p1) && sched.runq.size == 0);
}

/* ---- the global queue ---- */

static void test_global(void) {
  CHECK(!global_get(&p1, 0) && !global_get(&p1, 1));
  for (int i = 0; i < 10; i++) global_put(i);
  CHECK(sched.runq.size == 10);
  CHECK(global_get(&p1, 1) == gs[0] && empty(&p1));
  CHECK(global_get(&p1, 4) == gs[1] && ring_len(&p1) == 3);
  CHECK(gets(&p1, 2, false) && gets(&p1, 3, false) && gets(&p1, 4, false));
  CHECK(sched.runq.size == 5);
  for (int i = 5; i < 10; i++) CHECK(global_get(&p1, 1) == gs[i]);
}

/* A fair share: with n Ps an n-th of the queue and one more; never more than
 * half of a ring. */
static void test_share(void) {
  int32_t maxprocs = sched.maxprocs;
  static const struct {
    int32_t procs, queued, taken;
  } rows[] = {{1, 10, 10}, {2, 10, 6},     {4, 10, 3},
              {10, 10, 2}, {100, 10, 1},   {1, 1, 1},
              {8, 1, 1},   {1, 1000, 128}, {4, 400, 101}};
  for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
    sched.maxprocs = rows[r].procs;
    for (int i = 0; i < rows[r].queued; i++) global_put(i);
    CHECK(global_get(&p1, 0) == gs[0]);
    CHECK((int)ring_len(&p1) == rows[r].taken - 1);
    CHECK(sched.runq.size == rows[r].queued - rows[r].taken);
    for (int i = 1; i < rows[r].taken; i++) CHECK(gets(&p1, i, false));
    for (int i = rows[r].taken; i < rows[r].queued; i++)
      CHECK(global_get(&p1, 1) == gs[i]);
  }
  sched.maxprocs = maxprocs;
}

static void test_batch(void) {
  struct gQueue q = {0};
  lock(&sched.lock);
  goro__globrunqputbatch(&sched.runq, &q);
  CHECK(sched.runq.size == 0);
  for (int round = 0; round < 2; round++) {
    gs[2 * round]->schedlink = gs[2 * round + 1];
    gs[2 * round + 1]->schedlink = NULL;
    q = (struct gQueue){gs[2 * round], gs[2 * round + 1], 2};
    goro__globrunqputbatch(&sched.runq, &q);
    CHECK(!q.head && !q.tail && q.size == 0);
  }
  unlock(&sched.lock);
  CHECK(sched.runq.size == 4);
  for (int i = 0; i < 4; i++) CHECK(global_get(&p1, 1) == gs[i]);
}

/* ---- stealing ---- */

/* The thief gets the older half, rounded up: the last of it to run. */
static void test_steal(void) {
  for (int n = 1; n <= RUNQ_SIZE; n += n < 10 ? 1 : 41) {
    for (int i = 0; i < n; i++) put(&p2, i, false);
    int stolen = n - n / 2;
    CHECK(goro__runqsteal(&p1, &p2, false) == gs[stolen - 1]);
    for (int i = 0; i < stolen - 1; i++) CHECK(gets(&p1, i, false));
    CHECK(empty(&p1));
    for (int i = stolen; i < n; i++) CHECK(gets(&p2, i, false));
    CHECK(empty(&p2));
  }
  CHECK(!goro__runqsteal(&p1, &p2, false) && !goro__runqsteal(&p1, &p2, true));
}

/* runnext is left to its P, unless the thief says otherwise and there is
 * nothing else. */
static void test_steal_runnext(void) {
  put(&p2, 7, true);
  CHECK(!goro__runqsteal(&p1, &p2, false) && p2.runnext == gs[7]);
  CHECK(goro__runqsteal(&p1, &p2, true) == gs[7]);
  CHECK(empty(&p2) && empty(&p1));
  put(&p2, 7, true);
  put(&p2, 8, false);
  CHECK(goro__runqsteal(&p1, &p2, true) == gs[8] && p2.runnext == gs[7]);
  CHECK(gets(&p2, 7, true) && empty(&p2) && empty(&p1));
}

/* Onto a ring that holds some already, and across the ends of both. */
static void test_steal_wrapped(void) {
  p1.runqhead = p1.runqtail = UINT32_MAX - 20;
  p2.runqhead = p2.runqtail = RUNQ_SIZE - 5;
  for (int i = 0; i < 60; i++) put(&p1, 500 + i, false);
  for (int i = 0; i < 100; i++) put(&p2, i, false);
  CHECK(goro__runqsteal(&p1, &p2, true) == gs[49]);
  for (int i = 0; i < 60; i++) CHECK(gets(&p1, 500 + i, false));
  for (int i = 0; i < 49; i++) CHECK(gets(&p1, i, false));
  for (int i = 50; i < 100; i++) CHECK(gets(&p2, i, false));
  CHECK(empty(&p1) && empty(&p2));
}

/* ---- with a seed ---- */

/* Any G of the ring may come first; still each comes once.  And "next" is
 * taken at its word only half of the time. */
static void test_shuffle(void) {
  uint32_t first[4] = {0}, kept = 0;
  if (!unit_one_m()) return; /* thieves would not stand it */
  sched.systematic = true;
  goro__randinit(1);
  for (int round = 0; round < 4000; round++) {
    bool inherit;
    uint32_t seen = 0;
    for (int i = 0; i < 4; i++) put(&p1, i, false);
    first[goro__runqget(&p1, &inherit)->goid]++;
    struct g *gp;
    while ((gp = goro__runqget(&p1, &inherit))) seen += 1u << gp->goid * 8;
    for (uint32_t i = 0; i < 4; i++) CHECK((seen >> i * 8 & 255) <= 1);
    put(&p1, 0, true);
    if (p1.runnext) kept++;
    CHECK(count_all(&p1) == 1);
  }
  for (int i = 0; i < 4; i++) CHECK(first[i] > 850 && first[i] < 1150);
  CHECK(kept > 1800 && kept < 2200);
  sched.systematic = false;
}

int main(void) {
  goro__GOMAXPROCS(1); /* other Ms would take from the global queue */
  bool systematic = sched.systematic;
  int32_t maxprocs = sched.maxprocs;
  sched.systematic = false;
  sched.maxprocs = 1;
  setup();
  test_fifo();
  test_runnext();
  test_wrap();
  test_overflow();
  test_overflow_by_runnext();
  test_many();
  test_global();
  test_share();
  test_batch();
  test_steal();
  test_steal_runnext();
  test_steal_wrapped();
  test_shuffle();
  sched.systematic = systematic;
  sched.maxprocs = maxprocs;
  return unit_pass();
}
