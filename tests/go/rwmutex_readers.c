/* Readers share an RWMutex, a writer has it alone, and a writer that waits
 * keeps new readers out. */
#include <goro.h>
#include <stdio.h>

enum { READERS = 3 };

static goro_rwmutex rw;
static goro_chan *inside, *leave, *written;

static void reader(void *unused) {
  int one = 1;
  (void)unused;
  goro_rwmutex_rlock(&rw);
  goro_chan_send(inside, &one);
  goro_chan_recv(leave, NULL);
  goro_rwmutex_runlock(&rw);
}

static void writer(void *unused) {
  (void)unused;
  goro_rwmutex_lock(&rw);
  goro_rwmutex_unlock(&rw);
  goro_chan_close(written);
}

static void say(const char *what, bool yes) {
  printf("%s: %s\n", what, yes ? "true" : "false");
}

static void readers_share(void) {
  goro_waitgroup wg = {0};
  int n = 0;
  for (int i = 0; i < READERS; i++) goro_waitgroup_go(&wg, reader, NULL);
  for (int i = 0, one; i < READERS; i++) {
    goro_chan_recv(inside, &one);
    n += one;
  }
  printf("readers inside: %d\n", n);
  say("a writer gets in", goro_rwmutex_try_lock(&rw));
  goro_chan_close(leave);
  goro_waitgroup_wait(&wg);
}

static void writer_is_alone(void) {
  goro_rwmutex_lock(&rw);
  puts("a writer inside");
  say("a reader gets in", goro_rwmutex_try_rlock(&rw));
  goro_rwmutex_unlock(&rw);
}

static void writer_is_not_starved(void) {
  goro_rwmutex_rlock(&rw);
  GORO_GO(writer, NULL);
  while (goro_rwmutex_try_rlock(&rw)) { /* until the writer waits */
    goro_rwmutex_runlock(&rw);
    goro_gosched();
  }
  puts("a waiting writer keeps readers out");
  goro_rwmutex_runlock(&rw);
  goro_chan_recv(written, NULL);
  puts("the waiting writer has written");
  say("a reader gets in", goro_rwmutex_try_rlock(&rw));
}

int main(void) {
  inside = goro_chan_make(sizeof(int), 0);
  leave = goro_chan_make(0, 0);
  written = goro_chan_make(0, 0);
  readers_share();
  writer_is_alone();
  writer_is_not_starved();
}
