/* What recover does where: nothing without a panic, nothing a second time; a
 * panic in a deferred call takes the place of the one before. */
#include <goro.h>
#include <stdio.h>

static const char *recovered(void) {
  const char *r = goro_recover();
  return r ? r : "<nil>";
}

static void report(void *what) {
  printf("%s: %s\n", (const char *)what, recovered());
}

static void panic_with(void *msg) { goro_panic(msg); }

static void without_panic(void *unused) {
  (void)unused;
  goro_defer(report, "without a panic");
}

static void report_twice(void *unused) {
  (void)unused;
  printf("first: %s\n", recovered());
  printf("second: %s\n", recovered());
}

static void twice(void *unused) {
  (void)unused;
  goro_defer(report, "after it was recovered");
  goro_defer(report_twice, NULL);
  goro_panic("once");
}

static void replaced(void *unused) {
  (void)unused;
  goro_defer(report, "the later panic");
  goro_defer(panic_with, "from a deferred call");
  goro_panic("from the function");
}

static void repanic(void *unused) {
  const char *r = recovered();
  (void)unused;
  printf("recovered: %s\n", r);
  goro_panic(r);
}

static void persist(void *unused) {
  (void)unused;
  goro_defer(repanic, NULL);
  goro_panic("persistent");
}

static void again(void *unused) {
  (void)unused;
  goro_defer(report, "panicked again");
  goro_call(persist, NULL);
}

int main(void) {
  goro_call(without_panic, NULL);
  goro_call(twice, NULL);
  goro_call(replaced, NULL);
  goro_call(again, NULL);
}
