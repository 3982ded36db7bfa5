/* baton.c: systematic testing of many Ms: one at a time runs, the one that has
 * the baton, and at every scheduling point a seed decides who has it next.
 *
 * Go: none; the idea is Pony's systematic_testing.c.
 *
 * A point (goro__point) stands before each atomic operation but the relaxed
 * ones (atomic.h), before each acquisition and after each release of a lock,
 * and wherever an M sleeps or wakes another.  Between two points an M is alone,
 * so a run repeats itself for the same seed, as far as the program waits for
 * nothing in the host and reads none of its clocks.
 *
 * nanotime is no clock of the host here: it goes on by what the seed decides at
 * each reading and wherever the baton may pass, mostly little, at times much;
 * and when all Ms sleep, at once to when the first of them wakes.  So timers go
 * off in an order that the seed decides too, and nobody waits for them.
 *
 * What still differs from run to run is where the host puts memory: select
 * locks channels in the order of their addresses, and semaphores are found by
 * theirs.  Who wants the very same run has the host lay memory out the same way
 * (tests/harness/sweep.c).
 *
 * Terms: a player is an M that takes part.  Its state says what it waits for:
 *  READY    for the baton.
 *  PLAYING  for nothing, it has the baton.
 *  ASLEEP   on a futex; a wakeup, or its time, makes it READY.
 *  OUTSIDE  it is in the host, and will be READY by itself.
 *
 * Invariants:
 *  1. At most one player is PLAYING, and only it changes the runtime's data.
 *  2. holder is its number, or -1 when all others are ASLEEP or OUTSIDE; then
 *     who comes back first takes the baton.  Only then, with one of them
 *     OUTSIDE, the players ASLEEP for a time have to wait for it really.
 *  3. All ASLEEP without a time is a lost wakeup, as a deadlock verdict needs
 *     an M that runs: it is reported.  So is that all sleep, some for a time,
 *     beside a goroutine that could run.
 *
 * Locks: `table` guards everything here.  It is no struct mutex, because that
 * has points itself.
 */
#include "base/baton.h"

#if GORO_DEBUG

#include "base/atomic.h"

enum {
  MAX_PLAYERS = 300,
  STAY_MIN = 4,                 /* of so many points one passes, or */
  STAYS = 4,                    /* of 2, 4 or 8 times as many: with the seed */
  CLOCK_FIRST = 1000000000,     /* ns: where nanotime starts */
  CLOCK_STEP = 1000,            /* ns: it goes on by less than this, */
  CLOCK_LEAP = 2 * 1000 * 1000, /* or by less than this, */
  LEAP_EVERY = 64               /* once in so many times */
};

enum player_state { BATON_READY, BATON_PLAYING, BATON_ASLEEP, BATON_OUTSIDE };

struct player {
  enum player_state state;
  int64_t until;  /* BATON_ASLEEP: it wakes by itself then, < 0: it does not */
  uint32_t *addr; /* BATON_ASLEEP: on this */
  uint32_t go;    /* atomic: enum go; it sleeps on this */
};

/* What a player that waits is told. */
enum go { GO_NOT, GO_YOURS, GO_TIME /* invariant 2: wait for your time */ };

int64_t os_clock_jump;
bool goro__baton_on;

static uint32_t table; /* atomic: 0 free, 1 held */
static struct player players[MAX_PLAYERS];
static int nplayers;
static int holder;
static uint64_t baton_dice; /* state of the generator */
static int64_t baton_clock; /* what nanotime says */
static uint32_t baton_stay; /* of so many points, one passes */
static uint64_t baton_hash; /* of what ran, in its order */
static bool baton_asks;     /* the runtime, with the table held: no points */
static _Thread_local int me;

static uint32_t baton_roll(uint32_t n) {
  baton_dice = baton_dice * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(((baton_dice >> 32) * n) >> 32);
}

static void baton_lock(void) {
  while (__atomic_exchange_n(&table, 1, __ATOMIC_ACQUIRE)) os_procyield();
}

