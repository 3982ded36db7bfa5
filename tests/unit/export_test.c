/* export_test.c: every function of goro.h, with the arguments of every day and
 * with those at the edge. */
#include "unit.h"

#include "api/goro.h"

static void note(void *c) { unit_note((int)(intptr_t)c); }
static void *name(int c) { return (void *)(intptr_t)c; }
#define alone() UNIT_UNTIL(goro_num_goroutine() == 1)

/* The panic of f(arg), through the public functions. */
static char panic_text[128];
static void *panic_value;

static void recover(void *unused) {
  const char *msg = goro_recover_value(&panic_value);
  (void)unused;
  if (msg) strncpy(panic_text, msg, sizeof panic_text - 1);
}

struct call {
  goro_func f;
  void *arg;
};

static void call_recovering(void *arg) {
  struct call *c = arg;
  goro_defer(recover, NULL);
  c->f(c->arg);
}

static bool panics(goro_func f, void *arg, const char *want) {
  struct call c = {f, arg};
  memset(panic_text, 0, sizeof panic_text);
  bool returned = goro_call(call_recovering, &c);
  CHECK(returned == (want[0] == 0));
  return strcmp(panic_text, want) == 0;
}

/* ---- goroutines ---- */

static uint64_t ids[3];

static void get_id(void *slot) { *(uint64_t *)slot = goro_goid(); }

static void test_go(void) {
  CHECK(goro_goid() == 1 && goro_num_goroutine() == 1);
  static const goro_site site = {"get_id", __FILE__, __LINE__, "test_go"};
  goro_go(get_id, &ids[0]);
  goro_go_at(&site, get_id, &ids[1]);
  GORO_GO(get_id, &ids[2]);
  if (unit_one_m()) CHECK(goro_num_goroutine() == 4 && ids[0] == 0);
  goro_gosched();
  alone();
  CHECK(ids[0] == 2 && ids[1] == 3 && ids[2] == 4);
  goro_go_at(NULL, note, name('n'));
  alone();
  CHECK(unit_said("n"));
}

static void exits(void *unused) {
  (void)unused;
  goro_defer(note, name('d'));
  goro_goexit();
  unit_note('!');
}

static void test_goexit(void) {
  goro_go(exits, NULL);
  alone();
  CHECK(unit_said("d"));
}

static void test_settings(void) {
  goro_set_name("main goroutine");
  CHECK(strcmp(getg()->name, "main goroutine") == 0);
  goro_set_name("");
  goro_set_name(NULL);
  CHECK(!getg()->name);
  int procs = goro_gomaxprocs(0);
  CHECK(procs >= 1 && goro_gomaxprocs(-1) == procs);
  CHECK(goro_gomaxprocs(INT32_MAX) == procs);
  goro_gomaxprocs(procs);
  const char *reason = NULL;
  CHECK(goro_num_cpu(NULL) >= 1 && goro_num_cpu(&reason) >= 1);
  CHECK(reason && reason[0]);
  size_t max = goro_set_max_stack(0);
  CHECK(max >= 16384 && goro_set_max_stack(0) == max);
  CHECK(goro_set_max_stack(SIZE_MAX) == max);
  CHECK(goro_set_max_stack(123456) >= max);
  CHECK(goro_set_max_stack(max) == 123456);
  CHECK(goro_set_max_stack(0) == max);
}

/* ---- channels ---- */

static void send_values(void *c) {
  for (int i = 1; i <= 3; i++) goro_chan_send(c, &i);
  goro_chan_close(c);
}

static void test_chan(void) {
  for (size_t cap = 0; cap < 5; cap++) {
    goro_chan *c = goro_chan_make(sizeof(int), cap);
    CHECK(goro_chan_cap(c) == cap && goro_chan_len(c) == 0);
    goro_go(send_values, c);
    int v = 0, sum = 0;
    while (goro_chan_recv(c, &v)) sum += v;
    CHECK(sum == 6 && v == 0);
    alone();
    goro_chan_free(c);
  }
}

static void test_chan_nb(void) {
  goro_chan *c = goro_chan_make(sizeof(int), 1);
  int v = 5;
  bool ok = true;
  CHECK(!goro_chan_try_recv(c, &v, &ok) && !ok && v == 5);
  CHECK(goro_chan_try_send(c, &v) && goro_chan_len(c) == 1);
  CHECK(!goro_chan_try_send(c, &v));
  v = 0;
  CHECK(goro_chan_try_recv(c, &v, &ok) && ok && v == 5);
  CHECK(goro_chan_try_send(c, &v));
  CHECK(goro_chan_try_recv(c, NULL, NULL) && goro_chan_len(c) == 0);
  goro_chan_close(c);
  CHECK(goro_chan_try_recv(c, &v, &ok) && !ok && v == 0);
  CHECK(!goro_chan_recv(c, NULL));
  goro_chan_free(c);
}

