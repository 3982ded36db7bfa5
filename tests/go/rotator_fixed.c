/* A log that rotates its files, and mills old ones in a goroutine that it
 * starts when it first needs it.  Closing the log ends that goroutine, and
 * waits for it. */
#include <goro.h>
#include <stdio.h>

enum { FILE_SIZE = 3 /* lines */, KEEP = 2 /* files */ };

struct log {
  int lines;
  goro_once start_mill;
  goro_chan *mill;
  goro_chan *milled; /* closed when the mill has ended */
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
  goro_chan_close(l->milled);
}

static void start_mill(void *arg) {
  struct log *l = arg;
  l->mill = goro_chan_make(0, 1);
  l->milled = goro_chan_make(0, 0);
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

static void log_close(struct log *l) {
  l->lines = 0;
  if (!l->mill) return;
  goro_chan_close(l->mill);
  goro_chan_recv(l->milled, NULL);
  goro_chan_free(l->mill);
  goro_chan_free(l->milled);
}

int main(void) {
  for (int n = 1; n <= 4; n++) {
    struct log l = {0};
    for (int i = 0; i < 20; i++) log_write(&l);
    log_close(&l);
    while (goro_num_goroutine() > 1) goro_gosched(); /* the last steps */
    printf("logs closed: %d goroutines: %d files kept: %d removed: %d\n", n,
           goro_num_goroutine(), l.files, l.removed);
  }
}