static void baton_unlock(void) {
  __atomic_store_n(&table, 0, __ATOMIC_RELEASE);
}

/* ---- time ---- */

static int64_t baton_tick(void) {
  uint32_t most = baton_roll(LEAP_EVERY) == 0 ? CLOCK_LEAP : CLOCK_STEP;
  return baton_clock += 1 + baton_roll(most);
}

int64_t goro__baton_nanotime(void) {
  baton_lock();
  int64_t now = baton_tick();
  baton_unlock();
  return now;
}

static bool baton_timed(const struct player *p) {
  return p->state == BATON_ASLEEP && p->until >= 0;
}

/* The first player to wake by itself, or -1. */
static int baton_first_timed(void) {
  int first = -1;
  for (int i = 0; i < nplayers; i++)
    if (baton_timed(&players[i]) &&
        (first < 0 || players[i].until < players[first].until))
      first = i;
  return first;
}

/* ---- passing it on ---- */

static bool baton_may_go_on(const struct player *p) {
  return p->state == BATON_READY || (baton_timed(p) && p->until <= baton_clock);
}

/* A player that may go on, or -1. */
static int baton_choose(void) {
  int chosen = -1;
  uint32_t n = 0;
  for (int i = 0; i < nplayers; i++)
    if (baton_may_go_on(&players[i]) && baton_roll(++n) == 0) chosen = i;
  return chosen;
}

static void baton_tell(int to, enum go what) {
  __atomic_store_n(&players[to].go, what, __ATOMIC_RELEASE);
  if (to != me) os_futexwakeup(&players[to].go, 1);
}

static void baton_give(int to) {
  holder = to;
  if (to >= 0) {
    players[to].state = BATON_PLAYING;
    baton_tell(to, GO_YOURS);
    return;
  }
  for (int i = 0; i < nplayers; i++)
    if (baton_timed(&players[i])) baton_tell(i, GO_TIME);
}

/* Nobody may go on, and nobody is outside: so time does. */
static int baton_leap(void) {
  int to = baton_first_timed();
  baton_asks = true; /* no more points before the end, if it is thrown */
  if (to < 0) goro__throw("baton: all Ms sleep: a wakeup was lost");
  if (goro__work_anywhere())
    goro__throw("baton: all Ms sleep, and a goroutine could run: a wakeup was "
                "lost");
  baton_asks = false;
  baton_clock = players[to].until;
  return to;
}

static bool baton_anyone_outside(void) {
  for (int i = 0; i < nplayers; i++)
    if (players[i].state == BATON_OUTSIDE) return true;
  return false;
}

/* Give the baton to another player, or to none, and change to `state`. */
static void baton_pass(struct player *p, enum player_state state) {
  p->state = state;
  int to = baton_choose();
  if (to < 0 && !baton_anyone_outside()) to = baton_leap();
  baton_give(to);
}

static uint32_t baton_told(struct player *p) {
  return __atomic_load_n(&p->go, __ATOMIC_ACQUIRE);
}

/* Wait for the baton. */
static void baton_await(struct player *p) {
  uint32_t told;
  while ((told = baton_told(p)) != GO_YOURS) os_futexsleep(&p->go, told, -1);
  __atomic_store_n(&p->go, GO_NOT, __ATOMIC_RELAXED);
}

/* p has waited for its time, which goes on by itself if still nobody plays. */
static void baton_time_over(struct player *p) {
  baton_lock();
  if (p->go == GO_TIME && holder >= 0) {
    baton_tell(me, GO_NOT);
  } else if (p->go == GO_TIME) {
    if (baton_clock < p->until) baton_clock = p->until;
    baton_give(baton_choose());
  }
  baton_unlock();
}

