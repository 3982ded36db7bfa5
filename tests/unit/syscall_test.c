/* syscall_test.c: one goroutine is in the host, the others go on; what a call
 * gives back; calls while the world stops. */
#include "unit.h"

#include "api/goro.h"
#include "wait/chan.h"

#ifndef __wasm__
#include <poll.h>
#include <unistd.h>
#endif

/* In the host: be there for a moment, in one way or another.  Not by spinning:
 * there may be more of us than processors. */
static void host_moment(int i) {
#ifdef __wasm__
  static uint32_t never;
  (void)i;
  if (GORO_THREADS && os_canblock()) os_futexsleep(&never, 0, 50000);
#else
  if (i % 2 == 0)
    usleep(50);
  else
    poll(NULL, 0, 1);
#endif
}

/* ---- results ---- */

struct sum {
  int from, to;
  int64_t result;
  char name[16];
};

static void add_up(void *arg) {
  struct sum *s = arg;
  for (int i = s->from; i < s->to; i++) s->result += i;
  memcpy(s->name, "was here", 9);
  host_moment(s->from);
}

static void test_results(void) {
  for (int i = 0; i < 100; i++) {
    struct sum s = {.from = i, .to = i + 10};
    goro_syscall(add_up, &s);
    CHECK(s.result == 10 * i + 45 && strcmp(s.name, "was here") == 0);
    struct g *gp = getg();
    CHECK(unit_status(gp) == Grunning && gp->m->curg == gp);
    CHECK(gp->m->p && gp->m->p->m == gp->m && !gp->m->oldp);
    CHECK(gp->m->p->status == Prunning);
  }
}

/* A program that is alone comes back to its P, and nobody else got it. */
static void test_same_p(void) {
  if (!unit_one_m() || goro__baton_on) return;
  struct p *pp = getg()->m->p;
  for (int i = 0; i < 300; i++) {
    goro_syscall(unit_nothing, NULL);
    CHECK(getg()->m->p == pp);
  }
}

/* ---- others go on ---- */

#if GORO_THREADS

static void alone(void) { UNIT_UNTIL(goro__gcount() == 1); }

/* A call that is over once the flag is up. */
struct call {
  struct g *gp;
  uint32_t flag; /* atomic */
  uint32_t in;   /* atomic: it has begun */
  uint32_t over; /* atomic: the goroutine goes on */
};

static void until_flag(void *arg) {
  struct call *c = arg;
  Store(&c->in, 1);
  for (int i = 0; !Load(&c->flag); i++) host_moment(i);
}

static void raise_flag(void *arg) {
  struct call *c = arg;
  UNIT_UNTIL(Load(&c->in)); /* it may have been preempted before the call */
  CHECK(unit_status(c->gp) == Gsyscall);
  CHECK(getg()->m->p == allp[0] && getg()->m != c->gp->m);
  Store(&c->flag, 1);
}

/* There is one P, and who is in the host has it: it is taken from there.  The
 * goroutine is locked to an M that may block, because on a page M0 has to let
 * the other threads start. */
static void test_one_p(void) {
  int32_t procs = goro__GOMAXPROCS(2);
  unit_to_blocking_m();
  goro__LockOSThread();
  goro__GOMAXPROCS(1);
  for (int i = 0; i < 25; i++) {
    struct call c = {.gp = getg()};
    unit_go(raise_flag, &c);
    goro_syscall(until_flag, &c);
    CHECK(getg()->m->p == allp[0] && nallp == 1);
  }
  alone();
  goro__GOMAXPROCS(procs);
  goro__UnlockOSThread();
}

/* Meanwhile the one P is used as if nothing were. */
static void send_numbers(void *c) {
  for (int i = 0; i < 500; i++) goro__chansend1(c, &i);
}

static struct hchan *numbers;

static void take_numbers(void *arg) {
  for (int i = 0, v; i < 500; i++)
    CHECK(goro__chanrecv2(numbers, &v) && v == i);
  raise_flag(arg);
}

static void test_work_meanwhile(void) {
  int32_t procs = goro__GOMAXPROCS(2);
  numbers = goro__makechan(sizeof(int), 0);
  unit_to_blocking_m();
  goro__LockOSThread();
  goro__GOMAXPROCS(1);
  for (int i = 0; i < 5; i++) {
    struct call c = {.gp = getg()};
    unit_go(send_numbers, numbers);
    unit_go(take_numbers, &c);
    goro_syscall(until_flag, &c);
  }
  alone();
  goro__chanfree(numbers);
  goro__GOMAXPROCS(procs);
  goro__UnlockOSThread();
}

