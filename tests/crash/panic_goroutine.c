/* In a goroutine, deep in calls and frames. */
#include <goro.h>
#include <stdio.h>

static void says(void *text) { printf("%s\n", (char *)text); }

static void deep(void *unused) {
  (void)unused;
  goro_defer(says, "inner");
  goro_gosched();
  goro_panic_value("in a goroutine", &deep);
}

static void worker(void *unused) {
  goro_set_name("worker 1");
  goro_defer(says, "outer");
  goro_call(deep, unused);
  says("not reached");
}

static void starter(void *unused) {
  GORO_GO(worker, unused);
  goro_chan_recv(NULL, NULL);
}

int main(void) {
  goro_defer(says, "not reached");
  GORO_GO(starter, NULL);
  goro_chan_recv(NULL, NULL);
}