/* The same as baton_await, of a player that sleeps for ns. */
static void baton_await_timed(struct player *p, int64_t ns) {
  uint32_t told;
  while ((told = baton_told(p)) != GO_YOURS) {
    if (told == GO_NOT) {
      os_futexsleep(&p->go, GO_NOT, -1);
      continue;
    }
    int64_t start = os_nanotime();
    if (ns > 0) os_futexsleep(&p->go, GO_TIME, ns);
    ns -= os_nanotime() - start;
    if (ns <= 0) baton_time_over(p);
  }
  baton_await(p);
}

/* This player does not play, and can go on: at once if nobody plays. */
static void baton_come_back(struct player *p) {
  baton_lock();
  p->state = BATON_READY;
  if (holder < 0) baton_give(baton_choose());
  baton_unlock();
  baton_await(p);
}

uint64_t goro__baton_trace(uint64_t what) {
  return baton_hash = (baton_hash ^ what) * 0x100000001b3u;
}

void goro__baton_pass(void) {
  struct player *p = &players[me];
  /* Code that runs in the host, in a program's own call, has no points. */
  if (baton_asks || p->state == BATON_OUTSIDE) return;
  goro__baton_trace((uint64_t)me);
  baton_lock();
  if (nplayers == 1 || baton_roll(baton_stay) != 0) {
    baton_unlock();
    return;
  }
  baton_tick(); /* who yields in a loop may read no clock */
  baton_pass(p, BATON_READY);
  baton_unlock();
  baton_await(p);
}

void goro__yield_m(void) {
  if (!goro__baton_on) {
    os_procyield();
    return;
  }
  struct player *p = &players[me];
  baton_lock();
  p->state = BATON_OUTSIDE; /* not to be chosen itself, if there is another */
  int to = baton_choose();
  p->state = BATON_READY;
  baton_give(to < 0 ? me : to);
  baton_unlock();
  baton_await(p);
}

/* ---- coming and going ---- */

void goro__baton_start(uint64_t seed) {
  baton_dice = seed;
  baton_roll(1);
  baton_stay = (uint32_t)STAY_MIN << baton_roll(STAYS);
  baton_clock = CLOCK_FIRST;
  players[0].state = BATON_PLAYING;
  nplayers = 1;
  goro__baton_on = true;
}

int goro__baton_new(void) {
  if (!goro__baton_on) return 0;
  if (nplayers == MAX_PLAYERS) goro__throw("baton: too many Ms");
  baton_lock();
  players[nplayers].state = BATON_READY;
  int number = nplayers++;
  baton_unlock();
  return number;
}

void goro__baton_join(int number) {
  if (!goro__baton_on) return;
  me = number;
  baton_await(&players[me]);
}

void goro__baton_leave(void) {
  if (!goro__baton_on) return;
  baton_lock();
  baton_pass(&players[me], BATON_OUTSIDE);
  baton_unlock();
}

void goro__baton_return(void) {
  if (goro__baton_on) baton_come_back(&players[me]);
}

/* ---- futexes ---- */

void goro__futexsleep(uint32_t *addr, uint32_t val, int64_t ns) {
  if (!goro__baton_on) {
    os_futexsleep(addr, val, ns);
    return;
  }
  struct player *p = &players[me];
  baton_lock();
  if (__atomic_load_n(addr, __ATOMIC_SEQ_CST) != val) {
    baton_unlock();
    return;
  }
  p->addr = addr;
  p->until = ns < 0 ? -1 : baton_clock + GORO_MIN(ns, INT64_MAX - baton_clock);
  baton_pass(p, BATON_ASLEEP);
  baton_unlock();
  if (ns < 0)
    baton_await(p);
  else
    baton_await_timed(p, ns);
}

void goro__futexwakeup(uint32_t *addr, uint32_t cnt) {
  if (!goro__baton_on) {
    os_futexwakeup(addr, cnt);
    return;
  }
  baton_lock();
  for (int i = 0; i < nplayers && cnt > 0; i++) {
    struct player *p = &players[i];
    if (p->state != BATON_ASLEEP || p->addr != addr) continue;
    p->state = BATON_READY;
    cnt--;
  }
  baton_unlock();
  goro__baton_pass();
}

#endif
