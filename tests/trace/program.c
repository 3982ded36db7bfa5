/* Writes JSON to stdout: a trace of a hand-over, then the goroutines that are
 * left; and checks what goro_goroutines and goro_leaks say. */
#include <goro.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

/* Whether there is one such as it should be. */
static bool sees(const goro_goroutine *list, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (list[i].site && strcmp(list[i].site->fn, "leaky") == 0 &&
        list[i].parent == 1 && list[i].object == (uintptr_t)never &&
        strcmp(list[i].reason, "chan receive") == 0)
      return true;
  return false;
}

int main(void) {
  static const char *const ignore[] = {"leaky", NULL};
  goro_goroutine list[4];
  int v = 5;
  if (write(1, "", 0) != 0) return 1;
  c = goro_chan_make(sizeof(int), 0);
  never = goro_chan_make(sizeof(int), 0);
  done = goro_chan_make(sizeof(int), 1);
  GORO_GO(soon, NULL);
  if (goro_leaks(NULL) != 0) return 2;
  if (!goro_trace_start(0, true) || goro_trace_start(0, true)) return 3;
  GORO_GO(worker, NULL);
  goro_sleep(GORO_MILLISECOND);
  goro_chan_send(c, &v);
  goro_chan_recv(done, &v);
  goro_trace_stop();
  if (goro_trace_write(1) != 0) return 4;
  GORO_GO(leaky, never);
  if (goro_leaks(ignore) != 0) return 5;
  do goro_gosched();
  while (goro_goroutines(list, 4) != 2 || !sees(list, 2));
  if (goro_dump_json(1) != 0) return 6;
#ifdef __EMSCRIPTEN__ /* its libc knows no descriptor that is not open */
  return 0;
#else
  return goro_trace_write(99) < 0 ? 0 : 7;
#endif
}
