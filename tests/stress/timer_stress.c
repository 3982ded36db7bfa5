/* timer_stress.c: timers made, stopped, reset and freed while they go off.
 * What Stop says is true: a function either was stopped or runs, once. */
#include "stress.h"

enum { WORKERS = 30, ROUNDS = 400 };

static goro_waitgroup wg;
static _Atomic int started, stopped, ran;
static int rounds;

static void goes_off(void *arg) {
  (void)arg;
  ran++;
}

static goro_duration soon(dice *d) {
  return (goro_duration)dice_roll(d, 300) * GORO_MICROSECOND;
}

static void after_func(dice *d) {
  goro_timer *t = goro_after_func(soon(d), goes_off, NULL);
  started++;
  if (dice_roll(d, 2)) goro_sleep(soon(d));
  if (dice_roll(d, 2) && goro_timer_reset(t, soon(d)) == false) started++;
  if (dice_roll(d, 2)) goro_sleep(soon(d));
  if (goro_timer_stop(t)) stopped++;
  REQUIRE(!goro_timer_stop(t));
  goro_timer_free(t);
}

/* No stale value: after Stop or Reset the channel is empty. */
static void channel_timer(dice *d) {
  goro_timer *t = goro_timer_new(soon(d));
  goro_chan *c = goro_timer_chan(t);
  if (dice_roll(d, 2)) goro_sleep(soon(d));
  goro_time before = goro_now();
  goro_timer_reset(t, 50 * GORO_MICROSECOND);
  goro_time due;
  REQUIRE(goro_chan_recv(c, &due) && due >= before && due <= goro_now());
  REQUIRE(!goro_timer_stop(t));
  REQUIRE(!goro_chan_try_recv(c, &due, NULL));
  goro_timer_free(t);
}

static void timeout(dice *d) {
  goro_chan *never = goro_chan_make(0, 0);
  goro_chan *after = goro_after(soon(d));
  goro_case cases[] = {GORO_RECV(never, NULL), GORO_RECV(after, NULL)};
  REQUIRE(goro_select(cases, 2) == 1 && cases[1].ok);
  goro_chan_free(after);
  goro_chan_free(never);
}

static void ticks(dice *d) {
  goro_time start = goro_now(), due;
  goro_ticker *t = goro_ticker_new(20 * GORO_MICROSECOND + soon(d) / 4);
  for (int i = 0; i < 3; i++) {
    REQUIRE(goro_chan_recv(goro_ticker_chan(t), &due));
    REQUIRE(due >= start && due <= goro_now());
  }
  goro_ticker_free(t);
}

static void worker(void *arg) {
  dice d = dice_new((uint32_t)(intptr_t)arg);
  for (int i = 0; i < rounds; i++) {
    switch (dice_roll(&d, 8)) {
    case 0:
      ticks(&d);
      break;
    case 1:
    case 2:
      timeout(&d);
      break;
    case 3:
    case 4:
      channel_timer(&d);
      break;
    default:
      after_func(&d);
    }
  }
  goro_waitgroup_done(&wg);
}

int main(int argc, char **argv) {
  stress_init(argc, argv);
  rounds = stress_much(ROUNDS);
  goro_waitgroup_add(&wg, WORKERS);
  for (int i = 0; i < WORKERS; i++) GORO_GO(worker, (void *)(intptr_t)i);
  goro_waitgroup_wait(&wg);
  while (goro_num_goroutine() > 1) goro_gosched();
  REQUIRE(ran + stopped == started);
}
