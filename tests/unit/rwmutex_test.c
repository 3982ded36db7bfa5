/* rwmutex_test.c: sync.RWMutex. */
#include "unit.h"

#include "lib/sync/sync.h"

static struct RWMutex rw;

static bool rw_is_free(void) {
  return Load(&rw.readerCount) == 0 && Load(&rw.readerWait) == 0 &&
         Load(&rw.w.state) == 0 && Load(&rw.readerSem) == 0 &&
         Load(&rw.writerSem) == 0;
}

static void reader(void *name) {
  goro__RWMutex_RLock(&rw);
  unit_note((int)(intptr_t)name);
  goro__RWMutex_RUnlock(&rw);
}

static void writer(void *name) {
  goro__RWMutex_Lock(&rw);
  unit_note((int)(intptr_t)name);
  goro__RWMutex_Unlock(&rw);
}

static struct g *start(void (*f)(void *), int name) {
  struct g *gp = unit_go(f, (void *)(intptr_t)name);
  UNIT_UNTIL(unit_parked(gp));
  return gp;
}

static void test_try(void) {
  CHECK(goro__RWMutex_TryRLock(&rw));
  CHECK(goro__RWMutex_TryRLock(&rw)); /* readers share */
  CHECK(!goro__RWMutex_TryLock(&rw));
  CHECK(rw.w.state == 0); /* a TryLock that failed leaves nothing */
  goro__RWMutex_RUnlock(&rw);
  goro__RWMutex_RUnlock(&rw);
  CHECK(goro__RWMutex_TryLock(&rw));
  CHECK(!goro__RWMutex_TryLock(&rw));
  CHECK(!goro__RWMutex_TryRLock(&rw));
  goro__RWMutex_Unlock(&rw);
  CHECK(rw_is_free());
}

/* Readers run side by side: each waits inside for all others. */
enum { nreaders = 8 };
static uint32_t arrived, left;

static void meeting_reader(void *unused) {
  (void)unused;
  goro__RWMutex_RLock(&rw);
  Xadd(&arrived, 1);
  UNIT_UNTIL(Load(&arrived) == nreaders);
  goro__RWMutex_RUnlock(&rw);
  Xadd(&left, 1);
}

static void test_parallel_readers(void) {
  for (int i = 0; i < nreaders; i++) unit_go(meeting_reader, NULL);
  UNIT_UNTIL(Load(&left) == nreaders);
  CHECK(rw_is_free());
}

/* A waiting writer goes before readers that come later, and those go before
 * the next writer. */
static void test_writer_first(void) {
  goro__RWMutex_RLock(&rw);
  goro__RWMutex_RLock(&rw);
  struct g *w = start(writer, 'W');
  CHECK(w->waitreason == waitReasonSyncRWMutexLock);
  CHECK(!goro__RWMutex_TryRLock(&rw));
  struct g *r = start(reader, 'r');
  CHECK(r->waitreason == waitReasonSyncRWMutexRLock);
  start(writer, 'V');
  start(reader, 's');
  goro__RWMutex_RUnlock(&rw);
  CHECK(unit_parked(w)); /* one reader is left */
  goro__RWMutex_RUnlock(&rw);
  UNIT_UNTIL(Load(&unit_nlog) == 4);
  UNIT_UNTIL(rw_is_free());
  CHECK(unit_log[0] == 'W' && unit_log[3] == 'V');
  unit_said(unit_log);
}

/* A writer that holds the lock keeps all others out. */
static void test_writer_excludes(void) {
  goro__RWMutex_Lock(&rw);
  struct g *r = start(reader, 'r');
  struct g *w = start(writer, 'w');
  for (int i = 0; i < 10; i++) goro__Gosched();
  CHECK(unit_parked(r) && unit_parked(w) && Load(&unit_nlog) == 0);
  goro__RWMutex_Unlock(&rw);
  UNIT_UNTIL(Load(&unit_nlog) == 2);
  UNIT_UNTIL(rw_is_free());
  CHECK(unit_said("rw"));
}

/* Readers add 1 and writers 10000 while they are inside. */
static uint32_t activity, finished;

static void hammer_reader(void *unused) {
  (void)unused;
  for (int i = 0; i < 200; i++) {
    goro__RWMutex_RLock(&rw);
    CHECK(Xadd(&activity, 1) < 10000);
    if (i % 5 == 0) goro__Gosched();
    Xadd(&activity, -1);
    goro__RWMutex_RUnlock(&rw);
  }
  Xadd(&finished, 1);
}

static void hammer_writer(void *unused) {
  (void)unused;
  for (int i = 0; i < 200; i++) {
    goro__RWMutex_Lock(&rw);
    CHECK(Xadd(&activity, 10000) == 10000);
    if (i % 5 == 0) goro__Gosched();
    Xadd(&activity, -10000);
    goro__RWMutex_Unlock(&rw);
  }
  Xadd(&finished, 1);
}

static void test_hammer(void) {
  for (int i = 0; i < 3; i++) unit_go(hammer_writer, NULL);
  for (int i = 0; i < 8; i++) unit_go(hammer_reader, NULL);
  UNIT_UNTIL(Load(&finished) == 11);
  CHECK(rw_is_free());
}

int main(void) {
  test_try();
  test_parallel_readers();
  test_writer_first();
  test_writer_excludes();
  test_hammer();
  return unit_pass();
}