/* Elements of no bytes need no memory, neither at the sender's nor here. */
static void send_nothing(void *c) { goro_chan_send(c, NULL); }

static void test_chan_empty(void) {
  for (size_t cap = 0; cap < 3; cap++) {
    goro_chan *c = goro_chan_make(0, cap);
    for (int i = 0; i < 5; i++) goro_go(send_nothing, c);
    for (int i = 0; i < 5; i++) CHECK(goro_chan_recv(c, NULL));
    alone();
    CHECK(goro_chan_len(c) == 0);
    goro_chan_free(c);
  }
  goro_chan *c = goro_chan_make(0, (size_t)INT32_MAX);
  for (int i = 0; i < 1000; i++) goro_chan_send(c, NULL);
  CHECK(goro_chan_len(c) == 1000 && goro_chan_cap(c) == INT32_MAX);
  goro_chan_free(c);
}

static void test_chan_null(void) {
  int v = 3;
  bool ok = true;
  CHECK(goro_chan_len(NULL) == 0 && goro_chan_cap(NULL) == 0);
  CHECK(!goro_chan_try_send(NULL, &v) && !goro_chan_try_send(NULL, NULL));
  CHECK(!goro_chan_try_recv(NULL, &v, &ok) && !ok && v == 3);
  CHECK(!goro_chan_try_recv(NULL, NULL, NULL));
  goro_chan_free(NULL);
}

static void close_it(void *c) { goro_chan_close(c); }
static void send_to(void *c) { goro_chan_send(c, &(int){1}); }
static void try_send_to(void *c) { goro_chan_try_send(c, &(int){1}); }

static void make_big(void *elemsize) {
  CHECK(!goro_chan_make((size_t)(uintptr_t)elemsize, SIZE_MAX / 2));
  unit_note('!');
}

static void make_many(void *cap) { goro_chan_make(0, (size_t)(uintptr_t)cap); }

static void test_chan_panics(void) {
  goro_chan *c = goro_chan_make(sizeof(int), 1);
  CHECK(panics(close_it, NULL, "close of nil channel"));
  CHECK(panics(close_it, c, ""));
  CHECK(panics(close_it, c, "close of closed channel"));
  CHECK(panics(send_to, c, "send on closed channel"));
  CHECK(panics(try_send_to, c, "send on closed channel"));
  goro_chan_free(c);
  for (uintptr_t size = 1; size < 1 << 20; size *= 16)
    CHECK(panics(make_big, (void *)size, "makechan: size out of range"));
  CHECK(panics(make_big, (void *)UINTPTR_MAX, "makechan: size out of range"));
  CHECK(panics(make_many, (void *)UINTPTR_MAX, "makechan: size out of range"));
  CHECK(unit_said(""));
}

GORO_CHAN_OF(double, doubles)

static void send_doubles(void *arg) {
  doubles_sender tx = {arg};
  for (int i = 0; i < 4; i++) doubles_send(tx, i * 0.5);
  doubles_close(tx);
}

static void test_chan_of(void) {
  doubles ch = doubles_make(1);
  doubles_receiver rx = doubles_recv_only(ch);
  goro_go(send_doubles, doubles_send_only(ch).c);
  double v, sum = 0;
  while (doubles_recv(rx, &v)) sum += v;
  CHECK(sum == 3 && v == 0);
  alone();
  doubles_free(ch);
}

/* ---- select ---- */

static void select_negative(void *unused) {
  (void)unused;
  goro_select(NULL, -1);
}

static void select_too_many(void *unused) {
  (void)unused;
  goro_select_default(NULL, 65537);
}

static void select_send(void *c) {
  goro_case k[] = {GORO_SEND(c, &(int){1})};
  goro_select(k, 1);
}

static void test_select(void) {
  goro_chan *c = goro_chan_make(sizeof(int), 1);
  int v = 4, w = 0;
  goro_case k[] = {GORO_SEND(c, &v), GORO_RECV(c, &w), GORO_RECV(NULL, &w),
                   GORO_SEND(NULL, NULL)};
  CHECK(goro_select(k, 4) == 0 && !k[0].ok);
  CHECK(goro_select(k, 4) == 1 && k[1].ok && w == 4);
  CHECK(goro_select_default(k + 1, 3) == -1);
  CHECK(goro_select_default(k + 2, 2) == -1);
  CHECK(goro_select_default(NULL, 0) == -1);
  goro_chan_close(c);
  w = 9;
  CHECK(goro_select_default(k + 1, 1) == 0 && !k[1].ok && w == 0);
  CHECK(panics(select_send, c, "send on closed channel"));
  CHECK(panics(select_negative, NULL, "select: number of cases out of range"));
  CHECK(panics(select_too_many, NULL, "select: number of cases out of range"));
  goro_chan_free(c);
}

