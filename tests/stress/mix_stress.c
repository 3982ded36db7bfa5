/* mix_stress.c: everything at once, nested: goroutines that start others, in
 * frames that panic and recover, on stacks that grow and are cut back, while
 * they send, lock, sleep and exit.  What was entered is left, what was sent is
 * received, and nobody is left over. */
#include "stress.h"

enum { ACTORS = 12, STEPS = 2000, CHANS = 4, LOCKS = 3, DEEPEST = 5 };

static goro_chan *chans[CHANS];
static goro_mutex locks[LOCKS];
static int inside[LOCKS];
static goro_rwmutex rw;
static int writers;
static goro_waitgroup wg;
static _Atomic int sent, received, frames, deferred, exits, begun, ended;
static _Atomic uint32_t serial;
static int steps;

struct actor {
  dice d;
  int depth;
};

static void act(struct actor *a);

/* ---- what an actor does ---- */

static void send_or_give_up(struct actor *a) {
  goro_chan *c = chans[dice_roll(&a->d, CHANS)];
  goro_chan *after = goro_after(dice_roll(&a->d, 40) * GORO_MICROSECOND);
  int v = 1;
  goro_case k[] = {GORO_SEND(c, &v), GORO_RECV(after, NULL)};
  if (goro_select(k, 2) == 0) sent++;
  goro_chan_free(after);
}

static void recv_or_give_up(struct actor *a) {
  int v[CHANS] = {0};
  goro_case k[CHANS + 1];
  goro_chan *after = goro_after(dice_roll(&a->d, 40) * GORO_MICROSECOND);
  for (int i = 0; i < CHANS; i++) k[i] = GORO_RECV(chans[i], &v[i]);
  k[CHANS] = GORO_RECV(after, NULL);
  int got = goro_select(k, CHANS + 1);
  for (int i = 0; i < CHANS; i++) REQUIRE(v[i] == (i == got));
  if (got < CHANS) received++;
  goro_chan_free(after);
}

static void unlock_it(void *arg) {
  int *in = arg;
  --*in;
  goro_mutex_unlock(&locks[in - inside]);
}

static void lock_and_maybe_panic(void *arg) {
  struct actor *a = arg;
  int i = (int)dice_roll(&a->d, LOCKS);
  goro_mutex_lock(&locks[i]);
  REQUIRE(inside[i]++ == 0);
  goro_defer(unlock_it, &inside[i]);
  if (dice_roll(&a->d, 3) == 0) goro_gosched();
  if (dice_roll(&a->d, 6) == 0) goro_sleep(GORO_MICROSECOND);
  if (dice_roll(&a->d, 3) == 0) goro_panic("in a locked section");
}

static void read_or_write(struct actor *a) {
  if (dice_roll(&a->d, 4)) {
    goro_rwmutex_rlock(&rw);
    REQUIRE(writers == 0);
    if (dice_roll(&a->d, 2)) goro_gosched();
    REQUIRE(writers == 0);
    goro_rwmutex_runlock(&rw);
  } else {
    goro_rwmutex_lock(&rw);
    REQUIRE(writers++ == 0);
    if (dice_roll(&a->d, 2)) goro_gosched();
    writers--;
    goro_rwmutex_unlock(&rw);
  }
}

/* ---- frames ---- */

static void count_deferred(void *unused) {
  (void)unused;
  deferred++;
}

static void recovers(void *unused) {
  const char *text = goro_recover();
  (void)unused;
  REQUIRE(!text || text[0] == 'i');
  deferred++;
}

static void acts_deferred(void *arg) {
  deferred++;
  act(arg);
}

static void panics_deferred(void *unused) {
  (void)unused;
  deferred++;
  goro_panic("in a deferred call");
}

/* A frame recovers what it and its deferred calls may do: that is deferred
 * first. */
static void frame(void *arg) {
  struct actor *a = arg;
  frames++;
  goro_defer(recovers, NULL);
  int n = (int)dice_roll(&a->d, 4);
  for (int i = 0; i < n; i++) {
    frames++;
    switch (dice_roll(&a->d, 4)) {
    case 0:
      goro_defer(acts_deferred, a);
      break;
    case 1:
      goro_defer(panics_deferred, NULL);
      break;
    default:
      goro_defer(count_deferred, NULL);
    }
  }
  act(a);
  if (dice_roll(&a->d, 3) == 0) goro_panic("in a frame");
}

