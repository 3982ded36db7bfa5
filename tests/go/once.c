/* Once: ten goroutines ask for it, it is done once, and nobody goes on before
 * it is.  A panic counts as done. */
#include <goro.h>
#include <stdio.h>

enum { N = 10 };

static goro_once once, broken;
static int ready;

static void prepare(void *unused) {
  (void)unused;
  goro_gosched(); /* others come to ask */
  ready++;
}

static void ask(void *early) {
  goro_once_do(&once, prepare, NULL);
  *(bool *)early = ready == 0;
}

static void catch (void *unused) {
  const char *r = goro_recover();
  (void)unused;
  printf("recovered: %s\n", r ? r : "<nil>");
}

static void break_down(void *unused) {
  (void)unused;
  goro_panic("cannot be done");
}

static void try_broken(void *unused) {
  (void)unused;
  goro_defer(catch, NULL);
  goro_once_do(&broken, break_down, NULL);
}

int main(void) {
  goro_waitgroup wg = {0};
  bool early[N];
  for (int i = 0; i < N; i++) goro_waitgroup_go(&wg, ask, &early[i]);
  goro_waitgroup_wait(&wg);
  printf("done %d time; early: [", ready);
  for (int i = 0; i < N; i++)
    printf("%s%s", i == 0 ? "" : " ", early[i] ? "true" : "false");
  puts("]");
  for (int i = 0; i < 2; i++) goro_call(try_broken, NULL);
}
