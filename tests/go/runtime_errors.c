/* The errors of the runtime: their texts when they are recovered, and which of
 * them are a runtime.Error. */
#include <goro.h>
#include <inttypes.h>
#include <stdio.h>

static void try(const char *what, goro_func f, void *arg) {
  goro_panic_info info = {"<nil>", NULL, false};
  goro_try(f, arg, &info);
  printf("%s: %s, runtime.Error: %s\n", what, info.msg,
         info.runtime_error ? "true" : "false");
}

static void at(void *i) {
  static int a[3];
  a[goro_index((intptr_t)i, 3)]++;
}

struct bounds {
  int lo, hi;
};

static void slice(void *arg) {
  struct bounds *b = arg;
  goro_slice(b->lo, b->hi, 3);
}

static void divide(void *b) {
  printf("%" PRId64 "\n", goro_div(1, (intptr_t)b));
}
static void modulo(void *b) {
  printf("%" PRId64 "\n", goro_mod(1, (intptr_t)b));
}
static void write_to(void *p) { *(int *)goro_nonnil(p) = 1; }
static void write_to_map(void *unused) {
  (void)unused;
  goro_nil_map();
}

static void defer_nil(void *unused) {
  goro_defer(NULL, unused);
  puts("the defer is no error");
}

static void panic_with(void *msg) { goro_panic(msg); }
static void close_it(void *c) { goro_chan_close(c); }
static void send(void *c) {
  int v = 1;
  goro_chan_send(c, &v);
}
static void done(void *wg) { goro_waitgroup_done(wg); }

#define SLICE(lo, hi) \
  slice, &(struct bounds) { lo, hi }

int main(void) {
  goro_chan *closed = goro_chan_make(sizeof(int), 0);
  goro_chan_close(closed);
  goro_waitgroup wg = {0};

  try("index 5", at, (void *)5);
  try("index -1", at, (void *)-1);
  try("slice 0 5", SLICE(0, 5));
  try("slice 2 1", SLICE(2, 1));
  try("slice -2 3", SLICE(-2, 3));
  try("slice 0 -2", SLICE(0, -2));
  try("divide", divide, NULL);
  try("modulo", modulo, NULL);
  try("nil pointer", write_to, NULL);
  try("nil map", write_to_map, NULL);
  try("nil function", defer_nil, NULL);
  try("close nil", close_it, NULL);
  try("close closed", close_it, closed);
  try("send", send, closed);
  try("text", panic_with, "a text");
  try("WaitGroup", done, &wg);

  printf("%" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 "\n",
         goro_div(INT64_MIN, -1), goro_mod(INT64_MIN, -1), goro_div(-7, 2),
         goro_mod(-7, 2));
  goro_chan_free(closed);
}
