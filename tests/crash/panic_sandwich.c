/* A panic's value, panicked again after another panic; and at the end once more
 * without a recover, which is shown once. */
#include <goro.h>

static const char *outer;

static void panic_again(void *unused) {
  (void)unused;
  goro_panic(outer);
}

static void recover_and_panic(void *unused) {
  (void)unused;
  outer = goro_recover();
  goro_panic("inner");
}

static void sandwich(void *unused) {
  goro_defer(recover_and_panic, unused);
  goro_panic("outer");
}

static void recover_inner(void *unused) {
  (void)unused;
  goro_recover();
  goro_panic(outer);
}

int main(void) {
  goro_defer(panic_again, NULL);
  goro_defer(recover_inner, NULL);
  goro_call(sandwich, NULL);
}