/* ---- many at once ---- */

enum { ncallers = 8 };
static uint32_t inside; /* atomic */
static uint32_t done;   /* atomic */

static void until_all_inside(void *round) {
  uint32_t all = ncallers * (1 + (uint32_t)(intptr_t)round);
  Xadd(&inside, 1);
  for (int i = 0; Load(&inside) < all; i++) host_moment(i);
}

static void calls_with_others(void *unused) {
  (void)unused;
  for (int round = 0; round < 5; round++) {
    unit_to_blocking_m();
    goro_syscall(until_all_inside, (void *)(intptr_t)round);
    goro__Gosched();
  }
  Xadd(&done, 1);
}

/* Each waits in the host until all are there: more of them than Ps. */
static void test_many(void) {
  int32_t procs = goro__GOMAXPROCS(2);
  Store(&inside, 0);
  Store(&done, 0);
  for (int i = 0; i < ncallers; i++) unit_go(calls_with_others, NULL);
  UNIT_UNTIL(Load(&done) == ncallers);
  alone();
  goro__GOMAXPROCS(procs);
}

/* ---- the world stops ---- */

static void calls(void *arg) {
  struct call *c = arg;
  unit_to_blocking_m();
  goro_syscall(until_flag, c);
  Store(&c->over, 1);
}

/* It stops without those in the host, and who comes back waits. */
static void test_stopped(void) {
  enum { n = 3 };
  int32_t procs = goro__GOMAXPROCS(2);
  for (int round = 0; round < 10; round++) {
    struct call c[n] = {{0}};
    for (int i = 0; i < n; i++) c[i].gp = unit_go(calls, &c[i]);
    for (int i = 0; i < n; i++)
      UNIT_UNTIL(Load(&c[i].in) && unit_status(c[i].gp) == Gsyscall);
    goro__stopTheWorld();
    for (int i = 0; i < n; i++) Store(&c[i].flag, 1);
    for (int i = 0; i < n; i++) UNIT_SPIN(unit_status(c[i].gp) == Grunnable);
    for (int i = 0; i < n; i++) CHECK(!Load(&c[i].over));
    goro__startTheWorld();
    for (int i = 0; i < n; i++) UNIT_UNTIL(Load(&c[i].over));
    alone();
  }
  goro__GOMAXPROCS(procs);
}

/* Short calls while the world stops and starts, and the Ps change. */
static uint32_t stop; /* atomic */

static void calls_often(void *unused) {
  struct sum s = {.from = 0, .to = 3};
  (void)unused;
  for (int i = 0; !Load(&stop); i++) {
    s.from = i % 3;
    s.result = 0;
    goro_syscall(add_up, &s);
    CHECK(s.result == 3 - s.from * (s.from - 1) / 2);
  }
}

/* Who does nothing but short calls gives way all the same. */
static void test_starves_nobody(void) {
  int32_t procs = goro__GOMAXPROCS(1);
  Store(&stop, 0);
  for (int i = 0; i < 3; i++) unit_go(calls_often, NULL);
  for (int i = 0; i < 5; i++) goro__Gosched();
  Store(&stop, 1);
  alone();
  goro__GOMAXPROCS(procs);
}

static void test_stopped_often(void) {
  int32_t procs = goro__GOMAXPROCS(0);
  Store(&stop, 0);
  for (int i = 0; i < 4; i++) unit_go(calls_often, NULL);
  for (int i = 0; i < 60; i++) {
    goro__stopTheWorld();
    for (int32_t k = 0; k < nallp; k++)
      CHECK(allp[k] == getg()->m->p || Load(&allp[k]->status) == Pgcstop);
    goro__startTheWorld();
    goro__GOMAXPROCS(1 + i % 4);
    goro__Gosched();
  }
  Store(&stop, 1);
  alone();
  goro__GOMAXPROCS(procs);
}

#endif

int main(void) {
  test_same_p();
  test_results();
#if GORO_THREADS
  test_one_p();
  test_work_meanwhile();
  test_many();
  test_stopped();
  test_starves_nobody();
  test_stopped_often();
#endif
  return unit_pass();
}