static void recovering(void *arg) {
  frames++;
  goro_defer(recovers, NULL);
  lock_and_maybe_panic(arg);
}

/* ---- stacks ---- */

static void grow(struct actor *a, int n) {
  size_t size = 1 + dice_roll(&a->d, n % 7 == 0 ? 2000 : 120);
  volatile unsigned char block[size];
  for (size_t i = 0; i < size; i++) block[i] = (unsigned char)(i + size);
  if (dice_roll(&a->d, 8) == 0) goro_gosched();
  if (n > 0)
    grow(a, n - 1);
  else
    act(a);
  if (dice_roll(&a->d, 8) == 0) goro_gosched();
  for (size_t i = 0; i < size; i++)
    REQUIRE(block[i] == (unsigned char)(i + size));
}

/* ---- goroutines ---- */

static void ends(void *a) {
  ended++;
  deferred++;
  free(a);
  goro_waitgroup_done(&wg);
}

static void child(void *arg) {
  struct actor *a = arg;
  frames++;
  goro_defer(ends, a);
  act(a);
  if (dice_roll(&a->d, 3)) return;
  exits++;
  if (dice_roll(&a->d, 2)) {
    frames += 2;
    goro_defer(recovers, NULL);
    goro_defer(panics_deferred, NULL); /* does not stop what comes */
  }
  goro_goexit();
  REQUIRE(false);
}

static void start(struct actor *parent, int depth) {
  struct actor *a = malloc(sizeof *a);
  REQUIRE(a != NULL);
  *a = (struct actor){dice_new(++serial), depth};
  if (parent) a->d.state ^= dice_roll(&parent->d, 1000) << 8;
  begun++;
  goro_waitgroup_add(&wg, 1);
  GORO_GO(child, a);
}

static void act(struct actor *a) {
  int depth = a->depth; /* panics may cut off those further in */
  if (depth < DEEPEST) {
    a->depth++;
    switch (dice_roll(&a->d, 9)) {
    case 0:
    case 1:
      goro_call(frame, a);
      break;
    case 2:
      grow(a, (int)dice_roll(&a->d, 30));
      break;
    case 3:
      if (dice_roll(&a->d, 3) == 0) start(a, a->depth);
      break;
    case 4:
      goro_call(recovering, a);
      break;
    case 5:
      read_or_write(a);
      break;
    case 6:
      goro_sleep(dice_roll(&a->d, 20) * GORO_MICROSECOND);
      break;
    case 7:
      send_or_give_up(a);
      break;
    default:
      recv_or_give_up(a);
    }
  }
  a->depth = depth;
}

static void main_actor(void *arg) {
  struct actor a = {dice_new(100000u + (uint32_t)(intptr_t)arg), 0};
  for (int i = 0; i < steps; i++) act(&a);
  goro_waitgroup_done(&wg);
}

int main(int argc, char **argv) {
  stress_init(argc, argv);
  steps = stress_much(STEPS);
  for (size_t i = 0; i < CHANS; i++) chans[i] = goro_chan_make(sizeof(int), i);
  goro_waitgroup_add(&wg, ACTORS);
  for (int i = 0; i < ACTORS; i++) GORO_GO(main_actor, (void *)(intptr_t)i);
  goro_waitgroup_wait(&wg);
  while (goro_num_goroutine() > 1) goro_gosched();
  for (int i = 0; i < CHANS; i++) {
    while (goro_chan_try_recv(chans[i], NULL, NULL)) received++;
    goro_chan_free(chans[i]);
  }
  REQUIRE(begun == ended && begun > exits && exits > 0);
  REQUIRE(sent == received && sent > 0);
  REQUIRE(frames == deferred);
  for (int i = 0; i < LOCKS; i++) {
    REQUIRE(inside[i] == 0 && goro_mutex_try_lock(&locks[i]));
  }
  REQUIRE(goro_rwmutex_try_lock(&rw));
}
