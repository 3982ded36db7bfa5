/* systematic_test.c: one seed, one order; other seeds, other orders. */
#include "unit.h"

#include "base/rand.h"
#include "wait/select.h"

static void test_choices(void) {
  uint32_t flips = 0, picks[5] = {0};
  goro__randinit(1);
  for (int i = 0; i < 5000; i++) {
    flips += goro__systematic_flip();
    picks[goro__systematic_pick(5)]++;
    CHECK(goro__systematic_pick(1) == 0);
  }
  CHECK(flips > 2300 && flips < 2700);
  for (int i = 0; i < 5; i++) CHECK(picks[i] > 850 && picks[i] < 1150);
}

/* ---- a program whose log shows the order in which its goroutines ran ---- */

static struct hchan *c, *d;

static void yielding(void *name) {
  for (int i = 0; i < 3; i++) {
    unit_note((int)(intptr_t)name);
    i % 2 ? goro__goyield() : goro__Gosched();
  }
}

static void sending(void *name) {
  int v = (int)(intptr_t)name;
  struct scase k[] = {{.c = c, .elem = &v, .send = true},
                      {.c = d, .elem = &v, .send = true}};
  for (int i = 0; i < 2; i++) unit_note(goro__selectgo(k, 2, true) ? 'd' : 'c');
}

static void receiving(void *from) {
  int v;
  for (int i = 0; i < 4; i++) {
    goro__chanrecv2(from, &v);
    unit_note(v);
  }
}

/* Run it and put its log into order, which has room. */
static void run(uint64_t seed, char *order) {
  struct p *pp = getg()->m->p;
  goro__randinit(seed);
  pp->schedtick = pp->slice = 0;
  c = goro__makechan(sizeof(int), 0);
  d = goro__makechan(sizeof(int), 1);
  for (int i = 0; i < 6; i++) unit_go(yielding, (void *)(intptr_t)('0' + i));
  for (int i = 0; i < 6; i++) unit_go(sending, (void *)(intptr_t)('A' + i));
  unit_go(receiving, c);
  unit_go(receiving, d);
  for (int i = 0; i < 500; i++) goro__Gosched();
  /* What the selects did not send to one came to the other. */
  while (goro__selectnbrecv(c, NULL, NULL) || goro__selectnbrecv(d, NULL, NULL))
    goro__Gosched();
  for (int v = 'x'; goro__gcount() > 1; goro__Gosched())
    if (!goro__selectnbsend(c, &v)) goro__selectnbsend(d, &v);
  strcpy(order, unit_log);
  CHECK(unit_nlog == 18 + 12 + 8);
  unit_said(unit_log);
  goro__chanfree(c);
  goro__chanfree(d);
}

static char first[sizeof unit_log], again[sizeof unit_log];

static void test_same_seed(void) {
  for (uint64_t seed = 1; seed <= 20; seed++) {
    run(seed, first);
    for (int i = 0; i < 3; i++) {
      run(seed, again);
      CHECK(strcmp(first, again) == 0);
    }
  }
}

static void test_other_seeds(void) {
  int differ = 0;
  run(1, first);
  for (uint64_t seed = 2; seed <= 21; seed++) {
    run(seed, again);
    differ += strcmp(first, again) != 0;
  }
  CHECK(differ >= 18);
}

/* Without a seed the queues are kept: only select is random. */
static void test_off(void) {
  sched.systematic = false;
  for (int round = 0; round < 3; round++) {
    for (int i = 0; i < 4; i++) unit_go(yielding, (void *)(intptr_t)('0' + i));
    getg()->m->p->schedtick = 1;
    UNIT_UNTIL(goro__gcount() == 1);
    strcpy(round == 0 ? first : again, unit_log);
    unit_said(unit_log);
    if (round > 0) CHECK(strcmp(first, again) == 0);
  }
}

int main(void) {
  test_choices();
  if (!unit_one_m()) return unit_pass();
  bool systematic = sched.systematic;
  sched.systematic = true;
  test_same_seed();
  test_other_seeds();
  test_off();
  sched.systematic = systematic;
  return unit_pass();
}
