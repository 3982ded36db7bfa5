/* goro.hpp: goro.h for C++17, in one header.
 *
 *     #include <goro.hpp>
 *     #include <cstdio>
 *
 *     int main() {
 *       goro::chan<std::string> names(3);
 *       goro::go([=] {
 *         for (auto n : {"Ada", "Grace"}) names.send(n);
 *         names.close();
 *       });
 *       for (std::string n : names) std::puts(n.c_str());
 *     }
 *
 * Build: goro cc app.cpp -o app.wasm, or .mjs, as for C.
 *
 * Destructors and panics.  A panic that is recovered, and goro_goexit, drop the
 * frames between: destructors of their variables DO NOT run.  What must happen
 * then too belongs into one of
 *     goro::defer d([&] { ... });      runs f when its block is left
 *     goro::guard lock(mutex);         unlocks
 *     goro::shared_guard lock(rw);     unlocks
 * which register with the runtime, and so run in any case, once, the last one
 * first, in one order with goro_defer.  std::lock_guard, std::unique_lock and
 * std::shared_lock work with goro's mutexes, and leave them locked if a panic
 * drops them; std::unique_ptr leaks.  A panic that nobody recovers ends the
 * program, so for those this makes no difference.
 *
 * Exceptions.  There are none: programs are compiled with -fno-exceptions, and
 * no exception could pass a place where a goroutine waits.
 *
 * Channels belong to blocks and objects of goroutines, not to static variables:
 * the destructors of these run when main has returned, while goroutines may
 * still wait on the channel, which is a fatal error (goro_chan_free).
 *
 * Static variables of functions: their initialisers must not wait for other
 * goroutines, because libc++ blocks the thread of one that comes second.
 */
#ifndef GORO_HPP
#define GORO_HPP

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <new>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "goro.h"
#include "goro_scope.h"

