/* tracer_test.c: what a trace tells of a program (sched/tracer.c).
 *
 * The order of events is checked on one M; on many, that they add up. */
#include "unit.h"

#include "lib/time/time.h"
#include "sched/schedule.h"
#include "wait/chan.h"
#include "wait/select.h"

enum { MAX = 60000 };

static struct traceevent got[MAX];
static int ngot;
static struct hchan *c, *c2, *buffered, *done;
static const struct gosite site = {.fn = "worker", .line = 7};

static void take_all(void) {
  uint64_t lost = 0;
  ngot = 0;
  for (size_t n;
       (n = goro__trace_read(got + ngot, (size_t)(MAX - ngot), &lost)) > 0;)
    ngot += (int)n;
  CHECK(lost == 0 && ngot < MAX);
}

static uint32_t kind(int i) { return got[i].what & 0xff; }
static uint32_t reason(int i) { return got[i].what >> 8 & 0xff; }

static int count(uint32_t k, uint32_t g) {
  int n = 0;
  for (int i = 0; i < ngot; i++) n += kind(i) == k && (!g || got[i].g == g);
  return n;
}

/* Events about g in the order of one M, as letters. */
static const char *story(uint32_t g) {
  static const char letters[] = "?CSPRYXENsrztI";
  static char text[80];
  size_t n = 0;
  for (int i = 0; i < ngot; i++)
    if (got[i].g == g && n < sizeof text - 1) text[n++] = letters[kind(i)];
  text[n] = 0;
  return text;
}

static int find(uint32_t k, uint32_t g) {
  for (int i = 0; i < ngot; i++)
    if (kind(i) == k && got[i].g == g) return i;
  CHECK(!"found");
  return 0;
}

static uint32_t start(void (*fn)(void *), void *arg) {
  return (uint32_t)goro__newproc(fn, arg, &site)->goid;
}

static void finish(int n) {
  for (int v; n > 0; n--) goro__chanrecv2(done, &v);
}
static void is_done(void) {
  int v = 1;
  goro__chansend1(done, &v);
}

