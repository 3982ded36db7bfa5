/* polldesc_test.c: goroutines that wait for descriptors, deadlines, close, and
 * who looks.
 *
 * Under WASI and on JavaScript hosts a program can make no descriptor that is
 * not ready.
 * test: hosts native
 */
#include "unit.h"

#include <sys/socket.h>
#include <unistd.h>

#include "api/goro.h"
#include "sched/polldesc.h"
#include "sched/schedule.h"

static const int64_t hour = INT64_C(3600000000000);

static void alone(void) { UNIT_UNTIL(goro__gcount() == 1); }

struct pair {
  int fd[2];
  struct pollDesc *pd; /* of fd[0] */
  enum pollErr err;    /* what the waiter was told */
  enum pollMode mode;
};

static void pair_open(struct pair *p) {
  CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, p->fd) == 0);
  p->pd = goro__pollOpen(p->fd[0]);
}

static void pair_close(struct pair *p) {
  if (!p->pd->closing) goro__pollUnblock(p->pd);
  goro__pollClose(p->pd);
  close(p->fd[0]);
  close(p->fd[1]);
}

static void waits(void *pv) {
  struct pair *p = pv;
  p->err = goro__pollWait(p->pd, p->mode);
  unit_note((int)'0' + (int)p->err);
}

static void waiter(struct pair *p, enum pollMode mode) {
  p->mode = mode;
  struct g *gp = unit_go(waits, p);
  uintptr_t *gpp = mode == pollRead ? &p->pd->rg : &p->pd->wg;
  UNIT_UNTIL(Load(gpp) == (uintptr_t)gp); /* it has parked in earnest */
}

/* ---- ready ---- */

static void test_ready(void) {
  struct pair p;
  pair_open(&p);
  waiter(&p, pollRead);
  CHECK(Load(&sched.netpollWaiters) == 1);
  CHECK(write(p.fd[1], "x", 1) == 1);
  alone();
  CHECK(unit_said("0") && Load(&sched.netpollWaiters) == 0);
  CHECK(Load(&p.pd->rg) == pdNil && Load(&p.pd->wg) == pdNil);
  p.mode = pollWrite; /* there is room: no wait worth the name */
  waits(&p);
  CHECK(unit_said("0"));
  pair_close(&p);
}

/* A goroutine for each direction. */
static void test_both(void) {
  struct pair p;
  pair_open(&p);
  static char much[4096];
  while (write(p.fd[0], much, sizeof much) > 0) continue;
  struct pair w = p;
  waiter(&p, pollRead);
  waiter(&w, pollWrite);
  CHECK(Load(&sched.netpollWaiters) == 2);
  CHECK(write(p.fd[1], "x", 1) == 1);
  UNIT_UNTIL(goro__gcount() == 2);
  CHECK(Load(&p.pd->wg) > pdWait);
  while (read(p.fd[1], much, sizeof much) > 0) continue;
  alone();
  CHECK(unit_said("00"));
  pair_close(&p);
}

/* The other end is closed. */
static void test_hangup(void) {
  struct pair p;
  pair_open(&p);
  waiter(&p, pollRead);
  close(p.fd[1]);
  alone();
  CHECK(unit_said("0"));
  pair_close(&p);
}

/* What was noted before is taken at once, and forgotten by a reset. */
static void test_noted(void) {
  struct pair p;
  pair_open(&p);
  Store(&p.pd->rg, (uintptr_t)pdReady);
  CHECK(goro__pollWait(p.pd, pollRead) == pollNoError);
  CHECK(Load(&p.pd->rg) == pdNil);
  Store(&p.pd->rg, (uintptr_t)pdReady);
  CHECK(goro__pollReset(p.pd, pollRead) == pollNoError);
  CHECK(Load(&p.pd->rg) == pdNil);
  pair_close(&p);
}

/* ---- closing ---- */

static void test_close(void) {
  struct pair p;
  pair_open(&p);
  waiter(&p, pollRead);
  goro__pollUnblock(p.pd);
  alone();
  CHECK(unit_said("1") && Load(&sched.netpollWaiters) == 0);
  CHECK(goro__pollReset(p.pd, pollWrite) == pollErrClosing);
  CHECK(goro__pollWait(p.pd, pollRead) == pollErrClosing);
  struct pollDesc *old = p.pd;
  uint32_t seq = old->seq;
  pair_close(&p);
  CHECK(old->seq == seq + 1);
  pair_open(&p);
  CHECK(p.pd == old); /* the record is used again */
  CHECK(goro__pollReset(p.pd, pollWrite) == pollNoError);
  pair_close(&p);
}

/* ---- deadlines ---- */

