/* Copyright 2009 The Go Authors. All rights reserved.
 * Use of this source code is governed by a BSD-style
 * license that can be found in the LICENSE-GO file.
 *
 * Translated from Go's test/chan/nonblock.go.
 *
 * Test channel operations that test for blocking.
 * Use several sizes and types of operands. */
#include <goro.h>
#include <stdio.h>
#include <string.h>

static const int32_t i32_to = 123, i32_from = 234;
static const int64_t i64_to = 123456, i64_from = 234567;
static const bool b_value = true;
static const char s_to[16] = "hello", s_from[16] = "hello again";

/* A type of elements: what receivers must get and what senders send. */
static const struct type {
  const char *name;
  size_t size;
  const void *to_receiver, *from_sender;
} types[] = {
    {"i32", sizeof i32_to, &i32_to, &i32_from},
    {"i64", sizeof i64_to, &i64_to, &i64_from},
    {"b", sizeof b_value, &b_value, &b_value},
    {"s", sizeof s_to, s_to, s_from},
};

static const struct type *type;
static goro_chan *c, *strobe;
static goro_ticker *ticker;

static void fail(const char *what) {
  fprintf(stderr, "%s %s, buffer=%zu\n", type->name, what, goro_chan_cap(c));
  goro_panic("fail");
}

static void receiver(void *unused) {
  char v[16];
  (void)unused;
  goro_chan_recv(c, v);
  if (memcmp(v, type->to_receiver, type->size) != 0) fail("receiver value");
  goro_chan_send(strobe, &b_value);
}

static void sender(void *unused) {
  (void)unused;
  goro_chan_send(c, type->from_sender);
  goro_chan_send(strobe, &b_value);
}

static void sleep_a_little(void) {
  for (int i = 0; i < 2; i++) goro_chan_recv(goro_ticker_chan(ticker), NULL);
  for (int i = 0; i < 3; i++) goro_gosched();
}

enum { MAX_TRIES = 10000 };

static void test_send(void) {
  GORO_GO(receiver, NULL);
  for (int try = 0; !goro_chan_try_send(c, type->to_receiver); try++) {
    if (try > MAX_TRIES) fail("receiver");
    sleep_a_little();
  }
  goro_chan_recv(strobe, NULL);
}

static void test_receive(size_t buffer) {
  char v[16];
  GORO_GO(sender, NULL);
  if (buffer > 0) goro_chan_recv(strobe, NULL);
  for (int try = 0; !goro_chan_try_recv(c, v, NULL); try++) {
    if (try > MAX_TRIES) fail("sender");
    sleep_a_little();
  }
  if (memcmp(v, type->from_sender, type->size) != 0) fail("sender value");
  if (buffer == 0) goro_chan_recv(strobe, NULL);
}

int main(void) {
  char v[16];
  strobe = goro_chan_make(sizeof(bool), 0);
  ticker = goro_ticker_new(10 * GORO_MICROSECOND);
  for (size_t buffer = 0; buffer < 2; buffer++) {
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
      type = &types[i];
      c = goro_chan_make(type->size, buffer);
      if (goro_chan_try_recv(c, v, NULL)) fail("received from nobody");
      test_send();
      test_receive(buffer);
      goro_chan_free(c);
    }
  }
}
