/* A tree of 10,000 contexts, ten below each, is canceled from the top: ns a
 * context.  Making it and letting it go is not counted. */
#include "bench.h"

enum { TREE = 10000, FAN = 10 };

static goro_context *tree[TREE];

static void grow(void) {
  tree[0] = goro_context_with_cancel(goro_context_background());
  for (int i = 1; i < TREE; i++)
    tree[i] = goro_context_with_cancel(tree[(i - 1) / FAN]);
}

static goro_time cancel(void) {
  grow();
  goro_time t = goro_now();
  goro_context_cancel(tree[0]);
  t = goro_now() - t;
  bench_check(goro_context_err(tree[TREE - 1]) == goro_context_canceled,
              "cancel");
  for (int i = 0; i < TREE; i++) goro_context_release(tree[i]);
  return t;
}

int main(void) {
  enum { TREES = 100 };
  goro_time sum = 0;
  for (int i = 0; i < TREES / 10; i++) cancel();
  for (int i = 0; i < TREES; i++) sum += cancel();
  printf("%.2f\n", (double)sum / TREES / TREE);
}
