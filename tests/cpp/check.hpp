/* check.hpp: what the tests of goro.hpp have in common: CHECK, and a type that
 * counts its objects. */
#ifndef GORO_CPP_CHECK_HPP
#define GORO_CPP_CHECK_HPP

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include <goro.hpp>

#define CHECK(cond) ((cond) ? void() : check_failed(__FILE__, __LINE__, #cond))

inline void check_failed(const char *file, int line, const char *what) {
  std::printf("%s:%d: CHECK failed: %s\n", file, line, what);
  std::exit(1);
}

/* Yield until cond holds. */
#define UNTIL(cond)                         \
  do {                                      \
    for (int tries = 0; !(cond); tries++) { \
      CHECK(tries < 10000000 && #cond);     \
      goro_gosched();                       \
    }                                       \
  } while (0)

inline void alone() { UNTIL(goro_num_goroutine() == 1); }

/* Can only be moved, and knows where it lives.  live counts the values, not the
 * empty shells that are left of what was moved: those a panic may drop. */
class token {
public:
  explicit token(int n) : n_(n), full_(true), self_(this) { live++; }
  token(token &&t) noexcept
      : n_(t.n_), full_(std::exchange(t.full_, false)), self_(this) {
    CHECK(t.self_ == &t);
  }
  token &operator=(token &&t) noexcept {
    CHECK(self_ == this && t.self_ == &t);
    if (full_) live--;
    n_ = t.n_;
    full_ = std::exchange(t.full_, false);
    return *this;
  }
  ~token() {
    CHECK(self_ == this);
    if (full_) live--;
  }
  int n() const { return n_; }
  bool full() const { return full_; }

  static inline std::atomic<int> live{0};

private:
  int n_;
  bool full_;
  token *self_;
};

#endif
