/* Each misuse of an atomic.Value is a panic of its own; deferred calls show
 * them all in one report. */
#include <goro.h>

static char one_type, other_type;
static goro_value v;

#define NIL GORO_ANY(NULL, NULL)
#define ONE GORO_ANY(&one_type, &v)
#define OTHER GORO_ANY(&other_type, &v)

static void store_nil(void *unused) {
  (void)unused;
  goro_value_store(&v, NIL);
}

static void store_other(void *unused) {
  (void)unused;
  goro_value_store(&v, OTHER);
}

static void swap_nil(void *unused) {
  (void)unused;
  goro_value_swap(&v, NIL);
}

static void swap_other(void *unused) {
  (void)unused;
  goro_value_swap(&v, OTHER);
}

static void compare_nil(void *unused) {
  (void)unused;
  goro_value_compare_and_swap(&v, ONE, NIL);
}

static void compare_two(void *unused) {
  (void)unused;
  goro_value_compare_and_swap(&v, OTHER, ONE);
}

static void compare_other(void *unused) {
  (void)unused;
  goro_value_compare_and_swap(&v, OTHER, OTHER);
}

int main(void) {
  goro_value_store(&v, ONE);
  goro_defer(compare_other, NULL);
  goro_defer(compare_two, NULL);
  goro_defer(compare_nil, NULL);
  goro_defer(swap_other, NULL);
  goro_defer(swap_nil, NULL);
  goro_defer(store_other, NULL);
  store_nil(NULL);
}
