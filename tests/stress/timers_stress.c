/* timers_stress.c: timers that belong to nobody: whichever goroutine comes,
 * sets, moves or stops them, on any M, while they go off on any, and while the
 * number of Ps rises and falls and heaps move with it.
 *
 * What was set goes off once, unless a stop or another setting says that it
 * came first. */
#include "stress.h"

#include "sched/runtime2.h"

enum { TIMERS = 24, CHANNELS = 8, WORKERS = 12, ROUNDS = 3000 };

struct shared {
  struct timer t;
  uint32_t set, undone, ran; /* atomic */
};

struct channel {
  goro_timer *t;
  uint32_t set, undone, got; /* atomic */
};

static struct shared timers[TIMERS];
static struct channel channels[CHANNELS];
static goro_waitgroup workers, listeners;
static goro_chan *over;
static int rounds;

static int64_t soon(dice *d) {
  /* Now and then so far off that somebody has to move it. */
  uint32_t us = dice_roll(d, 8) ? 100 : 20000;
  return (int64_t)dice_roll(d, us) * 1000;
}

/* ---- functions ---- */

static void goes_off(void *arg, uintptr_t seq, int64_t delay) {
  struct shared *s = arg;
  (void)seq;
  REQUIRE(delay >= 0); /* never early */
  Xadd(&s->ran, 1);
}

static void change(struct shared *s, dice *d) {
  if (dice_roll(d, 4) == 0) {
    if (goro__timer_stop(&s->t)) Xadd(&s->undone, 1);
    return;
  }
  Xadd(&s->set, 1);
  if (goro__timer_reset(&s->t, goro__when(soon(d)), 0)) Xadd(&s->undone, 1);
}

/* One that no other goroutine knows, given up while it runs or has run.  The
 * leak checker of the native build counts. */
static void make_and_leave(dice *d) {
  static struct shared sink;
  struct timer *t = goro__mallocz(sizeof *t);
  goro__timer_init(t, goes_off, &sink);
  goro__timer_reset(t, goro__when(soon(d)), dice_roll(d, 3) * 30000);
  if (dice_roll(d, 2)) goro_gosched();
  goro__timer_delete(t);
}

/* ---- channels ---- */

/* Also a value that lies in the channel is undone, nobody has seen it. */
static void change_channel(struct channel *c, dice *d) {
  if (dice_roll(d, 4) == 0) {
    if (goro_timer_stop(c->t)) Xadd(&c->undone, 1);
    return;
  }
  Xadd(&c->set, 1);
  if (goro_timer_reset(c->t, soon(d))) Xadd(&c->undone, 1);
}

static void try_channel(struct channel *c) {
  goro_time due;
  if (goro_chan_try_recv(goro_timer_chan(c->t), &due, NULL)) Xadd(&c->got, 1);
}

/* Blocked on it: it is in a heap meanwhile, and nowhere in between. */
static void listen(void *arg) {
  struct channel *c = arg;
  for (;;) {
    goro_time due = 0;
    goro_case k[] = {GORO_RECV(goro_timer_chan(c->t), &due),
                     GORO_RECV(over, NULL)};
    if (goro_select(k, 2) == 1) break;
    REQUIRE(due != 0 && due <= goro_now());
    Xadd(&c->got, 1);
  }
  goro_waitgroup_done(&listeners);
}

/* ---- all of them ---- */

static void work(void *arg) {
  dice d = dice_new((uint32_t)(intptr_t)arg);
  for (int i = 0; i < rounds; i++) {
    struct channel *c = &channels[dice_roll(&d, CHANNELS)];
    switch (dice_roll(&d, 8)) {
    case 0:
      make_and_leave(&d);
      break;
    case 1:
      change_channel(c, &d);
      break;
    case 2:
      try_channel(c);
      break;
    case 3:
      goro_gosched();
      break;
    default:
      change(&timers[dice_roll(&d, TIMERS)], &d);
    }
    if (dice_roll(&d, 100) == 0) goro_sleep(soon(&d) / 10);
  }
  goro_waitgroup_done(&workers);
}

/* Ps come and go: a heap whose P goes is taken by another. */
static void resize(void *arg) {
  int most = goro_gomaxprocs(0);
  dice d = dice_new(1000);
  (void)arg;
  for (int i = 0; i < rounds / 100; i++) {
    goro_gomaxprocs(1 + (int)dice_roll(&d, (uint32_t)most));
    goro_sleep(soon(&d) / 10);
  }
  goro_gomaxprocs(most);
  goro_waitgroup_done(&workers);
}

static void start(void) {
  over = goro_chan_make(0, 0);
  for (int i = 0; i < TIMERS; i++)
    goro__timer_init(&timers[i].t, goes_off, &timers[i]);
  for (int i = 0; i < CHANNELS; i++) {
    channels[i].t = goro_timer_new(GORO_MILLISECOND);
    channels[i].set = 1;
  }
  goro_waitgroup_add(&workers, WORKERS + 1);
  goro_waitgroup_add(&listeners, CHANNELS);
  for (int i = 0; i < WORKERS; i++) GORO_GO(work, (void *)(intptr_t)i);
  GORO_GO(resize, NULL);
  for (int i = 0; i < CHANNELS; i++) GORO_GO(listen, &channels[i]);
}

/* Nothing is set any more: who went off before that may still be on its way. */
static void settle(struct shared *s) {
  if (goro__timer_stop(&s->t)) s->undone++;
  REQUIRE(!goro__timer_stop(&s->t));
  while (Load(&s->ran) < s->set - s->undone) goro_gosched();
  REQUIRE(Load(&s->ran) + s->undone == s->set);
}

/* None is lost, and none comes twice.  One may count as undone although it was
 * received: a stop that meets a send which an earlier one has cut off, and
 * which waits for its lock still, takes it for a send of this setting (as in
 * Go). */
static void settle_channel(struct channel *c) {
  REQUIRE(!goro_chan_try_recv(goro_timer_chan(c->t), NULL, NULL));
  REQUIRE(c->got <= c->set);
  REQUIRE(c->got + c->undone >= c->set);
  goro_timer_free(c->t);
}

int main(int argc, char **argv) {
  stress_init(argc, argv);
  rounds = stress_much(ROUNDS);
  start();
  goro_waitgroup_wait(&workers);
  for (int i = 0; i < CHANNELS; i++)
    if (goro_timer_stop(channels[i].t)) channels[i].undone++;
  goro_chan_close(over);
  goro_waitgroup_wait(&listeners);
  for (int i = 0; i < TIMERS; i++) settle(&timers[i]);
  for (int i = 0; i < CHANNELS; i++) settle_channel(&channels[i]);
  while (goro_num_goroutine() > 1) goro_gosched();
  goro_chan_free(over);
}
