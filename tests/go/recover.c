/* A deferred call recovers from a panic, and its frame returns normally. */
#include <goro.h>
#include <stdint.h>
#include <stdio.h>

struct division {
  int a, b, q;
  const char *error;
};

static void catch_error(void *arg) {
  struct division *d = arg;
  d->error = goro_recover();
}

static void divide(void *arg) {
  struct division *d = arg;
  goro_defer(catch_error, d);
  d->q = (int)goro_div(d->a, d->b);
}

static void leave(void *n) { printf("leaving level %d\n", (int)(intptr_t)n); }

static void level(void *arg) {
  intptr_t n = (intptr_t)arg;
  goro_defer(leave, arg);
  if (n == 3) goro_panic("too deep");
  goro_call(level, (void *)(n + 1));
  puts("never here");
}

static void catch_and_print(void *unused) {
  (void)unused;
  printf("recovered: %s\n", goro_recover());
}

static void dive(void *unused) {
  (void)unused;
  goro_defer(catch_and_print, NULL);
  level((void *)1);
}

int main(void) {
  static const int divisors[] = {7, 0};
  for (int i = 0; i < 2; i++) {
    struct division d = {42, divisors[i], 0, NULL};
    goro_call(divide, &d);
    if (d.error)
      printf("error: %s\n", d.error);
    else
      printf("%d / %d = %d\n", d.a, d.b, d.q);
  }
  goro_call(dive, NULL);
  puts("main goes on");
}
