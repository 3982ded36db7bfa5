/* hostg_test.c: goroutines whose code runs in the host, and what they wait for
 * (sched/hostg.c, wait/hostwait.c).  The host's code is here: a step function
 * for each slot.
 *
 * The host's code runs on M0, which keeps its P.
 *
 * test: env GORO_MAXPROCS=1 */
#include "unit.h"

#include "sched/hostg.h"
#include "wait/hostwait.h"

enum { SLOTS = 8 };

/* What a slot's goroutine does at its next step; true: it ends. */
static bool (*code[SLOTS])(uint32_t slot);
static int32_t result[SLOTS]; /* of what it waited for */
static uint32_t value[SLOTS]; /* and what was received */
static bool ended[SLOTS];
static struct g *gs[SLOTS];
static struct hchan *c, *c2;

bool goro__host_step(struct g *gp) {
  struct hostg *h = hostg_of(gp);
  uint32_t slot = h->slot;
  CHECK(getg() == gp && h->kind == HOST_STEP);
  if (h->op != HOSTOP_NONE && !h->cancelled)
    result[slot] = goro__host_woken(gp);
  if (h->cancelled) result[slot] = HOST_CANCELLED;
  h->cancelled = false;
  value[slot] = getagent()->out.val.handle;
  h->op = HOSTOP_NONE;
  return ended[slot] = code[slot](slot);
}

static bool end(uint32_t slot) {
  (void)slot;
  return true;
}

static bool recv_once(uint32_t slot) {
  code[slot] = end;
  CHECK(goro__host_recv(c, true, slot) == HOST_PARKED);
  CHECK(getg() == goro__m0.g0);
  return false;
}

static bool send_once(uint32_t slot) {
  code[slot] = end;
  getagent()->out.val.handle = 70 + slot;
  CHECK(goro__host_send(c, true, slot) == HOST_PARKED);
  return false;
}

static bool recv_nil(uint32_t slot) {
  code[slot] = end;
  CHECK(goro__host_recv(NULL, true, slot) == HOST_PARKED);
  return false;
}

static int turns[SLOTS];

static bool yield_twice(uint32_t slot) {
  unit_note('0' + (int)slot);
  return ++turns[slot] == 3;
}

/* Receive from c or send to c2. */
static int32_t select_two(bool block, uint32_t slot) {
  struct hostsel *s = goro__hostsel(2);
  s->cases[0].c = c;
  s->cases[0].send = false;
  s->cases[1].c = c2;
  s->cases[1].send = true;
  s->vals[1].handle = 99;
  return goro__host_select(2, block, slot);
}

static bool select_once(uint32_t slot) {
  code[slot] = end;
  CHECK(select_two(true, slot) == HOST_PARKED);
  return false;
}

static struct g *start(uint32_t slot, bool (*f)(uint32_t)) {
  code[slot] = f;
  ended[slot] = false;
  result[slot] = -100;
  return gs[slot] = goro__hostg_go(slot, NULL);
}

/* A call of the host between slices: on the M's own G. */
static struct g *outside(void) {
  struct g *me = getg();
  setg(goro__m0.g0);
  return me;
}

/* ---- goroutines of the host ---- */

static void test_recv(void) {
  uint32_t v = 5;
  start(1, recv_once);
  UNIT_UNTIL(unit_waits(gs[1], waitReasonChanReceive));
  goro__chansend1(c, &v);
  UNIT_UNTIL(ended[1]);
  CHECK(result[1] == 5 && value[1] == 5);
}

static void test_send(void) {
  uint32_t v = 0;
  start(2, send_once);
  UNIT_UNTIL(unit_waits(gs[2], waitReasonChanSend));
  CHECK(goro__chanrecv2(c, &v) && v == 72);
  UNIT_UNTIL(ended[2]);
  CHECK(result[2] == 0);
}

static void test_close(void) {
  start(1, recv_once);
  UNIT_UNTIL(unit_parked(gs[1]));
  goro__closechan(c);
  UNIT_UNTIL(ended[1]);
  CHECK(result[1] == HOST_CLOSED);
  goro__chanfree(c);
  c = goro__makechan(sizeof(uint32_t), 0);
}

static void test_gives_way(void) {
  turns[3] = turns[4] = 0;
  start(3, yield_twice);
  start(4, yield_twice);
  UNIT_UNTIL(ended[3] && ended[4]);
  CHECK(!unit_in_order() || unit_said("434343"));
  memset(unit_log, 0, sizeof unit_log);
  unit_nlog = 0;
}

static void test_select(void) {
  uint32_t v = 0;
  start(1, select_once);
  UNIT_UNTIL(unit_waits(gs[1], waitReasonSelect));
  CHECK(goro__chanrecv2(c2, &v) && v == 99);
  UNIT_UNTIL(ended[1]);
  CHECK(result[1] == 1);
  CHECK(!goro__selectnbsend(c, &v)); /* nothing is left on the loser */
}

