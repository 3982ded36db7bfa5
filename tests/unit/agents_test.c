/* agents_test.c: goroutines of the host's on several agents (sched/agent.c):
 * channels, select, sleeping, what is called off, a lost agent, the verdict.
 *
 * An agent is a thread with the loop of the package's (bindings/src/core.ts):
 * a slice, then the waits that are over, then it dozes.  Its goroutines are
 * actors, state machines that goro__host_step steps.  Every value that is sent
 * is accounted for.
 *
 * One P is left for agent 0; agent_new adds the others.  Agent 0 is main's: it
 * yields all the time instead of sleeping.
 *
 * test: hosts native native-tsan */
#include "unit.h"

#include "base/rand.h"
#include "lib/time/time.h"
#include "os/os_pthread.h"
#include "sched/hostg.h"
#include "wait/hostlock.h"
#include "wait/hostwait.h"

enum {
  AGENTS = 3,
  /* An agent's: two producers, two consumers, a sleeper, a locker, a wait. */
  ACTORS = 7,
  SLOTS = (AGENTS + 1) * ACTORS,
  SLICE = 1000 * 1000,
  NAP = 3000, /* ns: the longest sleep */
};

/* What one goroutine does; its agent's own. */
struct actor {
  bool (*step)(struct actor *); /* true: it has ended */
  uint32_t slot;
  struct g *gp; /* while it lives */
  bool waits;   /* for an operation, whose result this will be: */
  int32_t result;
  union hostval val;
  bool ok;
  int64_t sent; /* producer: so many */
  bool shut[2]; /* consumer: this channel is closed */
};

static struct actor actors[SLOTS];
static struct hchan *chans[2];
static int64_t each; /* values of a producer */

static struct hostlock *mu;
static int64_t locked; /* so often; under mu */

/* Atomic. */
static int64_t nsent, sumsent, nrecv, sumrecv;
static int32_t producers, alive, naps;

struct thread {
  struct hostagent *a;
  int first;       /* of its actors; its own */
  bool wait_over;  /* no more waits; its own */
  uint32_t stop;   /* atomic: end as if terminated */
  uint32_t ended;  /* atomic */
  int32_t waiting; /* its own: actors that are not over */
};

static struct thread threads[AGENTS];

/* ---- actors ---- */

static void count(int64_t *n, int64_t *sum, int64_t v) {
  Xadd(n, 1);
  Xadd(sum, v);
}

/* The last one closes. */
static void producer_over(void) {
  if (Xadd(&producers, -1) > 0) return;
  CHECK(goro__chanclose(chans[0]) && goro__chanclose(chans[1]));
  CHECK(!goro__chanclose(chans[0]));
}

static bool produced(struct actor *me) {
  count(&nsent, &sumsent, me->slot * each + me->sent);
  if (++me->sent < each) return false;
  producer_over();
  return true;
}

static int32_t send_either(struct actor *me, union hostval v) {
  struct hostsel *s = goro__hostsel(2);
  for (int i = 0; i < 2; i++) {
    s->cases[i].c = chans[i];
    s->cases[i].send = true;
    s->vals[i] = v;
  }
  return goro__host_select(2, true, me->slot);
}

static bool producer(struct actor *me) {
  if (me->waits && me->result >= 0 && produced(me)) return true;
  CHECK(!me->waits || me->result >= 0 || me->result == HOST_CANCELLED);
  me->waits = false;
  for (;;) {
    uint32_t dice = goro__cheaprandn(4);
    if (dice == 3) return false; /* gives way */
    union hostval v = {.i64 = me->slot * each + me->sent};
    getagent()->out.val = v;
    int32_t r = dice == 2 ? send_either(me, v)
                          : goro__host_send(chans[dice], true, me->slot);
    if (r == HOST_PARKED) {
      me->waits = true;
      return false;
    }
    CHECK(r >= 0);
    if (produced(me)) return true;
  }
}

