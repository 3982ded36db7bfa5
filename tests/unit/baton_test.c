/* baton_test.c: several Ms, one at a time: the clock, Ms that are in the host,
 * and a run to be repeated, whose last line but one tells its order.
 * tests/systematic.test.mjs compares that of two runs. */
#include "unit.h"

#include "lib/sync/sync.h"
#include "lib/time/time.h"
#include "wait/chan.h"
#include "wait/select.h"

static const int64_t ms = 1000000;

static void alone(void) { UNIT_UNTIL(goro__gcount() == 1); }

/* ---- the clock ---- */

/* Nobody waits for an hour, but it has passed; and what is due comes in order,
 * however much the others do meanwhile. */
static void sleep_and_note(void *hours) {
  int64_t h = (int64_t)(intptr_t)hours;
  goro__timeSleep(h * 3600 * 1000 * ms);
  unit_note('0' + (int)h);
}

static void test_clock(void) {
  if (!goro__baton_on) return;
  int64_t start = nanotime(), host = os_nanotime();
  for (intptr_t h = 5; h > 0; h--) unit_go(sleep_and_note, (void *)h);
  goro__timeSleep(6 * 3600 * 1000 * ms);
  CHECK(unit_said("12345"));
  CHECK(nanotime() - start >= 6 * 3600 * 1000 * ms);
  CHECK(os_nanotime() - host < 3600 * 1000 * ms);
}

/* ---- in the host ---- */

static uint32_t back; /* atomic */

static void in_host(void *unused) {
  uint32_t never = 0;
  (void)unused;
  goro__entersyscall();
  os_futexsleep(&never, 0, 3 * ms);
  goro__exitsyscall();
  Store(&back, 1);
}

/* All others sleep: they wake in time, whether the M in the host is back
 * or not. */
static void test_outside(void) {
  for (int round = 0; round < 3; round++) {
    Store(&back, 0);
    unit_go(in_host, NULL);
    for (int i = 0; i < 4; i++) goro__timeSleep(ms * round);
    while (!Load(&back)) goro__timeSleep(ms);
  }
  alone();
}

/* ---- a run to be repeated ---- */

static struct hchan *c, *d;
static struct Mutex mu;
static int sum; /* under mu */

static void worker(void *number) {
  int v = (int)(intptr_t)number, w;
  for (int i = 0; i < 3; i++) {
    struct scase k[] = {{.c = c, .elem = &v, .send = true},
                        {.c = d, .elem = &w}};
    goro__selectgo(k, 2, true);
    if (v % 2) goro__timeSleep(v * 1000);
    goro__Mutex_Lock(&mu);
    sum += v;
    if (i == v % 3) goro__Gosched();
    goro__Mutex_Unlock(&mu);
  }
}

static void test_repeated(void) {
  enum { n = 6 };
  int v = 1;
  c = goro__makechan(sizeof(int), 0);
  d = goro__makechan(sizeof(int), 1);
  for (intptr_t i = 1; i <= n; i++) unit_go(worker, (void *)i);
  for (int i = 0; i < 3 * n; i++) {
    struct scase k[] = {{.c = d, .elem = &v, .send = true},
                        {.c = c, .elem = &v}};
    goro__selectgo(k, 2, true);
  }
  goro__selectnbrecv(d, NULL, NULL);
  while (goro__gcount() > 1) {
    goro__Gosched();
    if (!goro__selectnbrecv(c, NULL, NULL)) goro__selectnbsend(d, &v);
  }
  CHECK(sum == 3 * n * (n + 1) / 2);
  goro__chanfree(c);
  goro__chanfree(d);
}

static void say_trace(void) {
  char line[] = "trace 0000000000000000\n";
  uint64_t hash = goro__baton_trace(0);
  for (int i = 21; hash; hash >>= 4) line[i--] = "0123456789abcdef"[hash & 15];
  if (goro__baton_on) os_write(1, line, sizeof line - 1);
}

int main(void) {
  test_clock();
  test_repeated();
  say_trace(); /* what follows depends on the host's time */
  test_outside();
  return unit_pass();
}
