/* All goroutines are asleep, each for another reason. */
#include <goro.h>

static goro_chan *empty, *full;
static goro_mutex mu, free_mu;
static goro_rwmutex read_locked, write_locked;
static goro_waitgroup wg;
static goro_cond cond;

static void receives(void *c) { goro_chan_recv(c, NULL); }
static void sends(void *c) { goro_chan_send(c, &(int){1}); }
static void locks(void *m) { goro_mutex_lock(m); }
static void rlocks(void *rw) { goro_rwmutex_rlock(rw); }
static void wlocks(void *rw) { goro_rwmutex_lock(rw); }
static void waits(void *w) { goro_waitgroup_wait(w); }

static void selects(void *c) {
  goro_case k[] = {GORO_RECV(c, NULL), GORO_RECV(NULL, NULL)};
  goro_select(k, 2);
}

static void selects_nothing(void *unused) {
  (void)unused;
  goro_select(NULL, 0);
}

static void waits_cond(void *unused) {
  (void)unused;
  goro_set_name("the one with a name");
  goro_mutex_lock(&free_mu);
  goro_cond_wait(&cond);
}

static void ends(void *unused) { (void)unused; }

int main(void) {
  empty = goro_chan_make(sizeof(int), 0);
  full = goro_chan_make(0, 1);
  goro_chan_send(full, NULL);
  goro_mutex_lock(&mu);
  goro_rwmutex_rlock(&read_locked);
  goro_rwmutex_lock(&write_locked);
  goro_waitgroup_add(&wg, 1);
  goro_cond_init(&cond, &free_mu);
  GORO_GO(receives, empty);
  GORO_GO(sends, full);
  GORO_GO(receives, NULL);
  GORO_GO(sends, NULL);
  GORO_GO(selects, empty);
  GORO_GO(selects_nothing, NULL);
  GORO_GO(locks, &mu);
  GORO_GO(rlocks, &write_locked);
  GORO_GO(wlocks, &read_locked);
  GORO_GO(waits, &wg);
  GORO_GO(waits_cond, NULL);
  GORO_GO(ends, NULL);
  goro_chan_recv(empty, NULL);
}
