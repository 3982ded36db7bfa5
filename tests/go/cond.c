/* A bounded buffer under a mutex, with a Cond for those who find it full and
 * one for those who find it empty. */
#include <goro.h>
#include <stdio.h>

enum { ROOM = 4, WORKERS = 3, ITEMS = 100 /* of each producer */ };

static struct {
  goro_mutex mu;
  goro_cond not_empty, not_full;
  int values[ROOM]; /* a ring */
  int first, n;
  bool overfull;
} buffer;

static void put(int v) {
  goro_mutex_lock(&buffer.mu);
  while (buffer.n == ROOM) goro_cond_wait(&buffer.not_full);
  buffer.values[(buffer.first + buffer.n++) % ROOM] = v;
  buffer.overfull = buffer.overfull || buffer.n > ROOM;
  goro_cond_signal(&buffer.not_empty);
  goro_mutex_unlock(&buffer.mu);
}

static int take(void) {
  goro_mutex_lock(&buffer.mu);
  while (buffer.n == 0) goro_cond_wait(&buffer.not_empty);
  int v = buffer.values[buffer.first];
  buffer.first = (buffer.first + 1) % ROOM;
  buffer.n--;
  goro_cond_signal(&buffer.not_full);
  goro_mutex_unlock(&buffer.mu);
  return v;
}

static void produce(void *unused) {
  (void)unused;
  for (int v = 1; v <= ITEMS; v++) put(v);
}

static void consume(void *sum) {
  for (int i = 0; i < ITEMS; i++) *(int *)sum += take();
}

int main(void) {
  goro_waitgroup wg = {0};
  int sums[WORKERS] = {0};
  goro_cond_init(&buffer.not_empty, &buffer.mu);
  goro_cond_init(&buffer.not_full, &buffer.mu);
  for (int w = 0; w < WORKERS; w++) {
    goro_waitgroup_go(&wg, produce, NULL);
    goro_waitgroup_go(&wg, consume, &sums[w]);
  }
  goro_waitgroup_wait(&wg);
  printf("sum: %d\n", sums[0] + sums[1] + sums[2]);
  printf("left: %d never more than %d inside: %s\n", buffer.n, ROOM,
         buffer.overfull ? "false" : "true");
}
