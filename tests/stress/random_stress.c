/* random_stress.c: random programs, each with an account of every value.
 *
 * A program is a graph of channels.  Sources send into them, relays take from
 * some and send into later ones, sinks only take; in every way that there is:
 * by itself, in a select of several channels, with a default or a timeout.
 * Each channel is closed when all who send have ended, or rudely, in the
 * middle; whoever takes goes on until all its channels are closed.  Since
 * values go to later channels only, every program ends.
 *
 * The account: a value is taken once, and if it was sent; and one receiver gets
 * the values of one sender on one channel in their order.  What mutexes,
 * rwmutexes and a sync.Cond guard is counted beside it, and timers that were
 * stopped do not go off.
 *
 * argv[1] is the first program's seed; argv[2] is how many, in percent of 40,
 * or argv[3] after how many seconds it starts no more (`./build.sh stress`).
 */
#include "stress.h"

#include <stdatomic.h>
#include <string.h>

enum {
  PROGRAMS = 40,
  MAXCHANS = 6,
  MAXACTORS = 14, /* of each sort */
  MAXSENDERS = 2 * MAXACTORS + 1,
  MAXVALUES = 60, /* of a source */
  /* Values of one sender on one channel: a relay may get all that there are. */
  MAXSEQ = MAXACTORS * MAXVALUES + 1,
  MAXSET = 4, /* channels of one actor */
  USERS = 2   /* of tokens */
};

/* What one sender does on one channel. */
struct lane {
  atomic_int sent;            /* how many, from 1; written by the sender */
  atomic_uchar taken[MAXSEQ]; /* 1: somebody has the value */
};

struct channel {
  goro_chan *c;
  bool rude;          /* somebody closes it before its time */
  atomic_int senders; /* who may still send; the last one closes it */
  atomic_int taken;   /* values */
  struct lane lane[MAXSENDERS];
};

struct value {
  uint16_t channel, sender;
  int32_t seq;
};

struct actor {
  int id;    /* as a sender */
  int nfrom; /* 0: a source, or all of them are closed */
  int from[MAXSET];
  int nto; /* 0: a sink */
  int to[MAXSET];
  int values;                    /* that a source has left */
  bool sent;                     /* the last try */
  struct value promised[MAXSET]; /* on record; at most one of them is sent */
  int npromised;
  goro_timer *timeout; /* of a send; NULL: there is none */
  dice d;
  /* the last value seen, by channel and sender */
  int32_t seen[MAXCHANS][MAXSENDERS];
};

static struct channel channels[MAXCHANS];
static struct actor actors[3 * MAXACTORS];
static int nchans, nactors, nsenders;
static goro_waitgroup wg;
static long long total; /* values, of all programs */

/* ---- what locks guard ---- */

static goro_mutex mu;
static goro_rwmutex rw;
static goro_cond nonzero;
static int under_mu, tokens;        /* under mu */
static int under_rw;                /* under rw */
static atomic_int did_mu, did_rw;   /* how often they were added to */
static atomic_int given, used;      /* tokens */
static atomic_int set, undone, ran; /* timers' functions */

static void count_run(void *unused) {
  (void)unused;
  ran++;
}

static void lock_something(struct actor *a) {
  switch (dice_roll(&a->d, 5)) {
  case 0:
    goro_mutex_lock(&mu);
    under_mu++;
    if (dice_roll(&a->d, 4) == 0) goro_gosched();
    goro_mutex_unlock(&mu);
    did_mu++;
    break;
  case 1:
    goro_rwmutex_lock(&rw);
    under_rw++;
    goro_rwmutex_unlock(&rw);
    did_rw++;
    break;
  case 2: {
    goro_rwmutex_rlock(&rw);
    int before = under_rw;
    if (dice_roll(&a->d, 2)) goro_gosched();
    REQUIRE(under_rw == before);
    goro_rwmutex_runlock(&rw);
    break;
  }
  case 3:
    goro_mutex_lock(&mu);
    tokens++;
    goro_cond_signal(&nonzero);
    goro_mutex_unlock(&mu);
    given++;
    break;
  default: {
    set++;
    goro_timer *t = goro_after_func(dice_roll(&a->d, 50) * GORO_MICROSECOND,
                                    count_run, NULL);
    if (dice_roll(&a->d, 2)) goro_gosched();
    if (dice_roll(&a->d, 2)) goro_sleep(60 * GORO_MICROSECOND);
    if (goro_timer_stop(t)) undone++;
    goro_timer_free(t);
  }
  }
}

