/* guest.c: the module in C that suite/guest.mjs calls. */
#include <goro.h>
#include <goro_module.h>
#include <goro_scope.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- values ---- */

GORO_EXPORT int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
GORO_EXPORT int64_t echo_i64(int64_t v) { return v; }
GORO_EXPORT uint32_t echo_u32(uint32_t v) { return v; }
GORO_EXPORT float echo_f32(float v) { return v; }
GORO_EXPORT double echo_f64(double v) { return v; }
GORO_EXPORT bool echo_bool(bool v) { return v; }
GORO_EXPORT double ten(int a, int64_t b, float c, double d, int e, int64_t f,
                       float g, double h, int i, int64_t j) {
  return a + 2.0 * (double)b + 3 * c + 4 * d + 5 * e + 6.0 * (double)f + 7 * g +
         8 * h + 9 * i + 10.0 * (double)j;
}
GORO_EXPORT char *greet(const char *name, const char *mark) {
  size_t n = strlen(name) + strlen(mark) + 8;
  char *text = malloc(n);
  goro_gosched();
  snprintf(text, n, "hello %s%s", name, mark);
  return text;
}
GORO_EXPORT uint32_t sum(const uint8_t *bytes, uint32_t n, int ms) {
  uint32_t total = 0;
  goro_sleep(ms * GORO_MILLISECOND);
  for (uint32_t i = 0; i < n; i++) total += bytes[i];
  return total;
}
/* Names that the runtime exports as well. */
GORO_EXPORT int send(int v) { return v + 1; }
GORO_EXPORT int boot(void) { return 7; }

/* ---- goroutines ---- */

GORO_EXPORT int after_ms(int ms, int v) {
  goro_sleep(ms * GORO_MILLISECOND);
  return v;
}

GORO_EXPORT int after_close(goro_chan *c, int v) {
  goro_chan_recv(c, NULL);
  return v;
}

static goro_mutex mu;
static int total;
GORO_EXPORT int add_locked(int v) {
  goro_mutex_lock(&mu);
  int before = total;
  goro_gosched();
  total = before + v;
  goro_mutex_unlock(&mu);
  return total;
}
GORO_EXPORT void stuck(void) { goro_chan_recv(NULL, NULL); }

static void name_it(void *name) { goro_set_name(name); }
static void sleeper(void *c) { goro_chan_recv(c, NULL); }
GORO_EXPORT goro_chan *background(void) {
  goro_chan *c = goro_chan_make(0, 0);
  GORO_GO(sleeper, c);
  goro_gosched();
  return c;
}
GORO_EXPORT int goroutines(void) { return goro_num_goroutine(); }
GORO_EXPORT void dump(void) { goro_dump(); }

/* ---- panics ---- */

static const char *seen = "";
static void note(void *text) { seen = text; }
static void recoverer(void *out) {
  const char *msg = goro_recover();
  if (msg && out) *(char **)out = strdup(msg);
}

GORO_EXPORT int panics(const char *text) {
  goro_gosched();
  goro_panic(text);
  return 1;
}
static void panic_with(void *text) { goro_panic(text); }
GORO_EXPORT int index_of(int i) { return (int)goro_index(i, 3); }
GORO_EXPORT int panics_deferred(void) {
  goro_defer(note, "deferred");
  goro_defer(panic_with, "in a deferred call");
  return 1;
}
GORO_EXPORT char *last_note(void) { return strdup(seen); }
static void panic_twice(void *unused) {
  (void)unused;
  goro_panic("second");
}
GORO_EXPORT void panics_twice(void) {
  goro_defer(panic_twice, NULL);
  goro_panic("first");
}
GORO_EXPORT int recovers(int v) {
  goro_defer(recoverer, NULL);
  if (v) goro_panic("recovered");
  return 5;
}
GORO_EXPORT int exits_goroutine(void) {
  goro_defer(note, "goexit");
  goro_goexit();
  return 1;
}
GORO_EXPORT void exits_quietly(void) { goro_goexit(); }
static void panic_alone(void *unused) {
  (void)unused;
  goro_panic("alone");
}
GORO_EXPORT void panics_alone(void) {
  GORO_GO(panic_alone, NULL);
  goro_chan_recv(NULL, NULL);
}
GORO_EXPORT int deep(int n) { return n == 0 ? 0 : 1 + deep(n - 1) + (n < 0); }
GORO_EXPORT int endless(int n) {
  volatile char room[100];
  room[n & 63] = (char)n;
  return n < 0 ? 0 : endless(n + 1) + room[0];
}

