/* lockrank_test.c: the record of held locks.  A wrong order ends the program:
 * here are the right ones. */
#include "unit.h"

enum { nmany = 300 };

static struct mutex m[nmany];

static void acquire(int i, enum lockrank r) {
  goro__lockrank_acquire(&m[i], r);
}
static void release(int i) { goro__lockrank_release(&m[i]); }
static bool held(int i) { return goro__lockrank_held(&m[i]); }

static bool none_held(void) {
  for (int i = 0; i < nmany; i++)
    if (held(i)) return false;
  return true;
}

/* Ranks may only rise; released in any order. */
static void test_rising(void) {
  static const int orders[][3] = {{0, 1, 2}, {2, 1, 0}, {1, 0, 2}, {1, 2, 0}};
  for (size_t o = 0; o < sizeof orders / sizeof *orders; o++) {
    acquire(0, lockRankHchan);
    acquire(1, lockRankTimers);
    acquire(2, lockRankTimer);
    CHECK(held(0) && held(1) && held(2) && !held(3));
    for (int i = 0; i < 3; i++) {
      release(orders[o][i]);
      CHECK(!held(orders[o][i]));
    }
    CHECK(none_held());
  }
}

static void test_all_ranks(void) {
  for (int r = lockRankNone + 1; r < lockRankMax; r++)
    acquire(r, (enum lockrank)r);
  for (int r = lockRankMax - 1; r > lockRankNone; r--) release(r);
  CHECK(none_held());
}

/* A lock that went is forgotten: lower ranks may follow. */
static void test_again(void) {
  acquire(0, lockRankHchan);
  acquire(1, lockRankSched);
  release(1);
  acquire(2, lockRankTimers);
  release(2);
  release(0);
  acquire(3, lockRankTimerSend);
  release(3);
  CHECK(none_held());
}

/* Channels, by address; and locks without a rank anywhere. */
static void test_equal(void) {
  for (int i = 0; i < 10; i++) acquire(i, lockRankHchan);
  acquire(20, lockRankNone);
  release(20);
  for (int i = 0; i < 10; i++) release(i);
  CHECK(none_held());
}

/* More than the record has room for, released in either order, as select does;
 * afterwards it checks as before. */
static void test_many(void) {
  for (int n = 50; n <= nmany; n += 7) {
    for (int i = 0; i < n; i++) acquire(i, lockRankHchan);
    for (int i = 0; i < n; i++) CHECK(held(i));
    for (int i = 0; i < n; i++) release(i);
    CHECK(none_held());
    for (int i = 0; i < n; i++) acquire(i, lockRankHchan);
    for (int i = n - 1; i >= 0; i--) release(i);
    CHECK(none_held());
    test_rising();
  }
}

int main(void) {
  CHECK(none_held());
  test_rising();
  test_all_ranks();
  test_again();
  test_equal();
  test_many();
  return unit_pass();
}
