/* sync_stress.c: goroutines with mutexes, read-write locks, conditions and
 * once, on counters that only the locks protect. */
#include "stress.h"

enum { WORKERS = 40, ROUNDS = 3000, PLACES = 8 };

static goro_mutex mu;
static long counter, under_mu;

static goro_rwmutex rw;
static long table[PLACES];
static _Atomic int readers, writers;

static goro_mutex room_mu;
static goro_cond room;
static int tokens = 3;

static goro_once once;
static int once_runs;
static goro_waitgroup wg;
static int rounds;

static void run_once(void *arg) {
  (void)arg;
  goro_gosched();
  once_runs++;
}

static void lock_and_count(dice *d) {
  if (dice_roll(d, 8) == 0) {
    while (!goro_mutex_try_lock(&mu)) goro_gosched();
  } else {
    goro_mutex_lock(&mu);
  }
  REQUIRE(under_mu++ == 0);
  long seen = counter;
  if (dice_roll(d, 4) == 0) goro_gosched();
  counter = seen + 1;
  REQUIRE(--under_mu == 0);
  goro_mutex_unlock(&mu);
}

static void read_table(dice *d) {
  goro_rwmutex_rlock(&rw);
  readers++;
  REQUIRE(writers == 0);
  long first = table[0];
  if (dice_roll(d, 2) == 0) goro_gosched();
  for (int i = 1; i < PLACES; i++) REQUIRE(table[i] == first);
  readers--;
  goro_rwmutex_runlock(&rw);
}

static void write_table(dice *d) {
  goro_rwmutex_lock(&rw);
  REQUIRE(writers++ == 0 && readers == 0);
  for (int i = 0; i < PLACES; i++) {
    table[i]++;
    if (dice_roll(d, 16) == 0) goro_gosched();
  }
  writers--;
  goro_rwmutex_unlock(&rw);
}

static void use_token(dice *d) {
  goro_mutex_lock(&room_mu);
  while (tokens == 0) goro_cond_wait(&room);
  tokens--;
  goro_mutex_unlock(&room_mu);
  if (dice_roll(d, 2) == 0) goro_gosched();
  goro_mutex_lock(&room_mu);
  tokens++;
  REQUIRE(tokens <= 3);
  if (dice_roll(d, 10) == 0)
    goro_cond_broadcast(&room);
  else
    goro_cond_signal(&room);
  goro_mutex_unlock(&room_mu);
}

static void worker(void *arg) {
  dice d = dice_new((uint32_t)(intptr_t)arg);
  goro_once_do(&once, run_once, NULL);
  REQUIRE(once_runs == 1);
  for (int i = 0; i < rounds; i++) {
    lock_and_count(&d);
    switch (dice_roll(&d, 4)) {
    case 0:
      write_table(&d);
      break;
    case 1:
      use_token(&d);
      break;
    default:
      read_table(&d);
    }
  }
  goro_waitgroup_done(&wg);
}

int main(int argc, char **argv) {
  stress_init(argc, argv);
  rounds = stress_much(ROUNDS);
  goro_cond_init(&room, &room_mu);
  goro_waitgroup_add(&wg, WORKERS);
  for (int i = 0; i < WORKERS; i++) GORO_GO(worker, (void *)(intptr_t)i);
  goro_waitgroup_wait(&wg);
  REQUIRE(counter == (long)WORKERS * rounds);
  REQUIRE(tokens == 3 && readers == 0 && writers == 0);
  while (goro_num_goroutine() > 1) goro_gosched();
}
