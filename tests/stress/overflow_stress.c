/* overflow_stress.c: full rings overflow to the global queue while thieves take
 * from them, and are filled from there again.  Each G is in one place at any
 * time, and none is lost.
 *
 * The Gs are only records, which must not be run, and the Ps are no M's.  So
 * the world is stopped meanwhile: the global queue is ours alone.  The threads
 * are those of goroutines in the host, where the world lets them go on.
 */
#include "stress.h"

#include "sched/runtime2.h"

enum { PS = 4, GS = 1200, HELD_MAX = 600, ROUNDS = 20000 };

enum place { QUEUED, HELD };

static struct p ps[PS];
static struct g *gs[GS];   /* goid is the index */
static uint32_t place[GS]; /* atomic: enum place; who swaps it has the G */

static int rounds;

/* What a thread has taken from the queues, and its P. */
struct owner {
  struct p *pp;
  dice d;
  struct g *held[GS];
  int nheld;
  uint64_t puts, gets, steals, globals;
};

static struct owner owners[PS];

static void move(struct g *gp, enum place from, enum place to) {
  uint32_t was = __atomic_exchange_n(&place[gp->goid], to, __ATOMIC_RELAXED);
  REQUIRE(was == from);
}

static void take(struct owner *o, struct g *gp, uint64_t *counter) {
  move(gp, QUEUED, HELD);
  o->held[o->nheld++] = gp;
  ++*counter;
}

static void put(struct owner *o) {
  struct g *gp = o->held[--o->nheld];
  move(gp, HELD, QUEUED);
  goro__runqput(o->pp, gp, dice_roll(&o->d, 3) == 0);
  o->puts++;
}

static void get(struct owner *o) {
  bool inherit;
  struct g *gp = goro__runqget(o->pp, &inherit);
  if (gp) take(o, gp, &o->gets);
}

static void steal(struct owner *o) {
  struct p *from = &ps[dice_roll(&o->d, PS)];
  if (from == o->pp || !goro__runqempty(o->pp)) return; /* as the scheduler */
  struct g *gp = goro__runqsteal(o->pp, from, dice_roll(&o->d, 2));
  if (gp) take(o, gp, &o->steals);
}

static void get_global(struct owner *o) {
  if (o->pp->runqtail - LoadAcq(&o->pp->runqhead) > RUNQ_SIZE / 2) return;
  lock(&sched.lock);
  struct g *gp = goro__globrunqget(o->pp, (int32_t)dice_roll(&o->d, 3));
  unlock(&sched.lock);
  if (gp) take(o, gp, &o->globals);
}

/* Mostly one of each; at times enough puts to fill a ring, or gets to empty
 * it. */
static void act(struct owner *o) {
  uint32_t what = dice_roll(&o->d, 40);
  int n = what < 2 ? 300 : 1;
  for (int i = 0; i < n; i++) {
    if (what == 0 || (what > 1 && what < 16)) {
      if (o->nheld > 0) put(o);
    } else if (what == 1 || what < 28) {
      if (o->nheld < HELD_MAX) get(o);
    } else if (what < 36) {
      if (o->nheld < HELD_MAX) steal(o);
    } else {
      if (o->nheld < HELD_MAX) get_global(o);
    }
  }
}

/* ---- the end ---- */

static uint32_t seen[GS];
static int nseen;

static void see(struct g *gp, enum place where) {
  uint64_t i = gp->goid;
  REQUIRE(i < GS && seen[i]++ == 0 && place[i] == where);
  nseen++;
}

static struct g *any_of(struct p *pp) {
  bool inherit;
  struct g *gp = goro__runqget(pp, &inherit);
  if (gp || LoadRelaxed(&sched.runq.size) == 0) return gp;
  lock(&sched.lock);
  gp = goro__globrunqget(pp, 1);
  unlock(&sched.lock);
  return gp;
}

/* Wherever they are, there is one of each. */
static void account(void) {
  uint64_t puts = 0, gets = 0, steals = 0, globals = 0;
  for (int i = 0; i < PS; i++) {
    struct owner *o = &owners[i];
    struct g *gp;
    for (int k = 0; k < o->nheld; k++) see(o->held[k], HELD);
    while ((gp = any_of(&ps[i]))) see(gp, QUEUED);
    puts += o->puts;
    gets += o->gets;
    steals += o->steals;
    globals += o->globals;
  }
  REQUIRE(nseen == GS && !sched.runq.head && !sched.runq.tail);
  REQUIRE(puts > GS && puts <= gets + steals + globals + GS);
  REQUIRE(gets > 0 && steals > 0 && globals > 0);
}

/* ---- threads ---- */

#if GORO_THREADS

static uint32_t ready, over, leave; /* atomic */

/* Not by spinning, where that can be helped: there are more threads than
 * processors. */
static void wait_for(uint32_t *word, uint32_t value) {
  for (uint32_t now; (now = Load(word)) < value;) {
    if (os_canblock())
      os_futexsleep(word, now, 1000000);
    else
      os_procyield();
  }
}

static void in_host(void *arg) {
  struct owner *o = arg;
  Xadd(&ready, 1);
  wait_for(&ready, PS + 1); /* the world has stopped */
  for (int i = 0; i < rounds; i++) act(o);
  Xadd(&over, 1);
  wait_for(&leave, 1); /* then its goroutine comes to the global queue */
}

static void nothing(void *unused) { (void)unused; }

static void runs(void *o) {
  /* On a page M0 must let the other threads start. */
  for (; !os_canblock(); goro_gosched()) GORO_GO(nothing, NULL);
  goro_syscall(in_host, o);
}

static void act_all(void) {
  int procs = goro_gomaxprocs(2);
  for (int i = 0; i < PS; i++) GORO_GO(runs, &owners[i]);
  while (Load(&ready) < PS) goro_gosched();
  goro__stopTheWorld();
  Xadd(&ready, 1);
  wait_for(&over, PS);
  account();
  Store(&leave, 1);
  goro__startTheWorld();
  while (goro_num_goroutine() > 1) goro_gosched();
  goro_gomaxprocs(procs);
}

#else

static void act_all(void) {
  bool systematic = sched.systematic;
  sched.systematic = false;
  for (int i = 0; i < rounds; i++)
    for (int k = 0; k < PS; k++) act(&owners[k]);
  account();
  sched.systematic = systematic;
}

#endif

int main(int argc, char **argv) {
  stress_init(argc, argv);
  rounds = stress_much(ROUNDS);
  for (int i = 0; i < PS; i++) {
    ps[i].globq = &sched.runq;
    owners[i].pp = &ps[i];
    owners[i].d = dice_new((uint32_t)i);
  }
  static char mem[GS][sizeof(struct g)] __attribute__((aligned(16)));
  for (int i = 0; i < GS; i++) {
    struct owner *o = &owners[i % PS];
    gs[i] = (struct g *)(void *)mem[i];
    gs[i]->goid = (uint64_t)i;
    place[i] = HELD;
    o->held[o->nheld++] = gs[i];
  }
  act_all();
}
