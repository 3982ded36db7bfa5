/* Go's first Mutex: a counter changed by compare-and-swap, and a semaphore on
 * which all but one wait.  The semaphore here is a channel. */
#include <goro.h>
#include <stdatomic.h>
#include <stdio.h>

struct mutex {
  _Atomic int key; /* who holds the lock, and who waits */
  goro_chan *sema;
};

static void mutex_init(struct mutex *m) {
  m->key = 0;
  m->sema = goro_chan_make(0, 1);
}

/* Add delta to *p and return the new value. */
static int xadd(_Atomic int *p, int delta) {
  int v = atomic_load(p);
  while (!atomic_compare_exchange_weak(p, &v, v + delta)) continue;
  return v + delta;
}

static void mutex_lock(struct mutex *m) {
  if (xadd(&m->key, 1) > 1) goro_chan_recv(m->sema, NULL);
}

static void mutex_unlock(struct mutex *m) {
  if (xadd(&m->key, -1) > 0) goro_chan_send(m->sema, NULL);
}

enum { GOROUTINES = 10, ROUNDS = 100 };

static struct mutex m;
static int count; /* under m */

static void increment(void *unused) {
  (void)unused;
  for (int i = 0; i < ROUNDS; i++) {
    mutex_lock(&m);
    int c = count;
    goro_gosched(); /* invite the others to break it */
    count = c + 1;
    mutex_unlock(&m);
  }
}

int main(void) {
  goro_waitgroup wg = {0};
  mutex_init(&m);
  for (int i = 0; i < GOROUTINES; i++) goro_waitgroup_go(&wg, increment, NULL);
  goro_waitgroup_wait(&wg);
  printf("count: %d key: %d semaphore: %zu\n", count, m.key,
         goro_chan_len(m.sema));
}
