/* runq_stress.c: the ring of a P, by owners that put and get, and thieves.
 *
 * First on Ps that no M runs, with things that nobody would run, so that each
 * worker does nothing else: it owns a ring, and steals from the others when
 * that is empty.  What is in an item is written before it is put and read after
 * it is taken, without atomics: the queue orders the two.  Then with
 * goroutines that start so many others that the rings run over.  Everything put
 * is taken once. */
#include "stress.h"

#include "base/base.h"
#include "sched/runtime2.h"

enum { WORKERS = 8, ITEMS = 400, ROUNDS = 30000 };

struct item {
  uint32_t queued; /* atomic: in some queue, or taken and not yet given back */
  int put, taken;  /* how often: its maker's, and whoever has taken it */
};

static struct worker {
  struct p p; /* the queue: ring and runnext */
  struct item items[ITEMS];
} workers[WORKERS];

static goro_waitgroup wg;
static uint32_t busy; /* atomic: workers that may still put something */
static int rounds;

/* ---- queues of their own ---- */

/* The queue does not look into what is in it. */
static struct g *as_g(struct item *it) { return (struct g *)(void *)it; }

static void take(struct g *gp) {
  struct item *it = (struct item *)(void *)gp;
  REQUIRE(it->put == it->taken + 1);
  it->taken++;
  REQUIRE(Xchg(&it->queued, 0) == 1); /* gives it back to its maker */
}

/* Put an item of mine that is free.  There is room for two, as runnext may kick
 * out another one: to run over is for real goroutines. */
static void put(struct worker *me, dice *d) {
  struct item *it = &me->items[dice_roll(d, ITEMS)];
  if (me->p.runqtail - LoadAcq(&me->p.runqhead) > RUNQ_SIZE - 2) return;
  if (Load(&it->queued)) return;
  Store(&it->queued, 1);
  it->put++;
  goro__runqput(&me->p, as_g(it), dice_roll(d, 3) == 0);
}

static bool get(struct worker *me) {
  bool inherit;
  struct g *gp = goro__runqget(&me->p, &inherit);
  if (gp) take(gp);
  return gp != NULL;
}

/* Mine is empty but for what I put there in between. */
static void steal(struct worker *me, dice *d) {
  struct worker *from = &workers[dice_roll(d, WORKERS)];
  if (from == me || me->p.runqtail != LoadAcq(&me->p.runqhead)) return;
  struct g *gp = goro__runqsteal(&me->p, &from->p, dice_roll(d, 2) == 0);
  if (gp) take(gp);
}

static void work(void *arg) {
  struct worker *me = arg;
  dice d = dice_new((uint32_t)(me - workers));
  for (int i = 0; i < rounds; i++) {
    /* Some are idle for a while, and live on what the others have. */
    bool makes = (i / 500 + (me - workers)) % 3 != 0;
    if (makes && dice_roll(&d, 3)) put(me, &d);
    if (dice_roll(&d, 2) && !get(me)) steal(me, &d);
    if (dice_roll(&d, 200) == 0) goro_gosched();
  }
  Xadd(&busy, -1);
  /* The last ones: others may have stolen from me until then. */
  while (get(me) || Load(&busy)) goro_gosched();
  goro_waitgroup_done(&wg);
}

static void own_queues(void) {
  rounds = stress_much(ROUNDS);
  busy = WORKERS;
  goro_waitgroup_add(&wg, WORKERS);
  /* The indexes wrap around on the way. */
  for (int i = 0; i < WORKERS; i++)
    workers[i].p.runqhead = workers[i].p.runqtail = -(uint32_t)i * 100;
  for (int i = 0; i < WORKERS; i++) GORO_GO(work, &workers[i]);
  goro_waitgroup_wait(&wg);
  for (int i = 0; i < WORKERS; i++) {
    struct worker *w = &workers[i];
    REQUIRE(goro__runqempty(&w->p));
    for (int k = 0; k < ITEMS; k++) {
      REQUIRE(w->items[k].put == w->items[k].taken);
      REQUIRE(w->items[k].queued == 0);
    }
  }
}

/* ---- rings that run over ---- */

enum { SPAWNERS = 2, BURST = 3 * RUNQ_SIZE / 2, BURSTS = 10 };

static uint8_t ran[SPAWNERS][BURST]; /* each its goroutine's */

static void once(void *arg) {
  uint8_t *mine = arg;
  if (*mine % 3 == 0) goro_gosched(); /* also by way of the global queue */
  ++*mine;
  goro_waitgroup_done(&wg);
}

/* Starts more than the ring holds, of which half goes to the global queue while
 * others steal from the rest. */
static void spawn(void *arg) {
  uint8_t *mine = arg;
  for (int i = 0; i < BURST; i++) GORO_GO(once, &mine[i]);
  goro_waitgroup_done(&wg);
}

static void run_over(void) {
  int bursts = stress_much(BURSTS);
  for (int b = 1; b <= bursts; b++) {
    goro_waitgroup_add(&wg, SPAWNERS * (1 + BURST));
    for (int i = 0; i < SPAWNERS; i++) GORO_GO(spawn, ran[i]);
    goro_waitgroup_wait(&wg);
    for (int i = 0; i < SPAWNERS * BURST; i++)
      REQUIRE(ran[i / BURST][i % BURST] == b);
  }
}

int main(int argc, char **argv) {
  stress_init(argc, argv);
  own_queues();
  run_over();
}