/* Until there are no more, and a negative token says so. */
static void use_tokens(void *unused) {
  (void)unused;
  for (;;) {
    goro_mutex_lock(&mu);
    while (tokens == 0) goro_cond_wait(&nonzero);
    if (tokens < 0) break;
    tokens--;
    goro_mutex_unlock(&mu);
    used++;
  }
  goro_mutex_unlock(&mu);
  goro_waitgroup_done(&wg);
}

/* ---- sending ---- */

/* The next value for its channel a->to[i].  It has to be on record before
 * anyone can take it, as its taker looks. */
static struct value *promise(struct actor *a, int i) {
  struct value *v = &a->promised[a->npromised++];
  atomic_int *sent = &channels[a->to[i]].lane[a->id].sent;
  REQUIRE(*sent + 1 < MAXSEQ);
  *v = (struct value){(uint16_t)a->to[i], (uint16_t)a->id, ++*sent};
  return v;
}

/* Promise `kept` was sent, if it is one; all others come off the record. */
static void keep(struct actor *a, int kept) {
  for (int i = 0; i < a->npromised; i++)
    if (i != kept) channels[a->promised[i].channel].lane[a->id].sent--;
  a->npromised = 0;
}

/* Send one value into one of the channels, or give up. */
static bool send_select(struct actor *a, int n, bool block,
                        goro_chan *timeout) {
  goro_case k[MAXSET + 1];
  for (int i = 0; i < n; i++)
    k[i] = GORO_SEND(channels[a->to[i]].c, promise(a, i));
  k[n] = GORO_RECV(timeout, NULL); /* never, if it is NULL */
  int chosen = block ? goro_select(k, n + 1) : goro_select_default(k, n);
  keep(a, chosen);
  return chosen >= 0 && chosen < n;
}

static bool send_somehow(struct actor *a) {
  int n = 1 + (int)dice_roll(&a->d, (uint32_t)a->nto);
  switch (dice_roll(&a->d, 4)) {
  case 0:
    return send_select(a, n, false, NULL);
  case 1: {
    goro_duration d = dice_roll(&a->d, 30) * GORO_MICROSECOND;
    a->timeout = goro_timer_new(d);
    return send_select(a, n, true, goro_timer_chan(a->timeout));
  }
  case 2:
    return send_select(a, n, true, NULL);
  default:
    goro_chan_send(channels[a->to[0]].c, promise(a, 0));
    keep(a, 0);
    return true;
  }
}

/* After a panic nothing was sent: not the closed channel's value, nor those
 * that were in the select with it. */
static void on_closed(void *arg) {
  struct actor *a = arg;
  const char *why = goro_recover();
  goro_timer_free(a->timeout);
  a->timeout = NULL;
  if (!why) return;
  REQUIRE(strcmp(why, "send on closed channel") == 0);
  keep(a, -1);
  a->nto = 0; /* it sends no more */
}

static void send_once(void *arg) {
  struct actor *a = arg;
  goro_defer(on_closed, a);
  a->sent = send_somehow(a);
}

static void send_try(struct actor *a) {
  for (a->sent = false; a->nto && !a->sent;) {
    goro_call(send_once, a);
    if (!a->sent && dice_roll(&a->d, 2)) goro_gosched();
  }
}

/* The channels that an actor sends into: without it they may be closed. */
static void leave(const int *to, int n) {
  for (int i = 0; i < n; i++) {
    struct channel *ch = &channels[to[i]];
    if (atomic_fetch_sub(&ch->senders, 1) == 1 && !ch->rude)
      goro_chan_close(ch->c);
  }
}