namespace goro {

/* ======================================================================
 * defer, panic, recover
 * ==================================================================== */

/* Runs f() when the block is left: by its end, return, break, a panic or
 * goro_goexit.  Go: defer. */
template <class F> class [[nodiscard]] defer {
public:
  explicit defer(F f) : f_(std::move(f)) {
    goro_defer_begin_(&d_, nullptr, call, this);
  }
  ~defer() {
    if (!cancelled_) goro_defer_end_(&d_);
  }
  defer(const defer &) = delete;
  defer &operator=(const defer &) = delete;

  /* It shall not run after all. */
  void cancel() {
    if (!cancelled_) goro_defer_drop_(&d_);
    cancelled_ = true;
  }

private:
  static void call(void *self) { static_cast<defer *>(self)->f_(); }

  F f_;
  bool cancelled_ = false;
  goro_deferred d_;
};

namespace detail {
template <class F> void call_function(void *f) { (*static_cast<F *>(f))(); }
} /* namespace detail */

/* Panic.  Does not return. */
inline void panic(const char *msg) { goro_panic(msg); }

/* In the function of a defer: stop the panic that runs it.  The innermost call,
 * try_call or goroutine function then returns.  As goro_recover. */
inline const char *recover() { return goro_recover(); }

/* f() as a frame; whether it returned, and was not ended by a recover.  As
 * goro_call. */
template <class F> bool call(F &&f) {
  using function = std::remove_reference_t<F>;
  return goro_call(detail::call_function<function>,
                   const_cast<void *>(static_cast<const void *>(&f)));
}

/* f() as a frame, whose panic is recovered; whether it returned.  As
 * goro_try. */
template <class F> bool try_call(F &&f, goro_panic_info *info = nullptr) {
  using function = std::remove_reference_t<F>;
  return goro_try(detail::call_function<function>,
                  const_cast<void *>(static_cast<const void *>(&f)), info);
}

/* ======================================================================
 * Goroutines
 * ==================================================================== */

namespace detail {

struct site_node {
  goro_site site;
  site_node *next;
};

/* A site has to live as long as its goroutine, whose end nobody is told of: one
 * is made for each place of the program, and kept. */
inline site_node *new_site(const char *file, int line, const char *caller) {
  static const char suffix[] = ".func";
  std::size_t n = std::strlen(caller);
  char *name = new char[n + sizeof suffix];
  std::memcpy(name, caller, n);
  std::memcpy(name + n, suffix, sizeof suffix);
  return new site_node{{name, file, line, caller}, nullptr};
}

template <class F>
const goro_site *site_of(const char *file, int line, const char *caller) {
  static std::atomic<site_node *> sites{nullptr};
  for (auto *n = sites.load(std::memory_order_acquire); n; n = n->next)
    if (n->site.line == line && n->site.file == file) return &n->site;
  site_node *made = new_site(file, line, caller);
  made->next = sites.load(std::memory_order_relaxed);
  /* pairs with the acquire above */
  while (
      !sites.compare_exchange_weak(made->next, made, std::memory_order_release))
    continue;
  return &made->site;
}

/* The function of a goroutine, with what it holds.  It is destroyed as the last
 * deferred call of the goroutine. */
template <class F> struct task {
  F f;
  goro_deferred d;

  static void destroy(void *deferred) {
    delete static_cast<task *>(static_cast<goro_deferred *>(deferred)->arg_);
  }
  static void run(void *self) {
    auto *t = static_cast<task *>(self);
    goro_defer_begin_(&t->d, destroy, nullptr, t); /* ended by the runtime */
    t->f();
  }
};

template <class F> task<std::decay_t<F>> *new_task(F &&f) {
  return new task<std::decay_t<F>>{std::forward<F>(f), {}};
}

} /* namespace detail */

/* Start f() as a goroutine, with a copy of f, or f itself if it is moved.
 * Reports name this place.  Go: go f(). */
template <class F>
void go(F &&f, const char *file = __builtin_FILE(), int line = __builtin_LINE(),
        const char *caller = __builtin_FUNCTION()) {
  using task = detail::task<std::decay_t<F>>;
  goro_go_at(detail::site_of<task>(file, line, caller), task::run,
             detail::new_task(std::forward<F>(f)));
}

/* ======================================================================
 * Channels
 * ==================================================================== */

namespace detail {

/* Elements that are no more than their bytes are sent as they are, others in a
 * box on the heap, which belongs to who took it out of the channel. */
template <class T>
inline constexpr bool boxed = !std::is_trivially_copyable_v<T>;

/* A box that is not sent yet: destroyed also when a panic drops it. */
template <class T> class box {
public:
  explicit box(T &&v) : p_(new T(std::move(v))) {
    goro_defer_begin_(&d_, destroy, nullptr, p_);
  }
  ~box() {
    if (p_) goro_defer_end_(&d_);
  }
  box(const box &) = delete;
  box &operator=(const box &) = delete;

  void *elem() { return &p_; }
  T &value() { return *p_; }
  void sent() {
    goro_defer_drop_(&d_);
    p_ = nullptr;
  }

private:
  static void destroy(void *deferred) {
    delete static_cast<T *>(static_cast<goro_deferred *>(deferred)->arg_);
  }

  T *p_;
  goro_deferred d_;
};

/* An element that goes in as its bytes. */
template <class T> class bytes {
public:
  explicit bytes(T &&v) : v_(v) {}
  void *elem() { return const_cast<std::remove_cv_t<T> *>(&v_); }
  T &value() { return v_; }
  void sent() {}

private:
  T v_;
};

template <class T>
using outgoing = std::conditional_t<boxed<T>, box<T>, bytes<T>>;

/* Where an element comes out. */
template <class T> class incoming {
public:
  void *elem() { return &slot_; }

  /* Take it, once, after a receive that got one. */
  std::optional<T> take() {
    if constexpr (boxed<T>) {
      std::optional<T> v(std::move(*slot_));
      delete slot_;
      return v;
    } else {
      return std::optional<T>(
          *std::launder(reinterpret_cast<T *>(slot_.bytes)));
    }
  }

private:
  struct raw {
    alignas(T) unsigned char bytes[sizeof(T)];
  };
  std::conditional_t<boxed<T>, T *, raw> slot_;
};

/* A channel and how many handles it has; the last one frees it, with the
 * elements that nobody received. */
struct shared_chan {
  std::atomic<std::size_t> handles;
  goro_chan *c;
};

template <class T> class handle {
public:
  using value_type = T;

  handle() = default; /* Go's nil channel */
  handle(const handle &other) : s_(other.s_) {
    if (s_) s_->handles.fetch_add(1, std::memory_order_relaxed);
  }
  handle(handle &&other) noexcept : s_(std::exchange(other.s_, nullptr)) {}
  handle &operator=(handle other) noexcept {
    std::swap(s_, other.s_);
    return *this;
  }
  ~handle() {
    /* each release pairs with the acquire of the last one */
    if (s_ && s_->handles.fetch_sub(1, std::memory_order_acq_rel) == 1) free();
  }

  /* The channel for the functions of goro.h; NULL for nil. */
  goro_chan *native() const { return s_ ? s_->c : nullptr; }
  explicit operator bool() const { return s_ != nullptr; }
  std::size_t len() const { return goro_chan_len(native()); }
  std::size_t cap() const { return goro_chan_cap(native()); }

  friend bool operator==(const handle &a, const handle &b) {
    return a.s_ == b.s_;
  }
  friend bool operator!=(const handle &a, const handle &b) {
    return a.s_ != b.s_;
  }

  explicit handle(goro_chan *c) : s_(new shared_chan{{1}, c}) {}

private:
  void free() {
    if constexpr (boxed<T>) {
      T *p;
      bool ok;
      while (goro_chan_try_recv(s_->c, &p, &ok) && ok) delete p;
    }
    goro_chan_free(s_->c);
    delete s_;
  }

  shared_chan *s_ = nullptr;
};

/* What a sender can do; Self has native(). */
template <class T, class Self> class sending {
public:
  /* As goro_chan_send. */
  void send(T v) const {
    outgoing<T> out(std::move(v));
    goro_chan_send(chan_of(), out.elem());
    out.sent();
  }

  /* As goro_chan_try_send; v keeps its value if it is not sent. */
  bool try_send(T &&v) const {
    outgoing<T> out(std::move(v));
    bool sent = goro_chan_try_send(chan_of(), out.elem());
    if (sent)
      out.sent();
    else if constexpr (boxed<T>)
      v = std::move(out.value());
    return sent;
  }
  bool try_send(const T &v) const { return try_send(T(v)); }

  /* As goro_chan_close. */
  void close() const { goro_chan_close(chan_of()); }

private:
  goro_chan *chan_of() const {
    return static_cast<const Self *>(this)->native();
  }
};

/* What a receiver can do. */
template <class T, class Self> class receiving {
public:
  /* As goro_chan_recv: nothing once the channel is closed and drained. */
  std::optional<T> recv() const {
    incoming<T> in;
    if (!goro_chan_recv(chan_of(), in.elem())) return std::nullopt;
    return in.take();
  }

  /* As goro_chan_try_recv: false if it would block; true and no value if the
   * channel is closed and drained. */
  bool try_recv(std::optional<T> &v) const {
    incoming<T> in;
    bool ok = false;
    if (!goro_chan_try_recv(chan_of(), in.elem(), &ok)) return false;
    if (ok)
      v = in.take();
    else
      v.reset();
    return true;
  }

  /* for (T v : c): until the channel is closed and drained. */
  struct sentinel {};
  class iterator {
  public:
    explicit iterator(const receiving &c) : c_(c), v_(c.recv()) {}
    T &&operator*() { return std::move(*v_); }
    iterator &operator++() {
      v_ = std::nullopt;
      v_ = c_.recv();
      return *this;
    }
    bool operator!=(sentinel) const { return v_.has_value(); }

  private:
    const receiving &c_;
    std::optional<T> v_;
  };
  iterator begin() const { return iterator(*this); }
  sentinel end() const { return {}; }

private:
  goro_chan *chan_of() const {
    return static_cast<const Self *>(this)->native();
  }
};

} /* namespace detail */

/* A channel of T, which may be a type that can only be moved.  Copies of a chan
 * are the same channel, and the last one frees it.  Go: chan T. */
template <class T>
class chan : public detail::handle<T>,
             public detail::sending<T, chan<T>>,
             public detail::receiving<T, chan<T>> {
  using elem = std::conditional_t<detail::boxed<T>, T *, T>;
  using handle = detail::handle<T>;

public:
  explicit chan(std::size_t cap = 0)
      : handle(goro_chan_make(sizeof(elem), cap)) {}

  /* Go's nil channel. */
  static chan nil() { return chan(handle()); }

  /* Own a channel of goro.h, whose elements are T's bytes. */
  static chan adopt(goro_chan *c) {
    static_assert(!detail::boxed<T>, "its elements would be pointers");
    return chan(handle(c));
  }

private:
  explicit chan(handle h) : handle(std::move(h)) {}
};

/* Go: chan<- T. */
template <class T>
class sender : public detail::handle<T>, public detail::sending<T, sender<T>> {
public:
  sender(const chan<T> &c) : detail::handle<T>(c) {}
};

/* Go: <-chan T. */
template <class T>
class receiver : public detail::handle<T>,
                 public detail::receiving<T, receiver<T>> {
public:
  receiver(const chan<T> &c) : detail::handle<T>(c) {}
};

/* ======================================================================
 * select
 * ==================================================================== */

namespace detail {

struct nothing {
  void operator()() const {}
};

template <class T, class F> class recv_case {
public:
  static constexpr bool is_default = false;
  recv_case(goro_chan *c, F f) : c_(c), f_(std::move(f)) {}
  recv_case(const recv_case &) = delete;

  goro_case native() { return GORO_RECV(c_, in_.elem()); }
  void chosen(bool ok) {
    if constexpr (std::is_invocable_v<F &, std::optional<T>>) {
      f_(ok ? in_.take() : std::nullopt);
    } else {
      if (ok) (void)in_.take();
      f_();
    }
  }

private:
  goro_chan *c_;
  F f_;
  incoming<T> in_;
};

template <class T, class F> class send_case {
public:
  static constexpr bool is_default = false;
  send_case(goro_chan *c, T &&v, F f)
      : c_(c), f_(std::move(f)), out_(std::move(v)) {}
  send_case(const send_case &) = delete;

  goro_case native() { return GORO_SEND(c_, out_.elem()); }
  void chosen(bool) {
    out_.sent();
    f_();
  }

private:
  goro_chan *c_;
  F f_;
  outgoing<T> out_;
};

template <class F> class default_case {
public:
  static constexpr bool is_default = true;
  explicit default_case(F f) : f_(std::move(f)) {}
  default_case(const default_case &) = delete;

  goro_case native() { return GORO_RECV(nullptr, nullptr); }
  void chosen(bool) { f_(); }

private:
  F f_;
};

} /* namespace detail */

/* Cases of a select.  f is called if it is chosen: a receive's with the
 * std::optional<T>, empty from a closed channel, or without argument. */
template <class C, class F = detail::nothing>
detail::recv_case<typename C::value_type, F> recv(const C &c, F f = {}) {
  return {c.native(), std::move(f)};
}

/* v is gone if another case is chosen, as what Go's expression gives is. */
template <class C, class F = detail::nothing>
detail::send_case<typename C::value_type, F> send(const C &c,
                                                  typename C::value_type v,
                                                  F f = {}) {
  return {c.native(), std::move(v), std::move(f)};
}

/* Chosen if no other case is ready.  Go: default. */
template <class F = detail::nothing>
detail::default_case<F> otherwise(F f = {}) {
  return detail::default_case<F>(std::move(f));
}

/* Wait until a case can go on, do it, and call its function.  As goro_select,
 * or goro_select_default with an otherwise.  Returns the index of the case.
 *
 *     goro::select(
 *         goro::recv(in, [&](std::optional<int> v) { ... }),
 *         goro::send(out, 5, [&] { ... }),
 *         goro::otherwise([&] { ... })); */
template <class... Cases> int select(Cases &&...cases) {
  constexpr int n = sizeof...(Cases);
  constexpr int defaults = (0 + ... + std::decay_t<Cases>::is_default);
  static_assert(defaults <= 1, "a select has one otherwise");
  goro_case native[n + 1] = {cases.native()...};
  int chosen =
      defaults ? goro_select_default(native, n) : goro_select(native, n);
  int i = 0;
  if (chosen < 0) {
    ((std::decay_t<Cases>::is_default ? void(chosen = i) : void(), i++), ...);
    i = 0;
  }
  ((i++ == chosen ? cases.chosen(native[chosen].ok) : void()), ...);
  return chosen;
}

/* ======================================================================
 * sync
 * ==================================================================== */

/* As goro_mutex; for std::lock_guard and the like, and for goro::guard. */
class mutex {
public:
  mutex() = default;
  mutex(const mutex &) = delete;
  mutex &operator=(const mutex &) = delete;

