/* What recover does where: nothing without a panic, nothing a second time,
 * nothing in what a deferred call calls, nothing as the deferred call itself; a
 * panic in a deferred call takes the place of the one before.
 *
 * goro_recover works in plain functions that a deferred call calls, too; Go's
 * rule is that of functions made with GORO_DEFERRED. */
#include <goro_scope.h>
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

GORO_DEFERRED(callee, result) { *(const char **)result = GORO_RECOVER(); }

static void call_callee(void *unused) {
  const char *r = NULL;
  (void)unused;
  callee(&r);
  printf("in a callee: %s\n", r ? r : "<nil>");
}

static void in_callee(void *unused) {
  (void)unused;
  goro_defer(report, "left by the callee");
  goro_defer(call_callee, NULL);
  goro_panic("not for callees");
}

/* There is no recover() in C to be deferred by itself.  This one is as far from
 * the panic, at the other side. */
static void recover_only(void *unused) {
  const char *r;
  (void)unused;
  callee(&r);
}

static void defer_recover(void *unused) {
  (void)unused;
  goro_defer(report, "left by defer recover()");
  goro_defer(recover_only, NULL);
  goro_panic("not for it");
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
  goro_call(in_callee, NULL);
  goro_call(defer_recover, NULL);
  goro_call(replaced, NULL);
  goro_call(again, NULL);
}
