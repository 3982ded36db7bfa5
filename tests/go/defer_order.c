/* Deferred calls run when their frame ends, the last one first.  A frame is a
 * goroutine's function, or what goro_call calls. */
#include <goro.h>
#include <stdint.h>
#include <stdio.h>

static void say(void *text) { puts(text); }

static void say_number(void *n) { printf("deferred %d\n", (int)(intptr_t)n); }

static void count(void *unused) {
  (void)unused;
  for (intptr_t i = 1; i <= 3; i++) goro_defer(say_number, (void *)i);
  puts("count ends");
}

static void inner(void *unused) {
  (void)unused;
  goro_defer(say, "deferred by inner");
  puts("inner ends");
}

static void outer(void *unused) {
  (void)unused;
  goro_defer(say, "deferred by outer");
  goro_call(inner, NULL);
  puts("outer ends");
}

static void deferring(void *unused) {
  (void)unused;
  goro_defer(say, "deferred by a deferred call");
  puts("a deferred call ends");
}

static void last(void *unused) {
  (void)unused;
  goro_defer(deferring, NULL);
  puts("last ends");
}

int main(void) {
  goro_defer(say, "deferred by main");
  goro_call(count, NULL);
  goro_call(outer, NULL);
  goro_call(last, NULL);
  puts("main ends");
}
