/* Three goroutines add, and main waits for what they found by receiving it:
 * nothing is lost. */
#include <goro.h>
#include <stdio.h>

struct job {
  int from, to;
  goro_chan *sum;
};

static void add(void *arg) {
  struct job *j = arg;
  int sum = 0;
  for (int n = j->from; n <= j->to; n++) sum += n;
  goro_chan_send(j->sum, &sum);
}

int main(void) {
  struct job jobs[] = {{1, 10, NULL}, {11, 100, NULL}, {101, 1000, NULL}};
  for (int i = 0; i < 3; i++) {
    jobs[i].sum = goro_chan_make(sizeof(int), 0);
    GORO_GO(add, &jobs[i]);
  }
  for (int i = 0; i < 3; i++) {
    struct job *j = &jobs[i];
    int sum;
    goro_chan_recv(j->sum, &sum);
    printf("%d to %d: %d\n", j->from, j->to, sum);
    goro_chan_free(j->sum);
  }
}
