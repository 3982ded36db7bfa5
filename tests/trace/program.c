/* Writes JSON to stdout: a trace of a hand-over, then the goroutines that are
 * left; and checks what goro_goroutines and goro_leaks say. */
#include <goro.h>
#include <stdio.h>
#include <string.h>

static goro_chan *c, *never, *done;

static void worker(void *arg) {
  int v;
  (void)arg;
  goro_set_name("a \"quoted\"\nname");
  goro_chan_recv(c, &v);
  goro_chan_send(done, &v);
}

static void leaky(void *arg) { goro_chan_recv(arg, NULL); }
static void soon(void *arg) {
  (void)arg;
  goro_sleep(GORO_MILLISECOND);
}

/* Wait until fn waits for a value on ch, beside main alone. */
static void until_receives(const char *fn, goro_chan *ch) {
  goro_goroutine list[4];
  for (;; goro_gosched()) {
    if (goro_goroutines(list, 4) != 2) continue;
    const goro_goroutine *g = &list[list[0].id == 1];
    if (strcmp(g->site->fn, fn) == 0 && g->parent == 1 &&
        g->object == (uintptr_t)ch && strcmp(g->reason, "chan receive") == 0)
      return;
  }
}

int main(void) {
  static const char *const ignore[] = {"leaky", NULL};
  int v = 5;
  c = goro_chan_make(sizeof(int), 0);
  never = goro_chan_make(sizeof(int), 0);
  done = goro_chan_make(sizeof(int), 1);
  GORO_GO(soon, NULL);
  if (goro_leaks(NULL) != 0) return 2;
  if (!goro_trace_start(0, true) || goro_trace_start(0, true)) return 3;
  GORO_GO(worker, NULL);
  until_receives("worker", c);
  goro_chan_send(c, &v);
  goro_chan_recv(done, &v);
  goro_trace_stop();
  if (goro_trace_write(1) != 0) return 4;
  GORO_GO(leaky, never);
  if (goro_leaks(ignore) != 0) return 5;
  until_receives("leaky", never);
  if (goro_dump_json(1) != 0) return 6;
#ifdef __EMSCRIPTEN__ /* its libc knows no descriptor that is not open */
  return 0;
#else
  return goro_trace_write(99) < 0 ? 0 : 7;
#endif
}
