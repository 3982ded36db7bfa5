/* trace_test.c: rings of events (base/trace.c).  The writers here are Ms 70 and
 * 71, which there are not; what real Ms write meanwhile is passed over. */
#include "unit.h"

#include "base/trace.h"

enum { RING = 8192, MAX = 4 * RING }; /* RECORDS_MIN */

static struct traceout a, b;
static struct traceevent got[MAX];
static uint64_t lost;

static uint32_t kind(int i) { return got[i].what & 0xff; }
static uint32_t m_of(int i) { return got[i].what >> 16; }

/* Take all, n at a time, and keep those of M m; how many. */
static int take(uint32_t m, size_t n) {
  int k = 0;
  for (size_t r; (r = goro__trace_take(got + k, n, &lost)) > 0;) {
    int from = k;
    for (size_t i = 0; i < r; i++)
      if (m_of(from + (int)i) == m) got[k++] = got[from + (int)i];
  }
  return k;
}

static void begin(bool exact) {
  a.next = a.limit = b.next = b.limit = NULL;
  goro__trace_begin(1, exact);
}

static void write_n(struct traceout *o, int m, uint32_t from, int n) {
  for (int i = 0; i < n; i++)
    goro__trace(o, m, TRACE_READY | TRACE_REASON(TRACE_IN), from + (uint32_t)i,
                (uintptr_t)i);
}

static void test_order_and_times(bool exact) {
  int64_t start = nanotime();
  begin(exact);
  write_n(&a, 70, 100, 3000);
  goro__trace_flush(&a);
  int64_t end = nanotime();
  CHECK(take(70, 7) == 3000 && lost == 0);
  for (int i = 0; i < 3000; i++) {
    CHECK(kind(i) == TRACE_READY && (got[i].what >> 8 & 0xff) == TRACE_IN);
    CHECK(got[i].g == 100 + (uint32_t)i && got[i].object == (uintptr_t)i);
    CHECK(got[i].when >= start && got[i].when <= end);
    if (i > 0) CHECK(got[i].when >= got[i - 1].when);
  }
  goro__trace_end();
  CHECK(take(70, MAX) == 0);
}

/* Without a reading of the clock after them they are there, too. */
static void test_end(void) {
  begin(false);
  write_n(&a, 70, 1, 2000);
  write_n(&b, 71, 1, 3);
  goro__trace_end();
  write_n(&a, 70, 9999, 0);
  CHECK(take(70, MAX) == 2000 && got[1999].g == 2000);
}

static void test_lost(void) {
  lost = 0;
  begin(false);
  write_n(&a, 70, 0, 5 * RING);
  goro__trace_flush(&a);
  int n = take(70, 100);
  CHECK(n > RING / 2 && n < RING && lost > 4 * RING);
  CHECK(lost + (uint64_t)n >= 5 * RING && got[n - 1].g == 5 * RING - 1);
  for (int i = 1; i < n; i++) {
    CHECK(got[i].g == got[i - 1].g + 1 && got[i].when >= got[i - 1].when);
    CHECK(got[i - 1].when > 0);
  }
  goro__trace_end();
}

/* Who did it is who ran then. */
static void test_by(void) {
  static const uint32_t steps[][3] = {{TRACE_READY, 6, 0}, {TRACE_START, 5, 0},
                                      {TRACE_READY, 7, 5}, {TRACE_SEND, 5, 5},
                                      {TRACE_PARK, 9, 0},  {TRACE_CREATE, 8, 5},
                                      {TRACE_PARK, 5, 0},  {TRACE_READY, 5, 0}};
  begin(false);
  for (int i = 0; i < 8; i++) goro__trace(&a, 70, steps[i][0], steps[i][1], 0);
  goro__trace_flush(&a);
  CHECK(take(70, MAX) == 8);
  for (int i = 0; i < 8; i++)
    CHECK(kind(i) == steps[i][0] && got[i].by == steps[i][2]);
  goro__trace_end();
}

static void test_idle(void) {
  begin(false);
  goro__trace(&a, 70, TRACE_START, 1, 0);
  goro__trace_idle(&a, 70);
  goro__trace_idle(&a, 70);
  int64_t idle = nanotime();
  UNIT_SPIN(nanotime() > idle + 1000);
  goro__trace(&a, 70, TRACE_START, 2, 0);
  goro__trace_idle(&a, 70);
  CHECK(take(70, MAX) == 4);
  CHECK(kind(1) == TRACE_IDLE && kind(3) == TRACE_IDLE);
  /* Earlier events left their objects there. */
  CHECK(kind(0) == TRACE_START && got[0].object == 0);
  CHECK(got[1].when <= idle && got[2].when > idle && got[2].g == 2);
  goro__trace_end();
}

/* The second trace has nothing of the first. */
static void test_again(void) {
  begin(false);
  write_n(&a, 70, 1, 10);
  goro__trace_end();
  begin(true);
  write_n(&a, 70, 50, 10);
  goro__trace_flush(&a);
  CHECK(take(70, MAX) == 10 && got[0].g == 50);
  goro__trace_end();
}

static void test_oom(void) {
  struct traceout c = {0};
  begin(false);
  for (uint32_t n = 1; n <= 2; n++) {
    os_fail_alloc_at = n;
    goro__trace(&c, 72, TRACE_START, 1, 0);
    os_fail_alloc_at = 0;
    CHECK(!c.ring && !c.next);
  }
  goro__trace(&a, 70, TRACE_START, 1, 0);
  goro__trace_end();
  CHECK(take(72, MAX) == 0);
}

int main(void) {
  test_order_and_times(false);
  test_order_and_times(true);
  test_end();
  test_lost();
  test_by();
  test_idle();
  test_again();
  test_oom();
  return unit_pass();
}
