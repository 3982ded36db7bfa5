/* Copyright 2010 The Go Authors. All rights reserved.
 * Use of this source code is governed by a BSD-style
 * license that can be found in the LICENSE-GO file.
 *
 * Translated from Go's test/chan/select3.go.
 *
 * Test the semantics of the select statement
 * for basic empty/non-empty cases. */
#include <goro.h>
#include <stdio.h>

enum signal { ALWAYS, NEVER };

static goro_chan *nilch, *closedch;
static const int seven = 7;

static void unreachable(void) {
  goro_panic("control flow shouldn't reach here");
}

static void fail(const char *file_line, const char *what) {
  fprintf(stderr, "%s: %s\n", file_line, what);
  goro_panic("fail");
}

/* ---- what must or must not happen ---- */

static void recover_any(void *panicked) {
  *(bool *)panicked = goro_recover() != NULL;
}

struct call {
  goro_func f;
  bool panicked;
};

static void call_and_recover(void *arg) {
  struct call *c = arg;
  goro_defer(recover_any, &c->panicked);
  c->f(NULL);
}

/* Calls f and verifies that f always/never panics depending on signal. */
static void test_panic(const char *where, enum signal s, goro_func f) {
  struct call c = {f, false};
  goro_call(call_and_recover, &c);
  if (c.panicked != (s == ALWAYS)) fail(where, "panic");
}

struct race {
  goro_func f;
  goro_duration patience;
  goro_chan *first;
};

static void run(void *arg) {
  struct race *r = arg;
  enum signal didnt_block = NEVER;
  goro_chan *first = r->first;
  r->f(NULL);
  goro_chan_send(first, &didnt_block);
}

static void wait_long(void *arg) {
  struct race *r = arg;
  enum signal blocked = ALWAYS;
  goro_chan *first = r->first;
  goro_sleep(r->patience);
  goro_chan_send(first, &blocked);
}

/* Calls f and empirically verifies that f always/never blocks depending on
 * signal. */
static void test_block(const char *where, enum signal s, goro_func f) {
  static struct race races[64];
  static int n;
  struct race *r = &races[n++]; /* goroutines of it may outlive the test */
  enum signal got;
  r->f = f;
  /* Never blocks: wait a long time to make sure that we don't miss our window
   * by accident on a slow machine.  Always: wait as short a time as we can
   * without false negatives; 10ms should be enough to catch most failures. */
  r->patience = s == NEVER ? 10 * GORO_SECOND : 10 * GORO_MILLISECOND;
  r->first = goro_chan_make(sizeof got, 0);
  GORO_GO(run, r);
  GORO_GO(wait_long, r);
  goro_chan_recv(r->first, &got);
  if (got != s) fail(where, "block");
}

#define STRING_(x) #x
#define STRING(x) STRING_(x)
#define WHERE __FILE__ ":" STRING(__LINE__)
#define TEST_PANIC(s, f) test_panic(WHERE, s, f)
#define TEST_BLOCK(s, f) test_block(WHERE, s, f)

/* ---- plain operations ---- */

static void send_nil(void *unused) {
  (void)unused;
  goro_chan_send(nilch, &seven);
}

static void recv_nil(void *unused) {
  (void)unused;
  goro_chan_recv(nilch, NULL);
}

static void send_async(void *unused) {
  (void)unused;
  goro_chan *ch = goro_chan_make(sizeof(int), 1);
  goro_chan_send(ch, &seven);
  goro_chan_free(ch);
}

static void recv_closed(void *unused) {
  (void)unused;
  for (int i = 0; i < 10; i++) {
    int x = 1;
    if (goro_chan_recv(closedch, &x) || x != 0)
      goro_panic("expected 0, false from closed channel");
  }
}

static void send_closed(void *unused) {
  (void)unused;
  goro_chan_send(closedch, &seven);
}

static void recv_unready(void *unused) {
  (void)unused;
  goro_chan_recv(goro_chan_make(sizeof(int), 0), NULL);
}

/* ---- selects ---- */

static void select_empty(void *unused) {
  (void)unused;
  goro_select(NULL, 0);
  unreachable();
}

static void select_recv_nil(void *unused) {
  goro_case cases[] = {GORO_RECV(nilch, NULL)};
  (void)unused;
  goro_select(cases, 1);
  unreachable();
}

static void select_send_nil(void *unused) {
  goro_case cases[] = {GORO_SEND(nilch, &seven)};
  (void)unused;
  goro_select(cases, 1);
  unreachable();
}