/* As UNIT_UNTIL, with few events of its own, however long that takes. */
#define QUIETLY_UNTIL(cond)           \
  do {                                \
    while (!(cond)) {                 \
      CHECK(unit_patient() && #cond); \
      goro__timeSleep(50000);         \
    }                                 \
  } while (0)

/* ---- programs ---- */

static void receiver(void *arg) {
  int v;
  (void)arg;
  goro__chanrecv2(c, &v);
}

static void test_handover(void) {
  int v = 1;
  goro__trace_start(0, true);
  uint32_t g = start(receiver, NULL), me = (uint32_t)getg()->goid;
  QUIETLY_UNTIL(LoadRelaxed(&c->recvq.first));
  goro__chansend1(c, &v);
  QUIETLY_UNTIL(goro__gcount() == 1);
  goro__trace_stop();
  take_all();
  int first = find(TRACE_CREATE, me);
  CHECK(reason(first) == TRACE_BEFORE && (first == 0 || !unit_one_m()));
  int born = find(TRACE_CREATE, g), ready = find(TRACE_READY, g),
      park = find(TRACE_PARK, g);
  CHECK(got[born].object == (uintptr_t)&site && got[born].by == me);
  CHECK(reason(park) == waitReasonChanReceive && got[park].by == 0);
  CHECK(got[park].object == (uintptr_t)c && got[ready].object == (uintptr_t)c);
  CHECK(got[ready].by == me && reason(ready) == TRACE_IN);
  CHECK(count(TRACE_START, g) == 2 && count(TRACE_END, g) == 1);
  if (unit_in_order()) CHECK(strcmp(story(g), "CSPRSE") == 0);
  for (int i = 1; i < ngot && unit_one_m(); i++)
    CHECK(got[i].when >= got[i - 1].when);
}

static void selecting(void *arg) {
  int v = 3, w;
  struct scase k[] = {{.c = c, .elem = &v, .send = true},
                      {.c = c2, .elem = &w}};
  (void)arg;
  goro__selectgo(k, 2, true);
}

/* How each kind of wait for a channel ends. */
static void test_ready(void) {
  int v;
  goro__trace_start(0, true);
  uint32_t s = start(selecting, NULL);
  QUIETLY_UNTIL(LoadRelaxed(&c->sendq.first));
  goro__chanrecv2(c, &v);
  QUIETLY_UNTIL(goro__gcount() == 1); /* and off c2 as well */
  uint32_t r = start(selecting, NULL);
  QUIETLY_UNTIL(LoadRelaxed(&c2->recvq.first));
  goro__chansend1(c2, &v);
  QUIETLY_UNTIL(goro__gcount() == 1);
  uint32_t x = start(selecting, NULL);
  QUIETLY_UNTIL(LoadRelaxed(&c2->recvq.first));
  goro__closechan(c2);
  QUIETLY_UNTIL(goro__gcount() == 1);
  goro__trace_stop();
  take_all();
  int is = find(TRACE_READY, s), ir = find(TRACE_READY, r),
      ix = find(TRACE_READY, x);
  CHECK(reason(is) == TRACE_OUT && got[is].object == (uintptr_t)c);
  CHECK(reason(ir) == TRACE_IN && got[ir].object == (uintptr_t)c2);
  CHECK(reason(ix) == TRACE_CLOSED && got[ix].object == (uintptr_t)c2);
  CHECK(reason(find(TRACE_PARK, s)) == waitReasonSelect);
}

static void passing(void *n) {
  for (int i = 0; i < (int)(intptr_t)n; i++) {
    int v = i;
    goro__chansend1(buffered, &v);
    if (i % 3 == 0) goro__Gosched();
    goro__chanrecv2(buffered, &v);
  }
  goro__timeSleep(1000);
  is_done();
}

/* Many goroutines: what happened to each adds up. */
static void test_sums(void) {
  enum { N = 20, ROUNDS = 30 };
  goro__trace_start(0, false);
  for (intptr_t i = 0; i < N; i++) start(passing, (void *)(intptr_t)ROUNDS);
  finish(N);
  QUIETLY_UNTIL(goro__gcount() == 1);
  goro__trace_stop();
  take_all();
  CHECK(count(TRACE_SEND, 0) == N * ROUNDS);
  CHECK(count(TRACE_RECV, 0) == N * ROUNDS);
  CHECK(count(TRACE_TIMER, 0) >= N);
  CHECK(count(TRACE_CREATE, 0) == N + 1 && count(TRACE_END, 0) == N);
  for (int i = 0; i < ngot; i++) {
    if (kind(i) != TRACE_END) continue;
    uint32_t g = got[i].g;
    CHECK(count(TRACE_START, g) ==
          count(TRACE_PARK, g) + count(TRACE_YIELD, g) + 1);
    CHECK(count(TRACE_READY, g) == count(TRACE_PARK, g));
  }
}

/* Who finds work on another P. */
static void test_steal(void) {
  enum { N = 20 };
  if (unit_one_m()) return;
  do {
    CHECK(unit_patient());
    goro__trace_start(0, true);
    for (int i = 0; i < N; i++) start(passing, (void *)(intptr_t)30);
    finish(N);
    QUIETLY_UNTIL(goro__gcount() == 1);
    goro__trace_stop();
    take_all();
  } while (count(TRACE_STEAL, 0) == 0);
  for (int i = 0; i < ngot; i++) {
    if (kind(i) != TRACE_STEAL) continue;
    CHECK(got[i].object >= 1 && got[i].object <= N && got[i].by == 0);
    CHECK(got[i].g != 0 && reason(i) < (uint32_t)nallp);
    CHECK(kind(i + 1) == TRACE_START && got[i + 1].g == got[i].g);
  }
}

/* What was there before, and has a name. */
static void test_before(void) {
  uint32_t g = start(receiver, NULL);
  int v = 0;
  QUIETLY_UNTIL(LoadRelaxed(&c->recvq.first));
  getg()->name = "tester";
  goro__trace_start(0, true);
  goro__trace_stop();
  take_all();
  CHECK(strcmp(story(g), "CP") == 0 || !unit_one_m());
  CHECK(got[find(TRACE_PARK, g)].object == (uintptr_t)c);
  CHECK(strcmp(story((uint32_t)getg()->goid), "CNS") == 0 || !unit_one_m());
  getg()->name = NULL;
  goro__chansend1(c, &v);
  QUIETLY_UNTIL(goro__gcount() == 1);
  take_all();
  CHECK(ngot == 0);
}

int main(void) {
  c = goro__makechan(sizeof(int), 0);
  c2 = goro__makechan(sizeof(int), 0);
  buffered = goro__makechan(sizeof(int), 100);
  done = goro__makechan(sizeof(int), 0);
  test_handover();
  test_ready();
  test_sums();
  test_steal();
  test_before();
  return unit_pass();
}
