/* GOMAXPROCS changes again and again while goroutines compute, hand values to
 * each other, wait for a mutex and sleep: nothing is lost, nothing comes
 * twice. */
#include <goro.h>
#include <stdio.h>

enum { WORKERS = 6, NUMBERS = 6000 };

static goro_mutex mu;
static goro_waitgroup wg;
static int primes, sum;

static bool is_prime(int n) {
  for (int d = 2; d * d <= n; d++)
    if (n % d == 0) return false;
  return n > 1;
}

static void generate(void *out) {
  for (int i = 0; i < NUMBERS; i++) goro_chan_send(out, &i);
  goro_chan_close(out);
}

static void work(void *in) {
  int n;
  while (goro_chan_recv(in, &n)) {
    if (!is_prime(n)) continue;
    goro_mutex_lock(&mu);
    primes++;
    sum += n;
    goro_mutex_unlock(&mu);
  }
}

static void sleep_often(void *slept) {
  int n = 20;
  for (int i = 0; i < n; i++) goro_sleep(i * 100 * GORO_MICROSECOND);
  goro_chan_send(slept, &n);
}

static void wait_for_all(void *done) {
  goro_waitgroup_wait(&wg);
  goro_chan_close(done);
}

static const char *yes(bool is) { return is ? "true" : "false"; }

int main(void) {
  int procs = goro_gomaxprocs(0), n;
  goro_chan *in = goro_chan_make(sizeof(int), 10);
  goro_chan *slept = goro_chan_make(sizeof(int), 0);
  goro_chan *done = goro_chan_make(0, 0);
  GORO_GO(generate, in);
  for (int w = 0; w < WORKERS; w++) goro_waitgroup_go(&wg, work, in);
  GORO_GO(sleep_often, slept);
  GORO_GO(wait_for_all, done);
  do
    for (int i = 1; i <= 5; i++) {
      goro_gomaxprocs(i);
      goro_gosched();
    }
  while (!goro_chan_try_recv(done, NULL, NULL));
  goro_chan_recv(slept, &n);
  printf("slept: %d\n", n);
  printf("primes: %d sum: %d\n", primes, sum);

  /* Each call says what was before it; numbers below 1 only ask. */
  goro_gomaxprocs(procs);
  bool zero = goro_gomaxprocs(0) == procs;
  bool less = goro_gomaxprocs(-1) == procs;
  printf("asked: %s %s\n", yes(zero), yes(less));
  bool to_one = goro_gomaxprocs(1) == procs;
  bool from_one = goro_gomaxprocs(procs) == 1;
  printf("set: %s %s\n", yes(to_one), yes(from_one));
  printf("back: %s\n", yes(goro_gomaxprocs(0) == procs));
  goro_chan_free(in);
  goro_chan_free(slept);
  goro_chan_free(done);
}
