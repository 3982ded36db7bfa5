/* poolqueue_test.c: the rings and chains of sync.Pool.
 *
 * After Go's src/sync/pool_test.go (testPoolDequeue); Go's notice is in
 * tests/go/LICENSE-GO. */
#include <stdlib.h>

#include "unit.h"

#include "lib/sync/poolqueue.h"

static void *item(intptr_t n) { return (void *)n; }

/* ---- one goroutine ---- */

static struct poolDequeue *ring(uint32_t size, uint32_t start) {
  struct poolDequeue *d = calloc(1, sizeof *d + size * sizeof *d->vals);
  d->size = size;
  d->headTail = (uint64_t)start << 32 | start;
  return d;
}

/* Full, empty, both ends; also where the indices wrap around. */
static void test_ring(void) {
  const uint32_t starts[] = {0, 5, UINT32_MAX, UINT32_MAX - 3};
  for (int s = 0; s < 4; s++) {
    struct poolDequeue *d = ring(8, starts[s]);
    CHECK(!goro__poolDequeue_popHead(d) && !goro__poolDequeue_popTail(d));
    for (int i = 1; i <= 8; i++) CHECK(goro__poolDequeue_pushHead(d, item(i)));
    CHECK(!goro__poolDequeue_pushHead(d, item(9)));
    CHECK(goro__poolDequeue_popHead(d) == item(8));
    CHECK(goro__poolDequeue_popTail(d) == item(1));
    CHECK(goro__poolDequeue_pushHead(d, item(9)));
    CHECK(goro__poolDequeue_pushHead(d, item(10)));
    CHECK(!goro__poolDequeue_pushHead(d, item(11)));
    const int order[] = {10, 9, 7, 6, 5, 4, 3, 2};
    for (int i = 0; i < 8; i++)
      CHECK(goro__poolDequeue_popHead(d) == item(order[i]));
    CHECK(!goro__poolDequeue_popHead(d) && !goro__poolDequeue_popTail(d));
    free(d);
  }
}

/* A consumer that has moved tail, and not emptied its slot yet. */
static void test_slot_in_use(void) {
  struct poolDequeue *d = ring(1, 0);
  d->vals[0] = item(1);
  d->headTail = UINT64_C(1) << 32 | 1;
  CHECK(!goro__poolDequeue_pushHead(d, item(2)));
  d->vals[0] = NULL;
  CHECK(goro__poolDequeue_pushHead(d, item(2)));
  CHECK(goro__poolDequeue_popTail(d) == item(2));
  free(d);
}

static void test_chain(void) {
  struct poolChain c = {0};
  CHECK(!goro__poolChain_popHead(&c) && !goro__poolChain_popTail(&c));
  for (int i = 1; i <= 100; i++) goro__poolChain_pushHead(&c, item(i));
  CHECK(c.first == c.tail && c.head->d.size == 64);
  for (int i = 1; i <= 30; i++) CHECK(goro__poolChain_popTail(&c) == item(i));
  CHECK(c.tail != c.first && !c.tail->prev);
  for (int i = 100; i > 30; i--) CHECK(goro__poolChain_popHead(&c) == item(i));
  CHECK(!goro__poolChain_popHead(&c) && !goro__poolChain_popTail(&c));
  CHECK(c.tail == c.head);
  goro__poolChain_pushHead(&c, item(1));
  CHECK(goro__poolChain_popTail(&c) == item(1));
  goro__poolChain_free(&c);
  CHECK(!c.head && !c.tail && !c.first);
}

/* ---- a producer and consumers: each item is popped once ---- */

enum { CONSUMERS = 4, MOST = 20000 };

static struct poolChain chain;
static struct poolDequeue *deque;
static uint8_t had[MOST + 1]; /* atomic: how often each was popped */
static uint32_t popped;       /* atomic */
static int n;

static bool push(int i) {
  if (deque) return goro__poolDequeue_pushHead(deque, item(i));
  goro__poolChain_pushHead(&chain, item(i));
  return true;
}
static void *pop_head(void) {
  return deque ? goro__poolDequeue_popHead(deque)
               : goro__poolChain_popHead(&chain);
}
static void *pop_tail(void) {
  return deque ? goro__poolDequeue_popTail(deque)
               : goro__poolChain_popTail(&chain);
}

static void account(void *x) {
  CHECK((intptr_t)x >= 1 && (intptr_t)x <= n);
  CHECK(Xadd(&had[(intptr_t)x], 1) == 1);
  Xadd(&popped, 1);
}

static void consume(void *unused) {
  (void)unused;
  while (Load(&popped) < (uint32_t)n) {
    void *x = pop_tail();
    if (x)
      account(x);
    else
      goro__Gosched();
  }
}

static void produce(void) {
  for (int i = 1; i <= n; i++) {
    while (!push(i)) goro__Gosched();
    void *x = i % 10 == 0 ? pop_head() : NULL;
    if (x) account(x);
    if (i % 64 == 0) goro__Gosched();
  }
}

static void test_consumers(uint32_t size) {
  n = unit_much(MOST, 60);
  popped = 0;
  memset(had, 0, sizeof had);
  deque = size ? ring(size, UINT32_MAX - 20) : NULL;
  for (int i = 0; i < CONSUMERS; i++) unit_go(consume, NULL);
  produce();
  UNIT_UNTIL(goro__gcount() == 1);
  for (int i = 1; i <= n; i++) CHECK(had[i] == 1);
  CHECK(!pop_tail() && popped == (uint32_t)n);
  free(deque);
  goro__poolChain_free(&chain);
}

int main(void) {
  test_ring();
  test_slot_in_use();
  test_chain();
  test_consumers(16); /* Go: TestPoolDequeue */
  test_consumers(0);  /* Go: TestPoolChain */
  return unit_pass();
}
