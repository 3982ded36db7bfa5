/* traceback_test.c: the words of the goroutine dump.  The dump itself is in
 * tests/crash. */
#include "unit.h"

#include "wait/select.h"

/* Go's runtime2.go, waitReasonStrings. */
static const struct {
  enum waitReason why;
  const char *text;
} rows[] = {
    {waitReasonZero, ""},
    {waitReasonChanReceive, "chan receive"},
    {waitReasonChanSend, "chan send"},
    {waitReasonChanReceiveNilChan, "chan receive (nil chan)"},
    {waitReasonChanSendNilChan, "chan send (nil chan)"},
    {waitReasonSelect, "select"},
    {waitReasonSelectNoCases, "select (no cases)"},
    {waitReasonSemacquire, "semacquire"},
    {waitReasonSleep, "sleep"},
    {waitReasonSyncCondWait, "sync.Cond.Wait"},
    {waitReasonSyncMutexLock, "sync.Mutex.Lock"},
    {waitReasonSyncRWMutexRLock, "sync.RWMutex.RLock"},
    {waitReasonSyncRWMutexLock, "sync.RWMutex.Lock"},
    {waitReasonSyncWaitGroupWait, "sync.WaitGroup.Wait"},
    {waitReasonPanicWait, "panicwait"},
    {waitReasonIOWait, "IO wait"},
    {waitReasonStoppingTheWorld, "stopping the world"},
    {waitReasonAwait, "await"},
    {waitReasonOnMain, "call on main thread"},
};

static void test_reasons(void) {
  CHECK(sizeof rows / sizeof *rows == waitReasonCount);
  for (size_t i = 0; i < waitReasonCount; i++)
    CHECK(strcmp(goro__waitReasonStrings[rows[i].why], rows[i].text) == 0);
}

static uint32_t nparked; /* atomic */

static int64_t count(void *gp, void *unused) {
  (void)gp, (void)unused;
  Xadd(&nparked, 1);
  return true;
}

static void park_for_ever(void *reason) {
  goro__gopark(count, NULL, (enum waitReason)(uintptr_t)reason);
}

static void nothing(void *unused) { (void)unused; }

/* A dump in the middle of things disturbs nothing: goroutines of every state,
 * dead ones among them, more than are shown. */
static void test_dump(void) {
  static const struct gosite site = {"park_for_ever", "here.c", 1, "test_dump"};
  for (int i = 0; i < 5; i++) unit_go(nothing, NULL);
  UNIT_UNTIL(goro__gcount() == 1);
  for (uintptr_t i = 0; i < 300; i++) {
    struct g *gp = goro__newproc(park_for_ever, (void *)(i % waitReasonCount),
                                 i % 2 ? &site : NULL);
    UNIT_UNTIL(Load(&nparked) == i + 1);
    if (i % 3 == 0) gp->name = "worker";
    if (i % 4 == 0) goro__goready(gp); /* runs out */
  }
  for (int i = 0; i < 3; i++) unit_go(nothing, NULL);
  int32_t before = goro__gcount();
  goro__dump();
  if (unit_one_m()) CHECK(goro__gcount() == before);
  goro__Gosched();
  goro__printg(getg());
  goro__tracebackothers(getg());
  goro__printflush();
}

int main(void) {
  test_reasons();
  test_dump();
  return unit_pass();
}