static int32_t recv_either(struct actor *me) {
  struct hostsel *s = goro__hostsel(2);
  for (int i = 0; i < 2; i++) {
    s->cases[i].c = me->shut[i] ? NULL : chans[i];
    s->cases[i].send = false;
  }
  return goro__host_select(2, true, me->slot);
}

/* An operation on channel `from`, or a select, has come to r. */
static void consumed(struct actor *me, int from, int32_t r) {
  struct hostout *out = &getagent()->out;
  int64_t v = me->waits ? me->val.i64 : out->val.i64;
  bool ok = me->waits ? me->ok : out->ok;
  if (from < 0) {
    from = r;
    if (!ok) r = HOST_CLOSED;
  }
  if (r == HOST_CLOSED)
    me->shut[from] = true;
  else
    count(&nrecv, &sumrecv, v);
}

static bool consumer(struct actor *me) {
  if (me->waits && me->result != HOST_CANCELLED)
    consumed(me, (int)me->sent - 1, me->result);
  me->waits = false;
  for (;;) {
    if (me->shut[0] && me->shut[1]) return true;
    int from = (int)goro__cheaprandn(4) - 1;
    if (from == 2) return false;
    if (from >= 0 && me->shut[from]) continue;
    int32_t r = from < 0 ? recv_either(me)
                         : goro__host_recv(chans[from], true, me->slot);
    me->sent = from + 1; /* says what it waits for */
    if (r == HOST_PARKED) {
      me->waits = true;
      return false;
    }
    consumed(me, from, r);
  }
}

static bool sleeper(struct actor *me) {
  if (me->waits) Xadd(&naps, 1);
  if (Load(&producers) == 0) return true;
  struct g *gp = getg();
  me->waits = true;
  goro__hostg_park(gp, HOSTOP_SLEEP, waitReasonSleep);
  goro__sleep_set(gp, goro__cheaprandn(NAP));
  return false;
}

/* Locks, gives way, counts, and unlocks; `sent` counts, shut[0]: it has it. */
static bool locker(struct actor *me) {
  if (me->waits && me->result == 0) me->shut[0] = true;
  me->waits = false;
  if (me->shut[0]) {
    StoreRelaxed(&locked, LoadRelaxed(&locked) + 1);
    CHECK(goro__hostlock_give(mu, 1, false));
    me->shut[0] = false;
    if (++me->sent == each) return true;
  }
  int32_t r = goro__hostlock_take(mu, 1, false, true, me->slot);
  me->waits = r == HOST_PARKED;
  me->shut[0] = r == 0;
  return false;
}

static bool for_ever(struct actor *me) {
  if (me->waits) return true;
  me->waits = true;
  int32_t r = goro__host_recv(chans[0], true, me->slot);
  CHECK(r == HOST_PARKED);
  return false;
}

/* ---- an agent's loop ---- */

static void take_result(struct actor *me, struct g *gp) {
  struct hostg *h = hostg_of(gp);
  me->result = 0;
  if (h->cancelled)
    me->result = HOST_CANCELLED;
  else if (h->op != HOSTOP_NONE && h->op != HOSTOP_SLEEP)
    me->result = goro__host_woken(gp);
  h->cancelled = false;
  h->op = HOSTOP_NONE;
  me->val = getagent()->out.val;
  me->ok = getagent()->out.ok;
}

bool goro__host_step(struct g *gp) {
  struct actor *me = &actors[hostg_of(gp)->slot];
  CHECK(getg() == gp && hostg_of(gp)->agent == getagent());
  take_result(me, gp);
  if (!me->step(me)) return false;
  me->gp = NULL;
  Xadd(&alive, -1);
  return true;
}

static void start(uint32_t slot, bool (*step)(struct actor *)) {
  actors[slot] = (struct actor){.step = step, .slot = slot};
  Xadd(&alive, 1);
  if (step == producer) Xadd(&producers, 1);
  actors[slot].gp = goro__hostg_go(slot, NULL);
}

