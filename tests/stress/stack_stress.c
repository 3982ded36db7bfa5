/* stack_stress.c: goroutines that park at all depths, with frames of all
 * sizes, again and again.  What lies on a stack is there afterwards. */
#include "stress.h"

enum { WORKERS = 300, ROUNDS = 25, DEEPEST = 14 };

static goro_chan *wake[WORKERS];
static _Atomic int done;
static int rounds;

struct walker {
  dice d;
  int id;
};

static void maybe_wait(struct walker *w) {
  if (dice_roll(&w->d, 4) == 0) goro_chan_recv(wake[w->id], NULL);
}

static void walk(struct walker *w, int depth) {
  size_t n = 1 + dice_roll(&w->d, dice_roll(&w->d, 10) ? 60 : 3000);
  volatile unsigned char block[n];
  _Alignas(64) volatile unsigned char aligned[64];
  unsigned char salt = (unsigned char)(w->id + depth);
  for (size_t i = 0; i < n; i++) block[i] = (unsigned char)(i * salt);
  aligned[5] = salt;
  REQUIRE((uintptr_t)aligned % 64 == 0);
  maybe_wait(w);
  for (uint32_t i = dice_roll(&w->d, 3); i > 0 && depth > 0; i--)
    walk(w, depth - 1 - (int)dice_roll(&w->d, 4));
  maybe_wait(w);
  REQUIRE(aligned[5] == salt);
  for (size_t i = 0; i < n; i++) REQUIRE(block[i] == (unsigned char)(i * salt));
}

static void worker(void *arg) {
  int id = (int)(intptr_t)arg;
  struct walker w = {dice_new((uint32_t)id), id};
  for (int i = 0; i < rounds; i++) walk(&w, (int)dice_roll(&w.d, DEEPEST));
  done++;
}

int main(int argc, char **argv) {
  stress_init(argc, argv);
  dice d = dice_new(WORKERS);
  rounds = stress_much(ROUNDS);
  for (int i = 0; i < WORKERS; i++) {
    wake[i] = goro_chan_make(0, 0);
    GORO_GO(worker, (void *)(intptr_t)i);
  }
  while (done < WORKERS) {
    goro_chan_try_send(wake[dice_roll(&d, WORKERS)], NULL);
    if (dice_roll(&d, 3) == 0) goro_gosched();
  }
  while (goro_num_goroutine() > 1) goro_gosched();
  for (int i = 0; i < WORKERS; i++) goro_chan_free(wake[i]);
}
