/* sema_stress.c: many addresses that share a root, and one that has many
 * waiters; in turns, first come first served or not, handed over or not.
 *
 * No more goroutines are inside than a semaphore has permits, what one permit
 * guards needs no atomics, and in the end all permits are back and nobody
 * waits. */
#include "stress.h"

#include "base/base.h"
#include "wait/sema.h"

enum { SEMAS = 40, CROWD = 48, ROUNDS = 1500, MOST = 3 };

/* Addresses this far apart hash to one place (sema.c: 251 roots of 8 bytes). */
enum { APART = 251 * 8 };

struct place {
  uint32_t sema;
  uint32_t permits; /* r/o */
  uint32_t inside;  /* atomic */
  int64_t entries;  /* with one permit: whoever is inside */
  uint32_t entered; /* atomic: the same, counted by all */
};

static union {
  struct place place;
  char room[APART];
} semas[SEMAS];

static goro_waitgroup wg;
static int rounds;

/* ---- semaphores ---- */

static void enter(struct place *s, dice *d) {
  goro__semacquire1(&s->sema, dice_roll(d, 4) == 0, waitReasonSemacquire);
  REQUIRE(Xadd(&s->inside, 1) <= s->permits);
  Xadd(&s->entered, 1);
  if (s->permits == 1) s->entries++;
}

static void leave(struct place *s, dice *d) {
  Xadd(&s->inside, -1);
  if (dice_roll(d, 3) == 0)
    goro__semhandoff(&s->sema);
  else
    goro__semrelease(&s->sema);
}

static void visit(void *arg) {
  dice d = dice_new((uint32_t)(intptr_t)arg);
  for (int i = 0; i < rounds; i++) {
    /* Half of the visits to the same two. */
    uint32_t k = dice_roll(&d, dice_roll(&d, 2) ? SEMAS : 2);
    struct place *s = &semas[k].place;
    enter(s, &d);
    if (dice_roll(&d, 8) == 0) goro_gosched();
    leave(s, &d);
  }
  goro_waitgroup_done(&wg);
}

static void semaphores(void) {
  struct semaRoot *root = goro__rootFor(&semas[0].place.sema);
  for (uint32_t i = 0; i < SEMAS; i++) {
    struct place *s = &semas[i].place;
    REQUIRE(goro__rootFor(&s->sema) == root);
    s->sema = s->permits = 1 + i % MOST;
  }
  goro_waitgroup_add(&wg, CROWD);
  for (int i = 0; i < CROWD; i++) GORO_GO(visit, (void *)(intptr_t)i);
  goro_waitgroup_wait(&wg);
  uint32_t visits = 0;
  for (int i = 0; i < SEMAS; i++) {
    struct place *s = &semas[i].place;
    visits += s->entered;
    REQUIRE(s->sema == s->permits && s->inside == 0);
    REQUIRE(s->permits > 1 || s->entries == s->entered);
  }
  REQUIRE(visits == (uint32_t)(CROWD * rounds));
  REQUIRE(root->nwait == 0 && root->treap == NULL);
}

/* ---- each one by itself: all wait, as many are let in ---- */

static uint32_t gate;

static void pass(void *arg) {
  goro__semacquire1(&gate, (intptr_t)arg % 2, waitReasonSemacquire);
  goro_waitgroup_done(&wg);
}

/* A release that comes before, with or after the wait: as many pass. */
static void open(void *arg) {
  if ((intptr_t)arg % 3)
    goro__semrelease(&gate);
  else
    goro__semhandoff(&gate);
  goro_waitgroup_done(&wg);
}

static void pairs(void) {
  int n = stress_much(ROUNDS) / 10;
  for (int i = 0; i < n; i++) {
    goro_waitgroup_add(&wg, 2 * CROWD);
    for (int k = 0; k < CROWD; k++) {
      GORO_GO(k % 2 ? pass : open, (void *)(intptr_t)(i + k));
      GORO_GO(k % 2 ? open : pass, (void *)(intptr_t)(i + k));
    }
    goro_waitgroup_wait(&wg);
    REQUIRE(gate == 0);
  }
}

/* ---- tickets ---- */

static struct notifyList list;
static uint32_t tickets, woken; /* atomic */

static void wait_for_turn(void *arg) {
  dice d = dice_new(2000 + (uint32_t)(intptr_t)arg);
  for (int i = 0; i < rounds; i++) {
    uint32_t t = goro__notifyListAdd(&list);
    Xadd(&tickets, 1);
    if (dice_roll(&d, 4) == 0) goro_gosched(); /* notified before it waits */
    goro__notifyListWait(&list, t);
    Xadd(&woken, 1);
  }
  goro_waitgroup_done(&wg);
}

/* One notification for each ticket, by several: a lost one is a hang. */
static void give_turns(void *arg) {
  uint32_t all = (uint32_t)(CROWD * rounds), t;
  static uint32_t given; /* atomic */
  (void)arg;
  while ((t = Load(&given)) < all) {
    if (t < Load(&tickets) && Cas(&given, t, t + 1))
      goro__notifyListNotifyOne(&list);
    else
      goro_gosched();
  }
  goro_waitgroup_done(&wg);
}

static void notify_lists(void) {
  enum { GIVERS = 4 };
  list.wait = list.notify = UINT32_MAX - 1000; /* they wrap around */
  goro_waitgroup_add(&wg, CROWD + GIVERS);
  for (int i = 0; i < CROWD; i++) GORO_GO(wait_for_turn, (void *)(intptr_t)i);
  for (int i = 0; i < GIVERS; i++) GORO_GO(give_turns, NULL);
  goro_waitgroup_wait(&wg);
  REQUIRE(woken == tickets && list.head == NULL && list.tail == NULL);
  REQUIRE(list.notify == list.wait);
}

int main(int argc, char **argv) {
  stress_init(argc, argv);
  rounds = stress_much(ROUNDS);
  semaphores();
  pairs();
  notify_lists();
}