/* A wait of an async function's: the actor's step looks at it. */
static void wait_again(struct thread *t, struct actor *me) {
  while (!t->wait_over) {
    int32_t r = goro__host_recv(chans[1], true, me->slot);
    if (r == HOST_PARKED) {
      me->gp = getagent()->parked;
      return;
    }
    me->waits = false;
    if (r == HOST_CLOSED)
      t->wait_over = true;
    else
      consumed(me, 1, r);
  }
  me->gp = NULL;
}

static void settle(struct thread *t) {
  while (t->a->flags & HOST_READY) {
    struct g *gp = goro__hostg_next();
    struct actor *me = &actors[hostg_of(gp)->slot];
    take_result(me, gp);
    goro__hostg_end(gp);
    me->waits = true;
    if (me->result == HOST_CLOSED)
      t->wait_over = true;
    else
      consumed(me, 1, me->result);
    wait_again(t, me);
  }
}

/* As goro_ffi_cancel. */
static void cancel_one(struct thread *t) {
  struct actor *me = &actors[t->first + (int)goro__cheaprandn(ACTORS - 1)];
  struct g *gp = me->gp;
  if (!gp || readgstatus(gp) != Gwaiting || !goro__host_unqueue(gp)) return;
  hostg_of(gp)->cancelled = true;
  goro__goready(gp);
}

static bool over(struct thread *t) {
  if (Load(&t->stop)) return true;
  for (int i = 0; i < ACTORS; i++)
    if (actors[t->first + i].gp) return false;
  return true;
}

static void sleep_until(struct hostagent *a, int64_t until) {
  int64_t ns = until == INT64_MAX ? -1 : until - nanotime();
  if (until == INT64_MAX || ns > 0) goro__futexsleep(&a->dozing, 1, ns);
}

static void loop(struct thread *t) {
  struct hostagent *a = t->a;
  while (!over(t)) {
    goro__hostg_begin(SLICE);
    int64_t until = goro__hostg_run();
    a->flags &= HOST_READY;
    settle(t);
    if (goro__cheaprandn(4) == 0) cancel_one(t);
    if (until == 0 || over(t) || !goro__agent_doze()) continue;
    sleep_until(a, until);
    goro__agent_awake();
  }
}

static void thread_end(struct thread *t) {
  if (!Load(&t->stop)) goro__agent_leave();
  Store(&t->ended, 1);
  goro__baton_leave();
}

static void thread_main(void *v) {
  struct thread *t = v;
  uint32_t slot = (uint32_t)t->first;
  goro__agent_enter(t->a);
  CHECK(getagent() == t->a);
  start(slot, producer);
  start(slot + 1, producer);
  start(slot + 2, consumer);
  start(slot + 3, consumer);
  start(slot + 4, sleeper);
  if (mu) start(slot + 5, locker);
  actors[slot + 6] = (struct actor){.slot = slot + 6};
  wait_again(t, &actors[slot + 6]);
  producer_over(); /* the one that the thread has stood for */
  loop(t);
  thread_end(t);
}

static void empty_main(void *v) {
  struct thread *t = v;
  goro__agent_enter(t->a);
  CHECK(over(t));
  thread_end(t);
}

/* ---- the tests, on agent 0 ---- */

/* Main gives way all the time, and the queues are never empty. */
static bool turn(bool cond) {
  goro__hostg_collect();
  return cond;
}

static void begin(int i, void (*f)(void *)) {
  struct thread *t = &threads[i];
  *t = (struct thread){.a = goro__agent_new(), .first = (i + 1) * ACTORS};
  CHECK(t->a && t->a != &goro__agent0);
  CHECK(goro__pthread_start(f, t, 16 * (size_t)OS_MSTACK));
}

static void begin_all(uint32_t cap, void (*f)(void *)) {
  for (int i = 0; i < 2; i++) chans[i] = goro__makechan(8, cap);
  nsent = sumsent = nrecv = sumrecv = 0;
  Store(&producers, AGENTS + 1);
  for (int i = 0; i < AGENTS; i++) begin(i, f);
}

/* As a call of the host's, between slices. */
static struct hchan *unseen(void) {
  struct g *me = getg();
  setg(goro__m0.g0);
  struct hchan *c = goro__agent_orphan();
  setg(me);
  return c;
}

