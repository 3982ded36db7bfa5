/* scope_test.cpp: what goro.hpp runs when a block is left, and its locks. */
#include "check.hpp"

#include <mutex>

/* A libc++ without threads has std::lock_guard alone. */
#ifndef _LIBCPP_HAS_NO_THREADS
#include <shared_mutex>
#define HAVE_STD_LOCKS 1
#endif

static std::string said;
static bool said_is(const char *want) {
  bool same = said == want;
  if (!same) std::printf("said %s, not %s\n", said.c_str(), want);
  said.clear();
  return same;
}

/* Says its letter when it is destroyed, which a panic leaves out. */
struct letter {
  char c;
  ~letter() { said += c; }
};

/* ---- defer ---- */

static int leave(int how) {
  goro::defer outer([] { said += 'z'; });
  for (char c = 'a'; c < 'd'; c++) {
    letter l{c};
    goro::defer d([&] { said += char(l.c - 'a' + '1'); });
    if (how == 1 && c == 'b') break;
    if (how == 2 && c == 'b') return 2;
    if (how == 3 && c == 'b') d.cancel();
  }
  return 0;
}

static void test_ways_out() {
  static const char *const want[] = {"1a2b3cz", "1a2bz", "1a2bz", "1ab3cz"};
  for (int how = 0; how < 4; how++) {
    CHECK(leave(how) == (how == 2 ? 2 : 0));
    CHECK(said_is(want[how]));
  }
}

static void test_panic() {
  goro_panic_info info = {};
  bool returned = goro::try_call(
      [] {
        goro::defer last([] { said += '3'; });
        letter dropped{'x'};
        int n = 0;
        goro::defer first([&] { said += char('0' + n); });
        {
          goro::defer zero([] { said += '0'; });
          n = 1;
          goro::panic("out");
        }
        said += '!';
      },
      &info);
  CHECK(!returned && std::string(info.msg) == "out" && said_is("013"));
}

static void test_recover() {
  std::string msg;
  bool returned = goro::call([&] {
    goro::defer after([] { said += goro::recover() ? '!' : 'c'; });
    goro::defer recovers([&] {
      if (const char *m = goro::recover()) msg = m;
    });
    goro::defer before([] { said += 'a'; });
    goro_div(1, 0);
  });
  CHECK(!returned && msg == "runtime error: integer divide by zero");
  CHECK(said_is("ac") && goro::call([] {}));
}

static void test_goexit() {
  goro::go([] {
    goro::defer d([] { said += 'd'; });
    letter dropped{'x'};
    goro::call([] {
      goro::defer inner([] { said += 'i'; });
      goro_goexit();
    });
  });
  alone();
  CHECK(said_is("id"));
}

/* One list for all: C's deferred calls, and ours. */
static void test_order() {
  CHECK(goro::call([] {
    goro_defer([](void *) { said += 'C'; }, nullptr);
    goro::defer b([] { said += 'b'; });
    goro_defer([](void *) { said += 'A'; }, nullptr);
  }));
  CHECK(said_is("bAC"));
  CHECK(!goro::try_call([] {
    goro_defer([](void *) { said += 'C'; }, nullptr);
    goro::defer b([] { said += 'b'; });
    goro_defer([](void *) { said += 'A'; }, nullptr);
    goro::panic("all");
  }));
  CHECK(said_is("AbC"));
}

/* ---- locks ---- */

static goro::mutex mu;
static goro::rwmutex rw;

template <class M> static bool is_free(M &m) {
  bool free = m.try_lock();
  if (free) m.unlock();
  return free;
}

static void test_guards() {
  {
    goro::guard lock(mu);
    goro::shared_guard reading(rw);
    CHECK(!is_free(mu) && !is_free(rw) && rw.try_lock_shared());
    rw.unlock_shared();
  }
  CHECK(is_free(mu) && is_free(rw));
  CHECK(!goro::try_call([] {
    goro::guard lock(mu);
    goro::guard writing(rw);
    CHECK(!rw.try_lock_shared());
    goro::panic("locked");
  }));
  CHECK(is_free(mu) && is_free(rw));
  goro::go([] {
    goro::guard lock(mu);
    goro::shared_guard reading(rw);
    goro_goexit();
  });
  alone();
  CHECK(is_free(mu) && is_free(rw));
}

static void test_std_locks() {
  {
    std::lock_guard lock(mu);
    CHECK(!is_free(mu));
  }
  CHECK(is_free(mu));
#ifdef HAVE_STD_LOCKS
  {
    std::unique_lock lock(mu, std::try_to_lock);
    std::unique_lock writing(rw);
    CHECK(lock && !is_free(mu) && !rw.try_lock_shared());
    writing.unlock();
    std::shared_lock reading(rw);
    CHECK(!is_free(rw) && rw.try_lock_shared());
    rw.unlock_shared();
  }
  CHECK(is_free(mu) && is_free(rw));
#endif
  /* As documented: a panic leaves it locked. */
  CHECK(!goro::try_call([] {
    std::lock_guard lock(mu);
    goro::panic("locked");
  }));
  CHECK(!is_free(mu));
  mu.unlock();
}

static void test_exclusion() {
  goro::waitgroup wg;
  int n = 0;
  for (int i = 0; i < 8; i++)
    wg.go([&n, i] {
      for (int k = 0; k < 100; k++) {
        goro::guard lock(mu);
        if ((k + i) % 16 == 0) goro_gosched();
        n++;
      }
    });
  wg.wait();
  CHECK(n == 800);
}

/* ---- the rest of sync ---- */

static void test_once() {
  goro::once once;
  std::atomic<int> calls{0};
  goro::waitgroup wg;
  for (int i = 0; i < 8; i++)
    wg.go([&] {
      once.call([&] {
        goro_gosched();
        calls++;
      });
      CHECK(calls == 1);
    });
  wg.wait();
}

static void test_cond() {
  goro::cond changed(mu);
  int turn = 0;
  goro::waitgroup wg;
  for (int i = 0; i < 4; i++)
    wg.go([&, i] {
      goro::guard lock(mu);
      changed.wait([&] { return turn == i; });
      turn++;
      changed.broadcast();
    });
  wg.wait();
  CHECK(turn == 4);
}

/* What the goroutine holds is gone when it counts as done. */
static void test_waitgroup() {
  goro::waitgroup wg;
  for (int i = 0; i < 4; i++)
    wg.go([t = token(i)] {
      goro_gosched();
      if (t.n() == 2) goro_goexit();
    });
  wg.wait();
  CHECK(token::live == 0);
  wg.add(1);
  goro::go([&] { wg.done(); });
  wg.wait();
  alone();
}

int main() {
  test_ways_out();
  test_panic();
  test_recover();
  test_goexit();
  test_order();
  test_guards();
  test_std_locks();
  test_exclusion();
  test_once();
  test_cond();
  test_waitgroup();
  std::puts("PASS");
}