static void test_deadline(void) {
  struct pair p;
  pair_open(&p);
  waiter(&p, pollRead);
  goro__pollSetDeadline(p.pd, goro__when(2000000), pollRead);
  alone();
  CHECK(unit_said("2") && p.pd->rd == -1 && p.pd->wd == 0);
  CHECK(goro__pollWait(p.pd, pollRead) == pollErrTimeout);
  CHECK(goro__pollReset(p.pd, pollWrite) == pollNoError);
  goro__pollSetDeadline(p.pd, 0, pollRead);
  CHECK(goro__pollReset(p.pd, pollRead) == pollNoError);
  pair_close(&p);
}

/* One that has passed already, and one for both, by one timer. */
static void test_deadline_both(void) {
  struct pair p;
  pair_open(&p);
  waiter(&p, pollRead);
  goro__pollSetDeadline(p.pd, 1, pollRead | pollWrite);
  alone();
  CHECK(unit_said("2") && p.pd->wd == -1);
  goro__pollSetDeadline(p.pd, goro__when(3000000), pollRead | pollWrite);
  CHECK(p.pd->rrun && !p.pd->wrun);
  p.mode = pollRead;
  waits(&p);
  CHECK(unit_said("2"));
  CHECK(goro__pollReset(p.pd, pollWrite) == pollErrTimeout);
  pair_close(&p);
}

/* Moved on before it comes, then ready in time; and stopped by the close. */
static void test_deadline_moved(void) {
  struct pair p;
  pair_open(&p);
  goro__pollSetDeadline(p.pd, goro__when(1000000), pollRead);
  goro__pollSetDeadline(p.pd, goro__when(hour), pollRead);
  goro__pollSetDeadline(p.pd, goro__when(hour), pollWrite);
  waiter(&p, pollRead);
  goro_sleep(2000000);
  CHECK(write(p.fd[1], "x", 1) == 1);
  alone();
  CHECK(unit_said("0") && p.pd->rrun);
  goro__pollUnblock(p.pd);
  CHECK(!p.pd->rrun && !p.pd->wrun);
  goro__pollSetDeadline(p.pd, goro__when(1), pollRead);
  CHECK(!p.pd->rrun);
  pair_close(&p);
}

/* ---- who looks ---- */

static uint32_t stop; /* atomic */

static void yields(void *unused) {
  (void)unused;
  while (!Load(&stop)) goro__Gosched();
}

/* Beside goroutines that always have something to do. */
static void test_busy(void) {
  struct pair p;
  pair_open(&p);
  stop = 0;
  for (int i = 0; i < 4; i++) unit_go(yields, NULL);
  waiter(&p, pollRead);
  CHECK(write(p.fd[1], "x", 1) == 1);
  UNIT_UNTIL(goro__gcount() == 5);
  Store(&stop, 1);
  alone();
  CHECK(unit_said("0"));
  pair_close(&p);
}

/* An M waits in the host; it is told of more, and of timers. */
static void test_told(void) {
  struct pair p, q;
  pair_open(&p);
  pair_open(&q);
  waiter(&p, pollRead);
  for (int i = 0; i < 20; i++) {
    waiter(&q, pollRead);
    int64_t until = goro__when(300000);
    goro_sleep(300000);
    CHECK(nanotime() >= until && Load(&p.pd->rg) > pdWait);
    CHECK(write(q.fd[1], "x", 1) == 1);
    UNIT_UNTIL(goro__gcount() == 2);
    char c;
    CHECK(read(q.fd[0], &c, 1) == 1 && unit_said("0"));
  }
  CHECK(write(p.fd[1], "x", 1) == 1);
  alone();
  CHECK(unit_said("0"));
  pair_close(&p);
  pair_close(&q);
}

/* Others are asleep, main too; some are for ever. */
static void test_many(void) {
  enum { n = 200 };
  static struct pair p[n];
  for (int i = 0; i < n; i++) {
    pair_open(&p[i]);
    waiter(&p[i], pollRead);
  }
  for (int i = n - 1; i >= 0; i -= 2) CHECK(write(p[i].fd[1], "x", 1) == 1);
  UNIT_UNTIL(goro__gcount() == 1 + n / 2);
  for (int i = 0; i < n; i++) {
    CHECK((Load(&p[i].pd->rg) > pdWait) == (i % 2 == 0));
    if (i % 2 == 0) goro__pollUnblock(p[i].pd);
  }
  alone();
  CHECK(Load(&sched.netpollWaiters) == 0);
  for (int i = 0; i < n; i++) {
    CHECK(p[i].err == (i % 2 == 0 ? pollErrClosing : pollNoError));
    pair_close(&p[i]);
  }
}

int main(void) {
  test_ready();
  test_both();
  test_hangup();
  test_noted();
  test_close();
  test_deadline();
  test_deadline_both();
  test_deadline_moved();
  test_busy();
  test_told();
  test_many();
  return unit_pass();
}
