/* netpoll_test.c: the M that sleeps until the next timer: it sleeps no longer
 * than that, also if an earlier one comes, and there is one such M at most. */
#include "unit.h"

#include "api/goro.h"
#include "sched/schedule.h"
#include "wait/chan.h"

static const int64_t hour = INT64_C(3600000000000);

static void alone(void) { UNIT_UNTIL(goro__gcount() == 1); }

static void raise_flag(void *flag, uintptr_t seq, int64_t delay) {
  (void)seq;
  CHECK(delay >= 0);
  Store((uint32_t *)flag, 1);
}

static void never(void *unused, uintptr_t seq, int64_t delay) {
  (void)unused, (void)seq, (void)delay;
  CHECK(false);
}

/* Timers that only make idle Ms wait. */
enum { nfar = 8 };
static struct timer far[nfar];

static void set_far(void *t) { goro__timer_reset(t, goro__when(hour), 0); }

static void start_far(void) {
  for (int i = 0; i < nfar; i++) unit_go(set_far, &far[i]);
  alone();
}

static void stop_far(void) {
  for (int i = 0; i < nfar; i++) CHECK(goro__timer_stop(&far[i]));
}

/* ---- the protocol, by one who only says that it is the poller ---- */

/* One at a time; who comes second tells the first if it is earlier. */
static void test_one_poller(void) {
  if (!unit_one_m()) return; /* another M might be it in earnest */
  CHECK(Load(&sched.lastpoll) != 0 && sched.pollUntil == 0);
  CHECK(goro__poll_begin(1000));
  CHECK(Load(&sched.lastpoll) == 0 && sched.pollUntil == 1000);
  CHECK(!goro__poll_begin(1000) && !goro__poll_begin(2000));
  CHECK(sched.pollbreak == 0);
  CHECK(!goro__poll_begin(999) && sched.pollbreak == 1);
  CHECK(!goro__poll_begin(998) && sched.pollbreak == 1);
  goro__poll_end();
  CHECK(Load(&sched.lastpoll) != 0 && sched.pollUntil == 0);
  CHECK(sched.pollbreak == 0 && sched.pollisaway == 0);
}

/* A new timer: the poller is told only if it would come too late. */
static void test_told(void) {
  if (!unit_one_m()) return;
  CHECK(goro__poll_begin(1000));
  goro__wakeNetPoller(1000);
  goro__wakeNetPoller(5000);
  CHECK(sched.pollbreak == 0);
  goro__wakeNetPoller(10);
  CHECK(sched.pollbreak == 1);
  goro__poll_end();
  /* Between the two steps of poll_begin nobody knows when it will wake. */
  Store(&sched.lastpoll, 0);
  goro__wakeNetPoller(hour);
  CHECK(sched.pollbreak == 1);
  goro__poll_end();
}

/* Told before it sleeps: it does not. */
static void test_told_before(void) {
  if (!unit_one_m()) return;
  CHECK(goro__poll_begin(nanotime() + hour));
  goro__wakeNetPoller(10);
  CHECK(goro__poll_sleep(getg()->m, nanotime() + hour));
  getg()->m->away = MHERE; /* an M that cannot block has noted that it left */
  goro__poll_end();
}

/* All timers were stopped before it said that it waits for them: whoever
 * stopped the last one could not tell it. */
static void test_no_timers(void) {
  if (!unit_one_m()) return;
  CHECK(goro__timeSleepUntil() == INT64_MAX);
  CHECK(goro__poll_begin(nanotime() + hour) && sched.pollbreak == 1);
  goro__poll_end();
}

/* ---- a real one ---- */

static void sleeps(void *ns) { goro_sleep((goro_duration)(intptr_t)ns); }

static void long_sleep(void *unused) {
  (void)unused;
  goro_sleep(hour);
}

/* The poller is asleep and has long to go. */
static bool polls_for_long(void) {
  int64_t until = Load(&sched.pollUntil);
  return Load(&sched.lastpoll) == 0 && until > nanotime() + hour / 2;
}

static void until_polls_for_long(void) {
  for (; !polls_for_long(); goro__Gosched()) {
    CHECK(unit_patient());
    unit_go(unit_nothing, NULL); /* whoever takes it goes idle again */
  }
  unit_to_blocking_m();
}

/* main goes on and on, without a look at its timers: the M that sleeps until
 * another one, far away, runs them.  moved: also that one was far away. */
static void test_earlier(bool moved) {
  if (nallp < 2) return;
  start_far();
  for (int i = 0; i < 8; i++) {
    uint32_t fired = 0;
    struct timer *t = goro__mallocz(sizeof *t);
    goro__timer_init(t, raise_flag, &fired);
    if (moved) goro__timer_reset(t, goro__when(hour), 0);
    until_polls_for_long();
    CHECK(goro__timer_reset(t, goro__when(1000000), 0) == moved);
    UNIT_SPIN(Load(&fired));
    goro__timer_delete(t);
  }
  stop_far();
}

/* All are asleep, one until long after the others. */
static void test_all_asleep(void) {
  start_far();
  for (int i = 0; i < 40; i++) {
    int64_t until = goro__when(100000 + i * 10000);
    goro_sleep(100000 + i * 10000);
    CHECK(nanotime() >= until);
  }
  stop_far();
}

/* ---- sleepers ---- */

static struct hchan *done;

struct sleeper {
  int64_t ns;
  int64_t until;
};

static void sleeps_and_tells(void *arg) {
  struct sleeper *s = arg;
  for (int i = 0; i < 5; i++) {
    s->until = goro__when(s->ns);
    goro_sleep(s->ns);
    CHECK(nanotime() >= s->until);
  }
  goro__chansend1(done, NULL);
}

/* Their timers are in the heaps of all Ps. */
static void test_sleepers(void) {
  enum { n = 60 };
  static struct sleeper s[n];
  done = goro__makechan(0, 0);
  for (int i = 0; i < n; i++) {
    s[i].ns = i * INT64_C(37) % 10 * 100000;
    unit_go(sleeps_and_tells, &s[i]);
  }
  for (int i = 0; i < n; i++) goro__chanrecv2(done, NULL);
  alone();
  goro__chanfree(done);
}

/* Many that wake at one moment. */
static void test_same_moment(void) {
  enum { n = 100 };
  int64_t when = goro__when(3000000);
  for (int i = 0; i < n; i++)
    unit_go(sleeps, (void *)(intptr_t)(when - nanotime()));
  alone();
}

/* ---- stopped ---- */

/* What an M would have woken for is stopped: nothing comes of it, and what is
 * later still comes. */
static void test_stopped(void) {
  for (int i = 0; i < 20; i++) {
    struct timer *t = goro__mallocz(sizeof *t);
    goro__timer_init(t, never, NULL);
    goro__timer_reset(t, goro__when(5000000000), 0);
    unit_go(sleeps, (void *)(intptr_t)(i * 20000));
    goro__Gosched();
    CHECK(goro__timer_stop(t) && !goro__timer_stop(t));
    goro_sleep(i * 10000);
    alone();
    goro__timer_delete(t);
  }
}

int main(void) {
  for (int i = 0; i < nfar; i++) goro__timer_init(&far[i], never, NULL);
  test_no_timers();
  start_far();
  test_one_poller();
  test_told();
  test_told_before();
  stop_far();
  test_all_asleep();
  test_earlier(false);
  test_earlier(true);
  test_sleepers();
  test_same_moment();
  test_stopped();
  unit_go(long_sleep, NULL); /* nobody waits for this one */
  return unit_pass();
}
