/* baton.c: systematic testing of many Ms: one at a time runs, the one that has
 * the baton, and at every scheduling point a seed decides who has it next.
 *
 * Go: none; the idea is Pony's systematic_testing.c.
 *
 * A point (goro__point) stands before each acquisition and after each release
 * of a lock, at changes of a G's state, at the run queues, at wakep, and
 * wherever an M sleeps or wakes another.  Between two points an M is alone, so
 * a run repeats itself for the same seed, as far as the program reads no clock
 * and waits for nothing in the host.
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
 *     who comes back first takes the baton.
 *  3. All ASLEEP without a time is a lost wakeup, as a deadlock verdict needs
 *     an M that runs: it is reported.
 *
 * Locks: `table` guards everything here.  It is no struct mutex, because that
 * has points itself.
 */
#include "base/baton.h"

#if GORO_DEBUG

#include "base/atomic.h"

enum { MAX_PLAYERS = 300, STAY = 8 /* of so many points, one passes */ };

enum player_state { BATON_READY, BATON_PLAYING, BATON_ASLEEP, BATON_OUTSIDE };

struct player {
  enum player_state state;
  bool timed;     /* BATON_ASLEEP: wakes by itself, too */
  uint32_t *addr; /* BATON_ASLEEP: on this */
  uint32_t go;    /* atomic: it has the baton; it sleeps on this */
};

bool goro__baton_on;

static uint32_t table; /* atomic: 0 free, 1 held */
static struct player players[MAX_PLAYERS];
static int nplayers;
static int holder;
static uint64_t baton_dice; /* state of the generator */
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

/* ---- passing it on ---- */

/* A player that is BATON_READY, or -1. */
static int baton_choose(void) {
  int chosen = -1;
  uint32_t n = 0;
  for (int i = 0; i < nplayers; i++)
    if (players[i].state == BATON_READY && baton_roll(++n) == 0) chosen = i;
  return chosen;
}

static void baton_give(int to) {
  holder = to;
  if (to < 0) return;
  players[to].state = BATON_PLAYING;
  __atomic_store_n(&players[to].go, 1, __ATOMIC_RELEASE);
  os_futexwakeup(&players[to].go, 1);
}

/* Wait for the baton, at most ns (< 0: no limit).  False: time is over. */
static bool baton_await(struct player *p, int64_t ns) {
  int64_t deadline = ns < 0 ? 0 : os_nanotime() + ns;
  while (!__atomic_load_n(&p->go, __ATOMIC_ACQUIRE)) {
    if (ns >= 0 && (ns = deadline - os_nanotime()) <= 0) return false;
    os_futexsleep(&p->go, 0, ns);
  }
  __atomic_store_n(&p->go, 0, __ATOMIC_RELAXED);
  return true;
}

/* This player does not play, and can go on: at once if nobody plays. */
static void baton_come_back(struct player *p) {
  baton_lock();
  if (p->state != BATON_PLAYING) p->state = BATON_READY;
  if (holder < 0) baton_give(baton_choose());
  baton_unlock();
  baton_await(p, -1);
}

/* Give the baton to another player, or to none, and change to `state`. */
static void baton_pass(struct player *p, enum player_state state) {
  p->state = state;
  int to = baton_choose();
  if (to < 0 && state == BATON_ASLEEP && !p->timed) {
    bool hope = false;
    for (int i = 0; i < nplayers; i++)
      hope |= players[i].state == BATON_OUTSIDE || players[i].timed;
    if (!hope) goro__throw("baton: all Ms sleep: a wakeup was lost");
  }
  baton_give(to);
}

void goro__baton_pass(void) {
  struct player *p = &players[me];
  baton_lock();
  if (nplayers == 1 || baton_roll(STAY) != 0) {
    baton_unlock();
    return;
  }
  baton_pass(p, BATON_READY);
  baton_unlock();
  baton_await(p, -1);
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
  baton_await(p, -1);
}

/* ---- coming and going ---- */

void goro__baton_start(uint64_t seed) {
  baton_dice = seed;
  baton_roll(1);
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
  baton_await(&players[me], -1);
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
  p->timed = ns >= 0;
  baton_pass(p, BATON_ASLEEP);
  baton_unlock();
  if (!baton_await(p, ns)) baton_come_back(p);
  p->timed = false;
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