  void lock() { goro_mutex_lock(&m_); }
  bool try_lock() { return goro_mutex_try_lock(&m_); }
  void unlock() { goro_mutex_unlock(&m_); }
  goro_mutex *native() { return &m_; }

private:
  goro_mutex m_ = {};
};

/* As goro_rwmutex; for std::shared_lock, too. */
class rwmutex {
public:
  rwmutex() = default;
  rwmutex(const rwmutex &) = delete;
  rwmutex &operator=(const rwmutex &) = delete;

  void lock() { goro_rwmutex_lock(&rw_); }
  bool try_lock() { return goro_rwmutex_try_lock(&rw_); }
  void unlock() { goro_rwmutex_unlock(&rw_); }
  void lock_shared() { goro_rwmutex_rlock(&rw_); }
  bool try_lock_shared() { return goro_rwmutex_try_rlock(&rw_); }
  void unlock_shared() { goro_rwmutex_runlock(&rw_); }
  goro_rwmutex *native() { return &rw_; }

private:
  goro_rwmutex rw_ = {};
};

/* Holds m as long as its block runs, also if a panic ends that. */
template <class M> class [[nodiscard]] guard {
public:
  explicit guard(M &m) {
    m.lock();
    goro_defer_begin_(&d_, unlock, nullptr, &m);
  }
  ~guard() { goro_defer_end_(&d_); }
  guard(const guard &) = delete;
  guard &operator=(const guard &) = delete;

private:
  static void unlock(void *deferred) {
    static_cast<M *>(static_cast<goro_deferred *>(deferred)->arg_)->unlock();
  }

  goro_deferred d_;
};

/* The same for reading. */
class [[nodiscard]] shared_guard {
public:
  explicit shared_guard(rwmutex &rw) {
    rw.lock_shared();
    goro_defer_begin_(&d_, unlock, nullptr, &rw);
  }
  ~shared_guard() { goro_defer_end_(&d_); }
  shared_guard(const shared_guard &) = delete;
  shared_guard &operator=(const shared_guard &) = delete;

private:
  static void unlock(void *deferred) {
    auto *d = static_cast<goro_deferred *>(deferred);
    static_cast<rwmutex *>(d->arg_)->unlock_shared();
  }