/* ---- called off ---- */

static void cancel(uint32_t slot) {
  CHECK(unit_parked(gs[slot]));
  goro__host_unqueue(gs[slot]);
  hostg_of(gs[slot])->cancelled = true;
  goro__goready(gs[slot]);
  UNIT_UNTIL(ended[slot]);
  CHECK(result[slot] == HOST_CANCELLED);
}

static void test_cancel(void) {
  uint32_t v = 1;
  start(1, recv_once);
  start(2, recv_once);
  start(3, select_once);
  start(4, recv_nil);
  UNIT_UNTIL(unit_parked(gs[1]) && unit_parked(gs[2]) && unit_parked(gs[3]) &&
             unit_waits(gs[4], waitReasonChanReceiveNilChan));
  cancel(2);
  cancel(4);
  cancel(3);
  goro__chansend1(c, &v);
  UNIT_UNTIL(ended[1]);
  CHECK(result[1] == 1);
  CHECK(!goro__selectnbsend(c, &v) && !goro__selectnbrecv(c2, &v, NULL));
}

/* ---- frames of selects ---- */

static struct hostsel *wait_in_frame(uint32_t n) {
  struct hostsel *s = goro__hostsel(n);
  for (uint32_t i = 0; i < n; i++) s->cases[i].c = NULL;
  CHECK(goro__host_select(n, true, 0) == HOST_PARKED);
  CHECK(hostg_of(getagent()->parked)->sel == s);
  return s;
}

/* A frame that is free is used again, whatever others are. */
static void test_frames(void) {
  static const uint32_t sizes[] = {9, 16, 17, 20, 100, 2, 0};
  enum { N = sizeof sizes / sizeof *sizes };
  struct g *me = outside(), *waits[N];
  struct hostsel *frames[N];
  for (int i = 0; i < N; i++) {
    frames[i] = wait_in_frame(sizes[i]);
    waits[i] = getagent()->parked;
  }
  for (int i = 0; i < N; i++) {
    goro__host_unqueue(waits[i]);
    goro__hostg_end(waits[i]);
  }
  CHECK(goro__hostsel(9) == frames[1] && goro__hostsel(32) == frames[3]);
  CHECK(goro__hostsel(128) == frames[4] && goro__hostsel(8) == frames[6]);
  setg(me);
}

/* ---- waits alone ---- */

static struct g *next_wait(uint32_t slot, int32_t want) {
  struct g *gp = goro__hostg_next();
  CHECK(gp && hostg_of(gp)->slot == slot);
  CHECK(goro__host_woken(gp) == want);
  goro__hostg_end(gp);
  return gp;
}

static void test_waits(void) {
  uint32_t v = 6;
  int32_t before = goro__gcount();
  struct g *me = outside();
  getagent()->flags = 0;
  CHECK(goro__host_recv(c, true, 5) == HOST_PARKED);
  CHECK(goro__host_recv(c, true, 6) == HOST_PARKED);
  CHECK(select_two(true, 7) == HOST_PARKED);
  CHECK(goro__gcount() == before + 3 && getagent()->flags == 0);
  for (; v < 8; v++) {
    getagent()->out.val.handle = v;
    CHECK(goro__host_send(c, false, 0) == 0);
  }
  CHECK(goro__host_recv(c2, false, 0) == 99);
  CHECK(getagent()->flags == HOST_READY);
  CHECK(next_wait(5, 6) != next_wait(6, 7));
  next_wait(7, 1);
  CHECK(!goro__hostg_next() && goro__gcount() == before);
  setg(me);
}

static void test_at_once(void) {
  struct hchan *b = goro__makechan(sizeof(uint32_t), 1);
  struct g *me = outside();
  getagent()->out.val.handle = 3;
  CHECK(goro__host_send(b, true, 0) == 0);
  CHECK(goro__host_send(b, false, 0) == HOST_NONE);
  CHECK(goro__host_recv(b, true, 0) == 3);
  CHECK(goro__host_recv(b, false, 0) == HOST_NONE);
  CHECK(goro__host_recv(NULL, false, 0) == HOST_NONE);
  CHECK(select_two(false, 0) == HOST_NONE);
  goro__closechan(b);
  CHECK(goro__host_recv(b, true, 0) == HOST_CLOSED);
  CHECK(goro__host_send(b, true, 0) == HOST_CLOSED);
  setg(me);
  goro__chanfree(b);
}

int main(void) {
  goro__hostg_init();
  c = goro__makechan(sizeof(uint32_t), 0);
  c2 = goro__makechan(sizeof(uint32_t), 0);
  for (int i = 0; i < 100; i++) {
    test_recv();
    test_send();
    test_close();
    test_gives_way();
    test_select();
    test_cancel();
    test_frames();
    test_waits();
    test_at_once();
  }
  goro__chanfree(c);
  goro__chanfree(c2);
  return unit_pass();
}
