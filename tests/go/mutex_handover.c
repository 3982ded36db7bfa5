/* Three goroutines hand a mutex round: each holds it to see whether it is its
 * turn, and passes the turn on. */
#include <goro.h>
#include <stdio.h>

enum { PLAYERS = 3, ROUNDS = 4 };

static goro_mutex mu;
static int turn; /* under mu */

/* Play if it is me's turn. */
static bool try_turn(int me, int round) {
  goro_mutex_lock(&mu);
  bool mine = turn == me;
  if (mine) {
    printf("round %d: goroutine %c has the mutex\n", round, 'A' + me);
    turn = (turn + 1) % PLAYERS;
  }
  goro_mutex_unlock(&mu);
  return mine;
}

static void play(void *arg) {
  int me = *(int *)arg;
  for (int round = 1; round <= ROUNDS; round++)
    while (!try_turn(me, round)) goro_gosched();
}

int main(void) {
  goro_waitgroup wg = {0};
  int numbers[PLAYERS];
  for (int i = 0; i < PLAYERS; i++) {
    numbers[i] = i;
    goro_waitgroup_go(&wg, play, &numbers[i]);
  }
  goro_waitgroup_wait(&wg);
}