/* ---- taking ---- */

static void take(struct actor *a, int from, struct value v) {
  struct channel *ch = &channels[v.channel];
  REQUIRE(v.channel == from && v.sender < nsenders);
  REQUIRE(v.seq > a->seen[from][v.sender]);
  REQUIRE(v.seq <= ch->lane[v.sender].sent);
  REQUIRE(atomic_exchange(&ch->lane[v.sender].taken[v.seq], 1) == 0);
  a->seen[from][v.sender] = v.seq;
  ch->taken++;
}

static bool drop(struct actor *a, int which) {
  a->from[which] = a->from[--a->nfrom];
  return false;
}

static bool recv_select(struct actor *a, bool block, goro_chan *timeout) {
  struct value v[MAXSET];
  goro_case k[MAXSET + 1];
  int n = a->nfrom;
  for (int i = 0; i < n; i++) k[i] = GORO_RECV(channels[a->from[i]].c, &v[i]);
  k[n] = GORO_RECV(timeout, NULL);
  int i = block ? goro_select(k, n + 1) : goro_select_default(k, n);
  if (i < 0 || i == n) return false;
  if (!k[i].ok) return drop(a, i);
  take(a, a->from[i], v[i]);
  return true;
}

static bool recv_somehow(struct actor *a) {
  switch (dice_roll(&a->d, 4)) {
  case 0:
    return recv_select(a, false, NULL);
  case 1: {
    goro_duration d = dice_roll(&a->d, 30) * GORO_MICROSECOND;
    goro_timer *t = goro_timer_new(d);
    bool got = recv_select(a, true, goro_timer_chan(t));
    goro_timer_free(t);
    return got;
  }
  case 2: {
    struct value v;
    int i = (int)dice_roll(&a->d, (uint32_t)a->nfrom);
    if (!goro_chan_recv(channels[a->from[i]].c, &v)) return drop(a, i);
    take(a, a->from[i], v);
    return true;
  }
  default:
    return recv_select(a, true, NULL);
  }
}

/* ---- actors ---- */

static void act(void *arg) {
  struct actor *a = arg;
  int to[MAXSET], nto = a->nto;
  memcpy(to, a->to, sizeof to);
  while (a->nfrom || (a->values-- > 0 && a->nto)) {
    if (a->nfrom == 0 || recv_somehow(a)) send_try(a);
    if (dice_roll(&a->d, 8) == 0) lock_something(a);
    if (dice_roll(&a->d, 16) == 0) goro_gosched();
  }
  leave(to, nto);
  goro_waitgroup_done(&wg);
}

static void close_rudely(void *arg) {
  struct channel *ch = arg;
  dice d = dice_new(5000 + (uint32_t)(ch - channels));
  goro_sleep(dice_roll(&d, 300) * GORO_MICROSECOND);
  goro_chan_close(ch->c);
  goro_waitgroup_done(&wg);
}

/* ---- a program ---- */

/* At most `most` different channels of [low, high). */
static int choose(dice *d, int *set_of, int low, int high, int most) {
  int n = 0, want = 1 + (int)dice_roll(d, (uint32_t)most);
  for (int i = low; i < high && n < want; i++) {
    int left = high - i;
    if ((int)dice_roll(d, (uint32_t)left) < want - n) set_of[n++] = i;
  }
  return n;
}

static struct actor *new_actor(dice *d) {
  struct actor *a = &actors[nactors++];
  memset(a, 0, sizeof *a);
  a->d = dice_new(100 + dice_roll(d, 1000000));
  return a;
}

static void sends(struct actor *a) {
  a->id = nsenders++;
  for (int i = 0; i < a->nto; i++) channels[a->to[i]].senders++;
}

static void new_source(dice *d) {
  struct actor *a = new_actor(d);
  a->nto = choose(d, a->to, 0, nchans, MAXSET);
  a->values = 1 + (int)dice_roll(d, MAXVALUES);
  sends(a);
}

