/* recursion without end through a function pointer and two functions */
#include "parked.h"

static int even(int n);
static int (*volatile next)(int) = even;

static __attribute__((noinline)) int odd(int n) { return next(n + 1) + n; }

static __attribute__((noinline)) int even(int n) { return odd(n) * 3; }

static void recurses(void *arg) {
  (void)arg;
  until_parked();
  even(0);
}

int main(void) {
  GORO_GO(recurses, NULL);
  goro_chan_recv(NULL, NULL);
}
