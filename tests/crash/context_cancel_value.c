#include <goro.h>

int main(void) {
  static int key;
  goro_context *ctx = goro_context_with_cancel(goro_context_background());
  goro_context_cancel(goro_context_with_value(ctx, &key, NULL));
}