/* ---- channels ---- */

GORO_EXPORT void count(goro_chan *out, int n) {
  for (int i = 0; i < n; i++) goro_chan_send(out, &i);
  goro_chan_close(out);
}
GORO_EXPORT int relay(goro_chan *in, goro_chan *out) {
  int v, n = 0;
  for (; goro_chan_recv(in, &v); n++) {
    v *= 2;
    goro_chan_send(out, &v);
  }
  goro_chan_close(out);
  return n;
}
GORO_EXPORT void upper(goro_chan *in, goro_chan *out) {
  goro_bytes b;
  while (goro_chan_recv(in, &b)) {
    for (size_t i = 0; i < b.len; i++) ((char *)b.data)[i] -= 32;
    goro_chan_send(out, &b);
  }
  goro_chan_close(out);
}
GORO_EXPORT goro_chan *chan_i64(int cap) {
  return goro_chan_make(sizeof(int64_t), (size_t)cap);
}
GORO_EXPORT void chan_free(goro_chan *c) { goro_chan_free(c); }
GORO_EXPORT int choose(goro_chan *a, goro_chan *b) {
  int v = 0, w = 0;
  goro_case cases[] = {GORO_RECV(a, &v), GORO_RECV(b, &w)};
  int i = goro_select(cases, 2);
  return i == 0 ? v : 100 + w;
}
GORO_EXPORT void send_closed(goro_chan *c) {
  int v = 1;
  goro_chan_send(c, &v);
}

/* ---- imports ---- */

GORO_IMPORT(app, ask) int ask(int question);
GORO_IMPORT(app, ask64) int64_t ask64(int64_t question);
GORO_IMPORT(app, askf) float askf(float question);
GORO_IMPORT(app, askd) double askd(double question);
GORO_IMPORT(app, tell) void tell(const char *text);
GORO_IMPORT(app, channel) goro_chan *ask_channel(void);
GORO_IMPORT(more, reenter) int reenter(int n);
GORO_IMPORT(more, early) int early(int v);

static int at_start;
__attribute__((constructor)) static void start(void) { at_start = early(20); }
GORO_EXPORT int what_start_got(void) { return at_start; }

GORO_EXPORT int asks(int n) { return ask(n) + ask(n + 1); }
GORO_EXPORT int64_t asks64(int64_t n) { return ask64(n); }
GORO_EXPORT float asksf(float n) { return askf(n); }
GORO_EXPORT double asksd(double n) { return askd(n); }
GORO_EXPORT void tells(const char *text) { tell(text); }
static void ask_it(void *n) { *(int *)n = ask(*(int *)n); }
GORO_EXPORT char *tries(int n) {
  goro_panic_info info;
  if (goro_try(ask_it, &n, &info)) return NULL;
  return strdup(info.msg);
}
GORO_EXPORT int asks_pointer(int n) {
  int (*volatile f)(int) = ask;
  return f(n);
}
GORO_EXPORT int takes_channel(void) {
  int v = 0;
  goro_chan_recv(ask_channel(), &v);
  return v;
}
GORO_EXPORT int nested(int n) { return n == 0 ? 0 : 1 + reenter(n); }
static int deep_ask(int n) {
  volatile char room[64] = {(char)n};
  return n == 0 ? ask(1) : deep_ask(n - 1) + room[1];
}
GORO_EXPORT int asks_deep(int n) { return deep_ask(n); }

/* ---- libc ---- */

GORO_EXPORT void prints(const char *text, int n) {
  printf("%s %d\nrest %g", text, n, 0.5);
  printf(" of it\n");
  fprintf(stderr, "err %s\n", text);
}
GORO_EXPORT int opens(const char *path) { return fopen(path, "r") != NULL; }
GORO_EXPORT double clocks(void) { return (double)time(NULL); }
GORO_EXPORT void exits(int code) {
  printf("unfinished");
  exit(code);
}
GORO_EXPORT void aborts(void) { abort(); }
GORO_EXPORT void named(void) {
  name_it("a name");
  goro_chan_recv(NULL, NULL);
}
