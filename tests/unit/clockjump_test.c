/* clockjump_test.c: the clock goes on by hours at once, as after a machine that
 * slept: all that is due comes, each thing once and in order; what is not due
 * does not; and what is set afterwards counts from the new time.
 */
#include "unit.h"

#include "lib/context/context.h"
#include "lib/time/time.h"
#include "sched/schedule.h"

static const int64_t ms = 1000000;
static const int64_t hour = 3600 * INT64_C(1000000000);

/* The host's own waits end with it, as they do after a machine's sleep. */
static void jump(int64_t ns) {
  goro__point();
  StoreRelaxed(&os_clock_jump, LoadRelaxed(&os_clock_jump) + ns);
  if (Load(&sched.lastpoll) == 0) goro__netpollBreak();
}

static bool try_recv(struct hchan *c, int64_t *v) {
  bool received;
  return goro__selectnbrecv(c, v, &received);
}

static int64_t recv(struct hchan *c) {
  int64_t v;
  CHECK(goro__chanrecv2(c, &v));
  return v;
}

/* ---- sleepers ---- */

enum { SLEEPERS = 60 };

static struct {
  int64_t ns[SLEEPERS];
  int order[SLEEPERS]; /* who woke, one after another */
  uint32_t awake;      /* atomic */
} s;

static void sleeper(void *ns) {
  int64_t start = nanotime(), d = *(int64_t *)ns;
  goro__timeSleep(d);
  CHECK(nanotime() - start >= d);
  s.order[Xadd(&s.awake, 1) - 1] = (int)((int64_t *)ns - s.ns);
}

static struct g *start_sleeper(int i, int64_t ns) {
  s.ns[i] = ns;
  struct g *gp = unit_go(sleeper, &s.ns[i]);
  UNIT_UNTIL(unit_waits(gp, waitReasonSleep));
  return gp;
}

/* The shortest sleep last, so that the heap has to sort; one of them too long
 * for the first jump. */
static void test_sleepers(void) {
  for (int i = 0; i < SLEEPERS - 1; i++)
    start_sleeper(i, hour + (SLEEPERS - i) * 1000 * ms);
  struct g *longest = start_sleeper(SLEEPERS - 1, 4 * hour);
  CHECK(Load(&s.awake) == 0);
  jump(2 * hour);
  UNIT_UNTIL(Load(&s.awake) == SLEEPERS - 1);
  /* By the time they were due, the last one first, as runnext has it. */
  if (unit_in_order())
    for (int i = 0; i < SLEEPERS - 1; i++)
      CHECK(s.order[i] == (SLEEPERS - 1 - i) % (SLEEPERS - 1));
  goro__timeSleep(ms); /* from the new time; it does not wake the long one */
  CHECK(unit_waits(longest, waitReasonSleep));
  jump(2 * hour);
  UNIT_UNTIL(Load(&s.awake) == SLEEPERS);
}

/* ---- timers and tickers ---- */

static void test_timer(void) {
  int64_t before = nanotime();
  struct timeTimer *t = goro__NewTimer(hour), *later = goro__NewTimer(3 * hour);
  jump(2 * hour);
  CHECK(recv(t->c) >= before + hour);
  int64_t v;
  CHECK(!try_recv(later->c, &v));
  int64_t now = nanotime();
  CHECK(!goro__Timer_Reset(t, hour) && t->timer.when >= now + hour);
  CHECK(!try_recv(t->c, &v));
  CHECK(goro__Timer_Stop(t) && goro__Timer_Stop(later));
  goro__Timer_free(t);
  goro__Timer_free(later);
}

/* What is due, but not received yet, does not outlive Stop and Reset. */
static void test_stale(void) {
  struct timeTimer *t = goro__NewTimer(hour);
  int64_t v;
  jump(2 * hour);
  goro__Timer_Stop(t);
  CHECK(!try_recv(t->c, &v));
  goro__Timer_Reset(t, hour);
  jump(2 * hour);
  goro__Timer_Reset(t, hour);
  CHECK(!try_recv(t->c, &v));
  goro__Timer_free(t);
}

/* Thousands of ticks were missed: one comes, and the rhythm is the old one. */
static void test_ticker(void) {
  struct timeTimer *t = goro__NewTicker(1000 * ms);
  int64_t first = t->timer.when, v;
  jump(hour + 1);
  int64_t now = nanotime();
  CHECK(recv(t->c) >= first);
  CHECK(!try_recv(t->c, &v));
  CHECK(t->timer.when > now && (t->timer.when - first) % (1000 * ms) == 0);
  jump(1000 * ms);
  CHECK(recv(t->c) >= now);
  goro__Ticker_Stop(t);
  goro__Timer_free(t);
}

/* The clock jumps while due timers are being run. */
static uint32_t ran; /* atomic */

static void jump_on(void *unused) {
  (void)unused;
  Xadd(&ran, 1);
  jump(hour);
}

static void test_within(void) {
  static const struct gosite site = {.fn = "jump_on", .file = __FILE__};
  enum { N = 10 };
  struct timeTimer *t[N];
  for (int i = 0; i < N; i++)
    t[i] = goro__AfterFunc((i + 1) * hour, jump_on, NULL, &site);
  jump(hour);
  UNIT_UNTIL(Load(&ran) == N);
  UNIT_UNTIL(goro__gcount() == 1);
  for (int i = 0; i < N; i++) {
    CHECK(!goro__Timer_Stop(t[i]));
    goro__Timer_free(t[i]);
  }
}

/* ---- contexts ---- */

static struct Context *timeout(struct Context *parent, int64_t ns) {
  return goro__WithDeadlineCause(parent, nanotime() + ns, NULL);
}

static void test_context(void) {
  struct Context *bg = &goro__backgroundCtx;
  struct Context *c = timeout(bg, hour);
  struct Context *below = goro__WithCancel(c);
  struct Context *longer = timeout(bg, 3 * hour);
  CHECK(goro__Context_Err(below) == NULL);
  jump(2 * hour);
  int64_t v;
  goro__chanrecv2(goro__Context_Done(below), &v);
  CHECK(goro__Context_Err(c) == &goro__DeadlineExceeded);
  CHECK(goro__Context_Err(longer) == NULL);
  struct Context *late = timeout(longer, 2 * hour);
  CHECK(late->deadline == longer->deadline);
  goro__Context_release(late);
  goro__Context_release(longer);
  goro__Context_release(below);
  goro__Context_release(c);
}

int main(void) {
  test_sleepers();
  test_timer();
  test_stale();
  test_ticker();
  test_within();
  test_context();
  return unit_pass();
}