static void end(int i) {
  UNIT_UNTIL(turn(Load(&threads[i].ended)));
  CHECK(goro__agent_lost(threads[i].a));
  for (struct hchan *c; (c = unseen());) {
    CHECK(c == chans[0] || c == chans[1]);
    count(&nrecv, &sumrecv, goro__agent0.out.val.i64);
  }
}

static void end_all(void) {
  for (int i = 0; i < AGENTS; i++) end(i);
  for (int i = 0; i < 2; i++) goro__chanfree(chans[i]);
}

static void test_values(uint32_t cap) {
  int32_t before = goro__gcount();
  mu = goro__hostlock(1, waitReasonSyncMutexLock, 0);
  locked = 0;
  begin_all(cap, thread_main);
  start(0, producer);
  start(1, consumer);
  start(2, sleeper);
  start(3, locker);
  producer_over();
  UNIT_UNTIL(turn(Load(&alive) == 0));
  end_all();
  int64_t n = (AGENTS * 2 + 1) * each;
  CHECK(nsent == n && nrecv == n && sumsent == sumrecv);
  CHECK(locked == (AGENTS + 1) * each && mu->taken == 0);
  os_free(mu);
  mu = NULL;
  CHECK(goro__gcount() == before && Load(&naps) > 0);
}

/* One of them ends in the middle of it all. */
static void test_lost(uint32_t cap) {
  int32_t before = goro__gcount();
  begin_all(cap, thread_main);
  producer_over();
  UNIT_UNTIL(turn(Load(&nsent) >= each / 4));
  Store(&threads[1].stop, 1);
  end(1);
  for (int i = 0; i < ACTORS; i++) {
    struct actor *me = &actors[threads[1].first + i];
    if (me->gp && me->step == producer) producer_over();
    if (me->gp && me->step) Xadd(&alive, -1);
    me->gp = NULL;
  }
  begin(1, empty_main); /* uses its record again */
  end_all();
  CHECK(nrecv - nsent >= 0 && nrecv - nsent <= 2); /* sends it did not count */
  CHECK(goro__gcount() == before);
}

/* ---- the verdict ---- */

static uint32_t seen; /* atomic: verdicts */

static void stuck_main(void *v) {
  struct thread *t = v;
  goro__agent_enter(t->a);
  start((uint32_t)t->first, for_ever);
  if (t == &threads[0]) Store(&t->a->holds, 1);
  while (!over(t)) {
    goro__hostg_begin(SLICE);
    int64_t until = goro__hostg_run();
    t->a->flags = 0;
    if (until == 0 || over(t) || !goro__agent_doze()) continue;
    if (goro__agents_stuck()) Xadd(&seen, 1);
    goro__futexsleep(&t->a->dozing, 1, -1);
    goro__agent_awake();
  }
  thread_end(t);
}

static bool all_dozing(void) {
  for (int i = 0; i < AGENTS; i++)
    if (!Load(&threads[i].a->dozing)) return false;
  return true;
}

static void test_stuck(void) {
  Store(&seen, 0);
  begin_all(0, stuck_main);
  UNIT_UNTIL(all_dozing());
  CHECK(!goro__agents_stuck()); /* this one does not doze */
  Store(&goro__agent0.dozing, 1);
  CHECK(!goro__agents_stuck()); /* and that is a hold */
  CHECK(Load(&seen) == 0);
  Store(&threads[0].a->holds, 0);
  CHECK(goro__agents_stuck());
  Store(&goro__agent0.asyncs, 1);
  CHECK(!goro__agents_stuck());
  Store(&goro__agent0.asyncs, 0);
  Store(&goro__agent0.dozing, 0);
  goro__chanclose(chans[0]);
  end_all();
}

int main(void) {
  goro__GOMAXPROCS(1);
  goro__hostg_init();
  each = sched.systematic ? 8 : 300;
  for (int i = 0; i < (sched.systematic ? 1 : 2); i++) {
    test_values(0);
    test_values(7);
    test_lost(0);
    test_lost(7);
    test_stuck();
  }
  return unit_pass();
}
