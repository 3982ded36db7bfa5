/* poll_stress.c: sockets, written, read and closed by goroutines at any moment,
 * with deadlines that pass meanwhile.  Nothing is lost: all that was written
 * and not cut off by a close is read, in order; whoever waits is told of the
 * close; and in the end nobody waits, and no descriptor is open.
 *
 * test: hosts native
 */
#include <errno.h>
#include <fcntl.h>
#include <goro.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { PAIRS = 24, ROUNDS = 12, MESSAGES = 60 };

#define MUST(cond) ((cond) ? (void)0 : fail(__LINE__, #cond))

static _Noreturn void fail(int line, const char *what) {
  fprintf(stderr, "poll_stress.c:%d: %s\n", line, what);
  exit(1);
}

struct link {
  int fd[2];
  atomic_uint sent, received, late, closed;
  uint32_t seed;
  goro_waitgroup all, talkers;
  bool rude; /* its reader's end is closed while that reads */
};

/* Who reads a number once more after its close may hit the next descriptor that
 * has it.  So in a round with rude links none is closed before all are open. */
static bool rude_round;
static goro_waitgroup opened;

static uint32_t roll(uint32_t *seed, uint32_t n) {
  *seed = *seed * 1664525u + 1013904223u;
  return (uint32_t)(((uint64_t)*seed * n) >> 32);
}

/* Reads until the end or the close; bytes count up. */
static void reader(void *lv) {
  struct link *l = lv;
  uint8_t buf[7];
  for (;;) {
    ptrdiff_t n = goro_read(l->fd[1], buf, sizeof buf);
    if (n == GORO_ETIMEOUT) {
      l->late++;
      goro_set_read_deadline(l->fd[1], 0);
      continue;
    }
    if (n <= 0) {
      MUST(n == 0 || n == GORO_ECLOSED || n == -EBADF);
      if (n != 0) l->closed++;
      break;
    }
    for (ptrdiff_t i = 0; i < n; i++)
      MUST(buf[i] == (uint8_t)(l->received + (unsigned)i));
    l->received += (unsigned)n;
  }
  goro_waitgroup_done(&l->all);
}

static void writer(void *lv) {
  struct link *l = lv;
  uint32_t seed = l->seed + 1;
  for (int i = 0; i < MESSAGES; i++) {
    uint8_t buf[16];
    size_t n = 1 + roll(&seed, sizeof buf);
    for (size_t k = 0; k < n; k++) buf[k] = (uint8_t)(l->sent + k);
    MUST(goro_write(l->fd[0], buf, n) == (ptrdiff_t)n);
    l->sent += (unsigned)n;
    if (roll(&seed, 4) == 0) goro_gosched();
  }
  goro_waitgroup_done(&l->talkers);
}

/* Lets reads run into deadlines. */
static void hurrier(void *lv) {
  struct link *l = lv;
  uint32_t seed = l->seed + 2;
  for (int i = 0; i < 10; i++) {
    goro_set_read_deadline(l->fd[1], goro_now() + roll(&seed, 200000));
    goro_sleep(roll(&seed, 100000));
  }
  goro_set_read_deadline(l->fd[1], 0);
  goro_waitgroup_done(&l->talkers);
}

/* Both ends are closed: the writer's first, or the reader's own. */
static void one_link(void *lv) {
  struct link *l = lv;
  MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, l->fd) == 0);
  goro_waitgroup_done(&opened);
  if (rude_round) goro_waitgroup_wait(&opened);
  goro_waitgroup_add(&l->all, 1);
  goro_waitgroup_add(&l->talkers, 2);
  GORO_GO(reader, l);
  GORO_GO(writer, l);
  GORO_GO(hurrier, l);
  goro_waitgroup_wait(&l->talkers);
  if (l->rude) MUST(goro_close(l->fd[1]) == 0);
  MUST(goro_close(l->fd[0]) == 0);
  goro_waitgroup_wait(&l->all);
  if (!l->rude) MUST(goro_close(l->fd[1]) == 0);
  MUST(l->rude ? l->received <= l->sent : l->received == l->sent);
  MUST(l->rude || l->closed == 0);
}

int main(void) {
  static struct link links[PAIRS];
  uint32_t seed = 7;
  for (int r = 0; r < ROUNDS; r++) {
    goro_waitgroup wg = {0};
    rude_round = r % 2 == 0;
    goro_waitgroup_add(&opened, PAIRS);
    for (int i = 0; i < PAIRS; i++) {
      links[i] = (struct link){.seed = roll(&seed, 1u << 30),
                               .rude = rude_round && roll(&seed, 2) == 0};
      goro_waitgroup_go(&wg, one_link, &links[i]);
    }
    goro_waitgroup_wait(&wg);
  }
  while (goro_num_goroutine() > 1) goro_gosched();
  for (int fd = 3; fd < 3 + 2 * PAIRS; fd++) {
    /* those that the host gave us at the start, and the runtime's own */
    struct linger unused;
    socklen_t n = sizeof unused;
    MUST(getsockopt(fd, SOL_SOCKET, SO_LINGER, &unused, &n) != 0);
  }
}
