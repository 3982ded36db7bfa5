/* Errors of the runtime, each in a call that the panic before it runs. */
#include <goro.h>

static void index_negative(void *unused) {
  (void)unused;
  goro_index(-1, 3);
}

static void slice_capacity(void *unused) {
  (void)unused;
  goro_slice(0, 5, 3);
}

static void slice_order(void *unused) {
  (void)unused;
  goro_slice(2, 1, 3);
}

static void slice_high(void *unused) {
  (void)unused;
  goro_slice(0, -2, 3);
}

static void slice_low(void *unused) {
  (void)unused;
  goro_slice(-2, 1, 3);
}

static void nil_map(void *unused) {
  (void)unused;
  goro_nil_map();
}

int main(void) {
  goro_defer(nil_map, NULL);
  goro_defer(slice_low, NULL);
  goro_defer(slice_high, NULL);
  goro_defer(slice_order, NULL);
  goro_defer(slice_capacity, NULL);
  goro_defer(index_negative, NULL);
  goro_index(5, 3);
}