static void new_relay(dice *d) {
  struct actor *a = new_actor(d);
  int border = 1 + (int)dice_roll(d, (uint32_t)nchans - 1);
  a->nfrom = choose(d, a->from, 0, border, MAXSET);
  a->nto = choose(d, a->to, border, nchans, MAXSET);
  sends(a);
}

static void new_sink(dice *d) {
  struct actor *a = new_actor(d);
  a->nfrom = choose(d, a->from, 0, nchans, MAXSET);
}

static void new_last_sink(dice *d, int channel) {
  struct actor *a = new_actor(d);
  a->nfrom = 1;
  a->from[0] = channel;
}

static void make(dice *d) {
  nchans = 2 + (int)dice_roll(d, MAXCHANS - 1);
  memset(channels, 0, sizeof channels);
  for (int i = 0; i < nchans; i++) {
    size_t cap = dice_roll(d, 3) ? dice_roll(d, 5) : 0;
    channels[i].c = goro_chan_make(sizeof(struct value), cap);
    channels[i].rude = dice_roll(d, 8) == 0;
  }
  nactors = nsenders = 0;
  for (int n = 1 + (int)dice_roll(d, MAXACTORS - 1); n > 0; n--) new_source(d);
  for (int n = (int)dice_roll(d, MAXACTORS / 2); n > 0; n--) new_relay(d);
  /* Each channel has somebody who takes from it alone until it is closed:
   * others may be busy sending. */
  for (int i = 0; i < nchans; i++) new_last_sink(d, i);
  for (int n = (int)dice_roll(d, MAXACTORS / 2); n > 0; n--) new_sink(d);
}

static void start(void) {
  tokens = 0;
  goro_waitgroup_add(&wg, nactors);
  for (int i = 0; i < nchans; i++) {
    struct channel *ch = &channels[i];
    if (ch->rude) goro_waitgroup_add(&wg, 1);
    if (ch->rude) GORO_GO(close_rudely, ch);
    if (!ch->rude && ch->senders == 0) goro_chan_close(ch->c);
  }
  for (int i = 0; i < nactors; i++) GORO_GO(act, &actors[i]);
  goro_waitgroup_wait(&wg);
  /* They are last, as others give tokens until they end. */
  goro_waitgroup_add(&wg, USERS);
  for (int i = 0; i < USERS; i++) GORO_GO(use_tokens, NULL);
  while (used != given) goro_gosched();
  goro_mutex_lock(&mu);
  tokens = -1;
  goro_cond_broadcast(&nonzero);
  goro_mutex_unlock(&mu);
  goro_waitgroup_wait(&wg);
}

/* All that was sent has been taken. */
static void settle(void) {
  for (int i = 0; i < nchans; i++) {
    struct channel *ch = &channels[i];
    int taken = 0;
    for (int s = 0; s < nsenders; s++) {
      const struct lane *l = &ch->lane[s];
      int last = 0;
      for (int q = 1; q < MAXSEQ; q++) {
        if (!l->taken[q]) continue;
        REQUIRE(q == last + 1); /* none is missing */
        last = q;
        taken++;
      }
      REQUIRE(last == l->sent);
    }
    REQUIRE(taken == ch->taken && goro_chan_len(ch->c) == 0);
    total += taken;
    goro_chan_free(ch->c);
  }
  while (ran + undone != set) goro_sleep(10 * GORO_MICROSECOND);
  REQUIRE(under_mu == did_mu && under_rw == did_rw && used == given);
}

static void run_one(void) {
  dice d = dice_new(0);
  make(&d);
  start();
  settle();
}

int main(int argc, char **argv) {
  stress_init(argc, argv);
  int64_t seconds = argc > 3 ? atoll(argv[3]) : 0;
  goro_time until = goro_now() + seconds * GORO_SECOND;
  goro_cond_init(&nonzero, &mu);
  int n = 0;
  while (seconds ? goro_now() < until : n < stress_much(PROGRAMS)) {
    run_one();
    n++;
    stress_seed++;
  }
  printf("%d programs, %lld values\n", n, total);
  return 0;
}
