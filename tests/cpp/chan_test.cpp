/* chan_test.cpp: goroutines, channels and select of goro.hpp; above all who
 * owns what is sent. */
#include "check.hpp"

#include <memory>
#include <vector>

/* ---- goroutines ---- */

static void test_go() {
  std::atomic<int> sum{0};
  for (int i = 1; i <= 4; i++) goro::go([&sum, i] { sum += i; });
  goro::go([t = token(5), &sum] { sum += t.n(); });
  auto owned = std::make_unique<token>(6);
  goro::go([&sum, owned = std::move(owned)]() mutable {
    goro_gosched();
    sum += owned->n();
    owned.reset();
  });
  alone();
  CHECK(sum == 21 && token::live == 0);
}

/* Goexit drops the frames, but not what the goroutine holds. */
static void test_goexit() {
  bool deferred = false;
  goro::go([t = token(1), &deferred] {
    goro_defer([](void *flag) { *static_cast<bool *>(flag) = true; },
               &deferred);
    goro_goexit();
  });
  alone();
  CHECK(deferred && token::live == 0);
}

/* ---- values ---- */

struct point {
  int x, y;
};

static void test_bytes() {
  goro::chan<point> c(2);
  c.send({1, 2});
  c.send({3, 4});
  CHECK(c.len() == 2 && c.cap() == 2 && !c.try_send({5, 6}));
  auto p = c.recv();
  CHECK(p && p->x == 1 && p->y == 2);
  c.close();
  std::optional<point> q;
  CHECK(c.try_recv(q) && q && q->y == 4);
  CHECK(c.try_recv(q) && !q);
  CHECK(!c.recv());
}

static void test_strings() {
  goro::chan<std::string> c;
  goro::go([c] {
    for (int i = 0; i < 100; i++)
      c.send(i % 2 ? "short" : std::string(100, char('a' + i % 26)));
    c.close();
  });
  int n = 0;
  for (std::string s : c) {
    CHECK(s == (n % 2 ? "short" : std::string(100, char('a' + n % 26))));
    n++;
  }
  CHECK(n == 100);
  alone();
}

static void test_move_only() {
  goro::chan<token> c(3);
  for (int i = 1; i <= 3; i++) c.send(token(i));
  token kept(4);
  CHECK(!c.try_send(std::move(kept)) && kept.full() && kept.n() == 4);
  int sum = 0;
  goro::go([c] {
    c.send(token(5));
    c.close();
  });
  for (auto &&t : c) sum += t.n();
  CHECK(sum == 11);
  std::optional<token> none;
  CHECK(c.try_recv(none) && !none);
  alone();
  CHECK(token::live == 1);
}

/* What nobody receives is destroyed with the channel. */
static void test_drained() {
  {
    goro::chan<token> c(4);
    for (int i = 0; i < 4; i++) c.send(token(i));
    goro::sender<token> tx = c;
    goro::receiver<token> rx = c;
    CHECK(rx.recv()->n() == 0);
    CHECK(token::live == 3);
    tx.send(token(5));
    c = goro::chan<token>::nil();
    CHECK(!c && tx && token::live == 4);
  }
  CHECK(token::live == 0);
}

/* A panic in a send drops the frame, and not the value. */
static void test_closed() {
  goro::chan<token> c;
  goro::chan<int> ints;
  c.close();
  ints.close();
  goro_panic_info info;
  CHECK(!goro::try_call([&] { c.send(token(1)); }, &info));
  CHECK(info.msg == std::string("send on closed channel"));
  CHECK(!goro::try_call([&] { (void)c.try_send(token(1)); }));
  CHECK(!goro::try_call([&] { goro::select(goro::send(c, token(1))); }));
  CHECK(!goro::try_call([&] { ints.send(1); }));
  CHECK(!goro::try_call([&] { c.close(); }));
}

/* ---- pipelines ---- */

static goro::receiver<int> squares(goro::receiver<int> in) {
  goro::chan<int> out;
  goro::go([=] {
    for (int v : in) out.send(v * v);
    out.close();
  });
  return out;
}

static void test_pipeline() {
  goro::chan<int> in;
  goro::go([=] {
    for (int i = 1; i <= 10; i++) in.send(i);
    in.close();
  });
  int sum = 0;
  for (int v : squares(squares(in))) sum += v;
  CHECK(sum == 25333);
  alone();
}

static void test_many() {
  constexpr int senders = 8, each = 200;
  goro::chan<std::unique_ptr<int>> c(4);
  goro::waitgroup wg;
  for (int s = 0; s < senders; s++)
    wg.go([=] {
      for (int i = 0; i < each; i++) c.send(std::make_unique<int>(i));
    });
  goro::go([&wg, c] {
    wg.wait();
    c.close();
  });
  int n = 0, sum = 0;
  for (std::unique_ptr<int> p : c) n++, sum += *p;
  CHECK(n == senders * each && sum == senders * each * (each - 1) / 2);
  alone();
}

/* ---- select ---- */

static void test_select() {
  goro::chan<int> ints(1);
  goro::chan<token> tokens(1);
  auto never = goro::chan<std::string>::nil();
  int got = 0;
  auto poll = [&] {
    return goro::select(
        goro::recv(ints, [&](std::optional<int> v) { got = v.value_or(-1); }),
        goro::recv(tokens, [&](std::optional<token> t) { got = t->n(); }),
        goro::recv(never), goro::otherwise([&] { got = 99; }));
  };
  CHECK(poll() == 3 && got == 99);
  ints.send(1);
  CHECK(poll() == 0 && got == 1);
  tokens.send(token(2));
  CHECK(poll() == 1 && got == 2);
  ints.close();
  CHECK(poll() == 0 && got == -1);

  int sent = 0;
  auto offer = [&](int n) {
    return goro::select(goro::send(never, std::string("x")),
                        goro::send(tokens, token(n), [&] { sent += n; }),
                        goro::otherwise());
  };
  CHECK(offer(7) == 1 && offer(8) == 2 && sent == 7);
  CHECK(goro::select(goro::recv(tokens)) == 0);
  CHECK(token::live == 0);
}

/* Values for the one, or from the other, whichever is ready first. */
static void test_select_waits() {
  goro::chan<token> in, out;
  goro::chan<bool> done;
  int sum = 0;
  goro::go([=] {
    for (int i = 0; i < 50; i++) in.send(token(i));
    done.send(true);
  });
  goro::go([&sum, out] {
    for (auto &&t : out) sum += t.n();
  });
  int received = 0, sent = 0;
  for (bool going = true; going;)
    goro::select(
        goro::recv(in, [&](std::optional<token> t) { received += t->n(); }),
        goro::send(out, token(1), [&] { sent++; }),
        goro::recv(done, [&] { going = false; }));
  out.close();
  alone();
  CHECK(received == 49 * 50 / 2 && sum == sent && token::live == 0);
}

static void test_after() {
  using namespace std::chrono_literals;
  goro_time start = goro_now();
  goro::chan<int> nobody;
  int which = goro::select(goro::recv(nobody), goro::recv(goro::after(1ms)));
  CHECK(which == 1 && goro_now() - start >= GORO_MILLISECOND);
  goro::sleep(1ms);
  CHECK(goro_now() - start >= 2 * GORO_MILLISECOND);
}

int main() {
  test_go();
  test_goexit();
  test_bytes();
  test_strings();
  test_move_only();
  test_drained();
  test_closed();
  test_pipeline();
  test_many();
  test_select();
  test_select_waits();
  test_after();
  CHECK(token::live == 0);
  std::puts("PASS");
}
