/* A log that rotates its files, and mills old ones in a goroutine that it
 * starts when it first needs it.  Closing the log forgets that goroutine: one
 * leaks per log.  See rotator_fixed.c for the cure. */
#include <goro.h>
#include <stdio.h>

enum { FILE_SIZE = 3 /* lines */, KEEP = 2 /* files */ };

struct log {
  int lines;
  goro_once start_mill;
  goro_chan *mill;
  goro_mutex mu;
  int files, removed; /* under mu */
};

static void mill_run(void *arg) {
  struct log *l = arg;
  while (goro_chan_recv(l->mill, NULL)) {
    goro_mutex_lock(&l->mu);
    for (; l->files > KEEP; l->files--) l->removed++;
    goro_mutex_unlock(&l->mu);
  }
}

static void start_mill(void *arg) {
  struct log *l = arg;
  l->mill = goro_chan_make(0, 1);
  GORO_GO(mill_run, l);
}

static void log_rotate(struct log *l) {
  goro_mutex_lock(&l->mu);
  l->files++;
  goro_mutex_unlock(&l->mu);
  goro_once_do(&l->start_mill, start_mill, l);
  /* If it cannot be sent, the mill has not begun with what it was told
   * before. */
  goro_chan_try_send(l->mill, NULL);
}

static void log_write(struct log *l) {
  if (++l->lines % FILE_SIZE == 0) log_rotate(l);
}

static void log_close(struct log *l) { l->lines = 0; }

int main(void) {
  static struct log logs[4];
  for (int n = 1; n <= 4; n++) {
    struct log *l = &logs[n - 1];
    for (int i = 0; i < 20; i++) log_write(l);
    log_close(l);
    printf("logs closed: %d goroutines: %d\n", n, goro_num_goroutine());
  }
}
