/* grow_stress.c: memory grows while Ms begin: each sees all of it, and what it
 * gets there is cleared and its own. */
#include "stress.h"

#include <string.h>

enum { THREADS = 12, ROUNDS = 20, BLOCK = 96 * 1024, MINE = 1000 };

static goro_waitgroup ready, gone;
static int32_t begun; /* atomic: how many have an M and their blocks */

static unsigned char *block_new(unsigned char mark) {
  unsigned char *p = calloc(1, BLOCK);
  REQUIRE(p && p[0] == 0 && p[BLOCK / 2] == 0 && p[BLOCK - 1] == 0);
  return memset(p, mark, BLOCK);
}

static void block_drop(unsigned char *p, unsigned char mark) {
  REQUIRE(p[0] == mark && p[BLOCK / 2] == mark && p[BLOCK - 1] == mark);
  free(p);
}

/* Keeps its M for itself until all have one. */
static void on_its_own(void *markp) {
  unsigned char mark = *(unsigned char *)markp, *blocks[ROUNDS];
  goro_lock_os_thread();
  for (int i = 0; i < ROUNDS; i++) blocks[i] = block_new(mark);
  goro_atomic_add_int32(&begun, 1);
  goro_waitgroup_done(&ready);
  goro_waitgroup_wait(&ready);
  for (int i = 0; i < ROUNDS; i++) block_drop(blocks[i], mark);
  goro_unlock_os_thread();
  goro_waitgroup_done(&gone);
}

/* Makes memory grow, now and then, until all have begun. */
static void grow(void) {
  static unsigned char *mine[MINE];
  size_t n = 0;
  dice d = dice_new(0);
  while (n < MINE && goro_atomic_load_int32(&begun) < THREADS) {
    mine[n++] = block_new(0xff);
    for (int64_t end = goro_now() + dice_roll(&d, 4000000); goro_now() < end;)
      goro_gosched();
  }
  while (n > 0) block_drop(mine[--n], 0xff);
}

int main(int argc, char **argv) {
  static unsigned char marks[THREADS];
  stress_init(argc, argv);
  goro_waitgroup_add(&ready, THREADS);
  goro_waitgroup_add(&gone, THREADS);
  for (int i = 0; i < THREADS; i++) {
    marks[i] = (unsigned char)(i + 1);
    GORO_GO(on_its_own, &marks[i]);
  }
  grow();
  goro_waitgroup_wait(&gone);
}
