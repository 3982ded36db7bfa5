/* context_stress.c: goroutines grow, cancel and let go of one tree of contexts.
 * Accounts: a context that was canceled before its parent keeps its own cause,
 * every function registered with AfterFunc runs once or is stopped, and when a
 * root is canceled all that is left below it is. */
#include "stress.h"

enum { WORKERS = 12, ROUNDS = 150, KEPT = 16 };

static goro_error errMine = GORO_ERROR("mine");
static goro_waitgroup wg;
static int rounds;
static _Atomic int ran, stopped, registered;

static void count(void *unused) {
  (void)unused;
  ran++;
}

/* What one worker holds: contexts that it made, each below an earlier one. */
struct hold {
  goro_context *ctx[KEPT];
  goro_context_func *f[KEPT];
  dice d;
};

static goro_context *derive(struct hold *h, goro_context *parent) {
  switch (dice_roll(&h->d, 6)) {
  case 0:
    return goro_context_with_value(parent, h, parent);
  case 1:
    return goro_context_with_timeout(parent, GORO_HOUR);
  case 2:
    return goro_context_with_timeout(parent, dice_roll(&h->d, 100000));
  default:
    return goro_context_with_cancel(parent);
  }
}

static void drop(struct hold *h, int i) {
  if (h->f[i]) {
    stopped += goro_context_func_stop(h->f[i]);
    goro_context_func_free(h->f[i]);
    h->f[i] = NULL;
  }
  if (h->ctx[i] && dice_roll(&h->d, 2)) {
    goro_context *leaf = goro_context_with_cancel(h->ctx[i]);
    goro_context_cancel_cause(leaf, &errMine);
    REQUIRE(goro_context_err(leaf));
    goro_context_release(leaf);
  }
  goro_context_release(h->ctx[i]);
  h->ctx[i] = NULL;
}

/* Cancel something of one's own and look at what is below it. */
static void cancel_one(struct hold *h, goro_context *parent) {
  goro_context *ctx = goro_context_with_cancel(parent);
  goro_context *child = goro_context_with_timeout(ctx, GORO_HOUR);
  goro_context_cancel_cause(ctx, &errMine);
  REQUIRE(goro_context_err(child) && goro_context_err(ctx));
  REQUIRE(goro_chan_try_recv(goro_context_done(child), NULL, NULL));
  REQUIRE(goro_context_cause(ctx) == goro_context_cause(child));
  if (!goro_context_err(parent)) REQUIRE(goro_context_cause(ctx) == &errMine);
  if (dice_roll(&h->d, 2)) goro_gosched();
  goro_context_release(ctx);
  goro_context_release(child);
}

static void round_of(struct hold *h, goro_context *root) {
  int i = (int)dice_roll(&h->d, KEPT), j = (int)dice_roll(&h->d, KEPT);
  goro_context *parent = h->ctx[j] ? h->ctx[j] : root;
  goro_context *made = derive(h, parent);
  if (dice_roll(&h->d, 4) == 0) cancel_one(h, made);
  drop(h, i);
  h->ctx[i] = made;
  if (dice_roll(&h->d, 3) == 0) {
    registered++;
    h->f[i] = goro_context_after_func(made, count, NULL);
  }
}

static goro_context *root;

static void worker(void *arg) {
  struct hold h = {.d = dice_new((uint32_t)(intptr_t)arg)};
  for (int i = 0; i < rounds; i++) {
    round_of(&h, root);
    if (dice_roll(&h.d, 8) == 0) goro_gosched();
  }
  goro_chan_recv(goro_context_done(root), NULL);
  goro_context_cancel(root); /* waits until the first cancel is over */
  for (int i = 0; i < KEPT; i++) {
    if (h.ctx[i]) REQUIRE(goro_context_err(h.ctx[i]));
    drop(&h, i);
  }
  goro_waitgroup_done(&wg);
}

int main(int argc, char **argv) {
  stress_init(argc, argv);
  rounds = stress_much(ROUNDS);
  root = goro_context_with_cancel(goro_context_background());
  goro_waitgroup_add(&wg, WORKERS);
  for (int i = 0; i < WORKERS; i++) GORO_GO(worker, (void *)(intptr_t)i);
  dice d = dice_new(WORKERS);
  for (int i = (int)dice_roll(&d, 2000); i > 0; i--) goro_gosched();
  goro_context_cancel(root);
  goro_waitgroup_wait(&wg);
  goro_context_release(root);
  while (goro_num_goroutine() > 1) goro_gosched();
  REQUIRE(ran + stopped == registered);
}
