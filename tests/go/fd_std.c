/* Standard streams as descriptors: nobody's input, output in order, and a
 * number that is none.  A page has no input.
 * test: hosts wasi node20 node26 native
 */
#include <goro.h>
#include <stdio.h>
#include <string.h>

static goro_chan *done;

static void say(const char *s) {
  size_t n = strlen(s);
  if (goro_write(1, s, n) != (ptrdiff_t)n) goro_panic("short write");
}

static void says(void *s) {
  say(s);
  goro_chan_send(done, NULL);
}

/* Many goroutines that read to the end of the same input. */
static void reads(void *unused) {
  char buf[8];
  (void)unused;
  if (goro_read(0, buf, sizeof buf) != 0) goro_panic("input from nowhere");
  goro_chan_send(done, NULL);
}

int main(void) {
  done = goro_chan_make(0, 0);
  char *texts[] = {"one\n", "two\n", "three\n"};
  for (int i = 0; i < 3; i++) {
    GORO_GO(says, texts[i]);
    goro_chan_recv(done, NULL);
  }
  for (int i = 0; i < 10; i++) GORO_GO(reads, NULL);
  for (int i = 0; i < 10; i++) goro_chan_recv(done, NULL);
  say("read to the end\n");
  char c = 0;
  if (goro_write(99, &c, 1) < 0 && goro_read(99, &c, 1) < 0) say("bad\n");
  goro_chan_free(done);
}