  goro_deferred d_;
};

/* As goro_waitgroup. */
class waitgroup {
public:
  waitgroup() = default;
  waitgroup(const waitgroup &) = delete;
  waitgroup &operator=(const waitgroup &) = delete;

  void add(int delta) { goro_waitgroup_add(&wg_, delta); }
  void done() { goro_waitgroup_done(&wg_); }
  void wait() { goro_waitgroup_wait(&wg_); }

  /* Start f() as a goroutine; what it holds is destroyed before it counts as
   * done. */
  template <class F> void go(F &&f) {
    goro_waitgroup_go(&wg_, detail::task<std::decay_t<F>>::run,
                      detail::new_task(std::forward<F>(f)));
  }

private:
  goro_waitgroup wg_ = {};
};

/* As goro_once. */
class once {
public:
  once() = default;
  once(const once &) = delete;
  once &operator=(const once &) = delete;

  template <class F> void call(F &&f) {
    using function = std::remove_reference_t<F>;
    goro_once_do(&once_, detail::call_function<function>,
                 const_cast<void *>(static_cast<const void *>(&f)));
  }

private:
  goro_once once_ = {};
};

/* As goro_cond. */
class cond {
public:
  explicit cond(mutex &m) { goro_cond_init(&c_, m.native()); }
  cond(const cond &) = delete;
  cond &operator=(const cond &) = delete;

  void wait() { goro_cond_wait(&c_); }
  template <class P> void wait(P until) {
    while (!until()) wait();
  }
  void signal() { goro_cond_signal(&c_); }
  void broadcast() { goro_cond_broadcast(&c_); }

private:
  goro_cond c_;
};

/* ======================================================================
 * time
 * ==================================================================== */

/* Any duration of <chrono>, in goro.h's nanoseconds. */
template <class Rep, class Period>
constexpr goro_duration ns(std::chrono::duration<Rep, Period> d) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(d).count();
}

/* As goro_sleep. */
template <class Rep, class Period>
void sleep(std::chrono::duration<Rep, Period> d) {
  goro_sleep(ns(d));
}

/* As goro_after. */
template <class Rep, class Period>
receiver<goro_time> after(std::chrono::duration<Rep, Period> d) {
  return chan<goro_time>::adopt(goro_after(ns(d)));
}

} /* namespace goro */

#endif
