/* A hundred goroutines ask for the same eight keys, again and again; who does
 * the work yields once: ns an answer. */
#include "bench.h"

enum { ASKERS = 100, KEYS = 8 };

static goro_singleflight g;
static goro_waitgroup wg;
static const char *const keys[KEYS] = {"zero", "one",  "two", "three",
                                       "four", "five", "six", "seven"};

static goro_error *work(void *arg, void **val) {
  goro_gosched();
  *val = arg;
  return NULL;
}

struct asker {
  int number, n;
};

static void ask(void *arg) {
  struct asker *a = arg;
  for (int i = 0; i < a->n; i++) {
    int k = (a->number + i) % KEYS;
    void *want = (void *)(uintptr_t)keys[k];
    goro_singleflight_result r = goro_singleflight_do(&g, keys[k], work, want);
    bench_check(r.val == want, "singleflight");
  }
}

static void singleflight(int n) {
  static struct asker askers[ASKERS];
  for (int i = 0; i < ASKERS; i++) {
    askers[i] = (struct asker){i, n / ASKERS};
    goro_waitgroup_go(&wg, ask, &askers[i]);
  }
  goro_waitgroup_wait(&wg);
}

int main(void) { bench_ns(singleflight, 2000000); }