/* ---- panics ---- */

static void panic_with(void *msg) { goro_panic(msg); }
static void panic_with_value(void *v) { goro_panic_value("value", v); }
static void runtime_error(void *msg) { goro_runtime_error(msg); }

static void test_panic(void) {
  CHECK(panics(panic_with, "text", "text") && !panic_value);
  CHECK(panics(panic_with_value, ids, "value") && panic_value == ids);
  CHECK(panics(runtime_error, "index out of range",
               "runtime error: index out of range"));
  void *value = ids;
  CHECK(!goro_recover() && !goro_recover_value(NULL));
  CHECK(!goro_recover_value(&value) && !value);
}

static const char *last_text;

static void keep_text(void *unused) {
  (void)unused;
  last_text = goro_recover();
}

static void panics_keeping(void *msg) {
  goro_defer(keep_text, NULL);
  goro_panic(msg);
}

/* A text of any length; NULL too; and one that recover has given. */
static void test_panic_text(void) {
  static char longest[20000];
  memset(longest, 'x', sizeof longest - 1);
  CHECK(!goro_call(panics_keeping, longest));
  CHECK(strcmp(last_text, longest) == 0 && last_text != longest);
  CHECK(!goro_call(panics_keeping, (void *)(uintptr_t)last_text));
  CHECK(strcmp(last_text, longest) == 0);
  CHECK(!goro_call(panics_keeping, NULL) && last_text);
  CHECK(!goro_call(panics_keeping, "") && last_text && !last_text[0]);
}

/* ---- sync ---- */

static goro_mutex mu;
static goro_rwmutex rw;
static goro_waitgroup wg;
static goro_once once;
static goro_cond cond;
static int counter;

static void lock_and_count(void *unused) {
  (void)unused;
  goro_mutex_lock(&mu);
  int old = counter;
  goro_gosched();
  counter = old + 1;
  goro_mutex_unlock(&mu);
}

static void test_mutex(void) {
  CHECK(goro_mutex_try_lock(&mu) && !goro_mutex_try_lock(&mu));
  for (int i = 0; i < 5; i++) goro_go(lock_and_count, NULL);
  goro_gosched();
  CHECK(counter == 0);
  goro_mutex_unlock(&mu);
  alone();
  CHECK(counter == 5);
}

static void test_rwmutex(void) {
  goro_rwmutex_rlock(&rw);
  CHECK(goro_rwmutex_try_rlock(&rw) && !goro_rwmutex_try_lock(&rw));
  goro_rwmutex_runlock(&rw);
  goro_rwmutex_runlock(&rw);
  goro_rwmutex_lock(&rw);
  CHECK(!goro_rwmutex_try_rlock(&rw) && !goro_rwmutex_try_lock(&rw));
  goro_rwmutex_unlock(&rw);
  CHECK(goro_rwmutex_try_lock(&rw));
  goro_rwmutex_unlock(&rw);
}

static void wg_done(void *w) { goro_waitgroup_done(w); }
static void add_max(void *w) { goro_waitgroup_add(w, INT32_MIN); }

static void test_waitgroup(void) {
  goro_waitgroup_wait(&wg);
  goro_waitgroup_add(&wg, 2);
  goro_waitgroup_add(&wg, 0);
  goro_waitgroup_go(&wg, note, name('w'));
  goro_waitgroup_add(&wg, -1);
  goro_waitgroup_done(&wg);
  goro_waitgroup_wait(&wg);
  CHECK(unit_said("w"));
  alone();
  goro_waitgroup bad = {0};
  CHECK(panics(wg_done, &bad, "sync: negative WaitGroup counter"));
  goro_waitgroup low = {0};
  CHECK(panics(add_max, &low, "sync: negative WaitGroup counter"));
}

static void do_once(void *o) { goro_once_do(o, panic_with, "once"); }

static void test_once(void) {
  for (int i = 0; i < 3; i++) goro_once_do(&once, note, name('o'));
  CHECK(unit_said("o"));
  goro_once o = {0};
  CHECK(panics(do_once, &o, "once") && panics(do_once, &o, ""));
}

static int waiting; /* for cond; under mu */

static bool all_wait(int n) {
  goro_mutex_lock(&mu);
  bool all = waiting == n;
  goro_mutex_unlock(&mu);
  return all;
}

static void wait_cond(void *unused) {
  (void)unused;
  goro_mutex_lock(&mu);
  waiting++;
  goro_cond_wait(&cond);
  goro_mutex_unlock(&mu);
  unit_note('c');
}

static void signal_it(void *c) { goro_cond_signal(c); }