static void select_both_nil(void *unused) {
  goro_case cases[] = {GORO_RECV(nilch, NULL), GORO_SEND(nilch, &seven)};
  (void)unused;
  goro_select(cases, 2);
  unreachable();
}

static void select_unready(void *unused) {
  goro_chan *ch = goro_chan_make(sizeof(int), 0);
  goro_case cases[] = {GORO_RECV(ch, NULL)};
  (void)unused;
  goro_select(cases, 1);
  unreachable();
}

static void default_empty(void *unused) {
  (void)unused;
  if (goro_select_default(NULL, 0) != -1) unreachable();
}

static void default_recv_nil(void *unused) {
  goro_case cases[] = {GORO_RECV(nilch, NULL)};
  (void)unused;
  if (goro_select_default(cases, 1) != -1) unreachable();
}

static void default_send_nil(void *unused) {
  goro_case cases[] = {GORO_SEND(nilch, &seven)};
  (void)unused;
  if (goro_select_default(cases, 1) != -1) unreachable();
}

static void default_send_ready(void *unused) {
  goro_chan *ch = goro_chan_make(sizeof(int), 1);
  goro_case cases[] = {GORO_SEND(ch, &seven)};
  (void)unused;
  if (goro_select_default(cases, 1) != 0) unreachable();
  goro_chan_free(ch);
}

static void default_recv_ready(void *unused) {
  goro_chan *ch = goro_chan_make(sizeof(int), 1);
  goro_case cases[] = {GORO_RECV(ch, NULL)};
  (void)unused;
  goro_chan_send(ch, &seven);
  if (goro_select_default(cases, 1) != 0) unreachable();
  goro_chan_free(ch);
}

static void select_recv_closed(void *unused) {
  int x = 1;
  goro_case cases[] = {GORO_RECV(closedch, &x)};
  (void)unused;
  goro_select(cases, 1);
  if (x != 0 || cases[0].ok) unreachable();
}

static void select_send_closed(void *unused) {
  goro_case cases[] = {GORO_SEND(closedch, &seven)};
  (void)unused;
  goro_select(cases, 1);
}

static void select_itself(void *unused) {
  goro_chan *c = goro_chan_make(sizeof(int), 0);
  goro_case cases[] = {GORO_SEND(c, &seven), GORO_RECV(c, NULL)};
  (void)unused;
  goro_select(cases, 2);
}

int main(void) {
  closedch = goro_chan_make(sizeof(int), 0);
  goro_chan_close(closedch);

  /* sending/receiving from a nil channel blocks */
  TEST_BLOCK(ALWAYS, send_nil);
  TEST_BLOCK(ALWAYS, recv_nil);

  /* sending/receiving from a nil channel inside a select is never selected */
  TEST_PANIC(NEVER, default_send_nil);
  TEST_PANIC(NEVER, default_recv_nil);

  /* sending to an async channel with free buffer space never blocks */
  TEST_BLOCK(NEVER, send_async);

  /* receiving from a closed channel never blocks */
  TEST_BLOCK(NEVER, recv_closed);

  /* sending to a closed channel panics. */
  TEST_PANIC(ALWAYS, send_closed);

  /* receiving from a non-ready channel always blocks */
  TEST_BLOCK(ALWAYS, recv_unready);

  /* empty selects always block */
  TEST_BLOCK(ALWAYS, select_empty);

  /* selects with only nil channels always block */
  TEST_BLOCK(ALWAYS, select_recv_nil);
  TEST_BLOCK(ALWAYS, select_send_nil);
  TEST_BLOCK(ALWAYS, select_both_nil);

  /* selects with non-ready non-nil channels always block */
  TEST_BLOCK(ALWAYS, select_unready);

  /* selects with default cases don't block */
  TEST_BLOCK(NEVER, default_empty);
  TEST_BLOCK(NEVER, default_recv_nil);
  TEST_BLOCK(NEVER, default_send_nil);

  /* selects with ready channels don't block */
  TEST_BLOCK(NEVER, default_send_ready);
  TEST_BLOCK(NEVER, default_recv_ready);

  /* selects with closed channels behave like ordinary operations */
  TEST_BLOCK(NEVER, select_recv_closed);
  TEST_PANIC(ALWAYS, select_send_closed);

  /* select should not get confused if it sees itself */
  TEST_BLOCK(ALWAYS, select_itself);
}