static void test_cond(void) {
  goro_cond_init(&cond, &mu);
  goro_cond_signal(&cond);
  goro_cond_broadcast(&cond);
  for (int i = 0; i < 3; i++) goro_go(wait_cond, NULL);
  UNIT_UNTIL(all_wait(3));
  for (int i = 0; i < 20; i++) goro_gosched();
  CHECK(unit_said(""));
  goro_cond_signal(&cond);
  UNIT_UNTIL(goro_num_goroutine() == 3);
  CHECK(unit_said("c"));
  goro_cond_broadcast(&cond);
  alone();
  CHECK(unit_said("cc"));
  goro_cond copy = cond;
  CHECK(panics(signal_it, &copy, "sync.Cond is copied"));
}

/* ---- time ---- */

static void test_sleep(void) {
  goro_time t = goro_now();
  goro_sleep(0);
  goro_sleep(-1);
  goro_sleep(INT64_MIN);
  goro_sleep(GORO_MILLISECOND);
  CHECK(goro_now() - t >= GORO_MILLISECOND && t > 0);
}

static void test_after(void) {
  goro_time start = goro_now(), due = 0;
  goro_chan *c = goro_after(GORO_MILLISECOND);
  CHECK(goro_chan_len(c) == 0 && goro_chan_cap(c) == 0);
  CHECK(goro_chan_recv(c, &due) && due >= start + GORO_MILLISECOND);
  goro_chan_free(c);
  static const goro_duration past[] = {0, -1, INT64_MIN};
  for (int i = 0; i < 3; i++) {
    c = goro_after(past[i]);
    CHECK(goro_chan_recv(c, NULL));
    goro_chan_free(c);
  }
  c = goro_after(INT64_MAX);
  CHECK(!goro_chan_try_recv(c, NULL, NULL));
  goro_chan_free(c);
}

static void test_timer(void) {
  goro_timer *t = goro_timer_new(GORO_HOUR);
  goro_chan *c = goro_timer_chan(t);
  CHECK(goro_timer_stop(t) && !goro_timer_stop(t));
  CHECK(!goro_timer_reset(t, 0) && goro_chan_recv(c, NULL));
  CHECK(!goro_timer_reset(t, INT64_MAX) && goro_timer_reset(t, INT64_MIN));
  CHECK(goro_chan_recv(c, NULL) && !goro_timer_stop(t));
  goro_timer_free(t);
  goro_timer_free(NULL);
}

static goro_timer *self; /* atomic */

static void free_itself(void *unused) {
  (void)unused;
  UNIT_UNTIL(Load(&self)); /* this may run before it is set */
  goro_timer_free(self);
  unit_note('f');
}

static void test_after_func(void) {
  goro_timer *t = goro_after_func(GORO_HOUR, note, name('a'));
  CHECK(!goro_timer_chan(t) && goro_timer_reset(t, 0));
  UNIT_UNTIL(Load(&unit_nlog) == 1);
  CHECK(!goro_timer_stop(t) && unit_said("a"));
  goro_timer_free(t);
  Store(&self, goro_after_func(-5, free_itself, NULL));
  UNIT_UNTIL(Load(&unit_nlog) == 1);
  CHECK(unit_said("f"));
  alone();
}

static void new_ticker(void *d) { goro_ticker_new(*(goro_duration *)d); }
static void reset_ticker(void *t) { goro_ticker_reset(t, 0); }

static void test_ticker(void) {
  goro_ticker *t = goro_ticker_new(GORO_MILLISECOND);
  goro_time a, b;
  goro_time start = goro_now(); /* a late tick may be later than the next */
  CHECK(goro_chan_recv(goro_ticker_chan(t), &a) && a > 0);
  CHECK(goro_chan_recv(goro_ticker_chan(t), &b) && b > start);
  goro_ticker_stop(t);
  goro_ticker_stop(t);
  goro_ticker_reset(t, 2 * GORO_MILLISECOND);
  CHECK(goro_chan_recv(goro_ticker_chan(t), &a) && a > start);
  goro_ticker_reset(t, INT64_MAX);
  CHECK(!goro_chan_try_recv(goro_ticker_chan(t), NULL, NULL));
  CHECK(panics(reset_ticker, t, "non-positive interval for Ticker.Reset"));
  goro_ticker_free(t);
  goro_ticker_free(NULL);
  static goro_duration bad[] = {0, -1, INT64_MIN};
  for (int i = 0; i < 3; i++)
    CHECK(panics(new_ticker, &bad[i], "non-positive interval for NewTicker"));
}

int main(void) {
  test_go();
  test_goexit();
  test_settings();
  test_chan();
  test_chan_nb();
  test_chan_empty();
  test_chan_null();
  test_chan_panics();
  test_chan_of();
  test_select();
  test_panic();
  test_panic_text();
  test_mutex();
  test_rwmutex();
  test_waitgroup();
  test_once();
  test_cond();
  test_sleep();
  test_after();
  test_timer();
  test_after_func();
  test_ticker();
  goro_dump();
  return unit_pass();
}
