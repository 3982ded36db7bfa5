/* A bounded pipeline: a walker sends names, a few workers hash them, a
 * collector keeps the results.  At the first error it closes done, which stops
 * all of them.  wasi/examples/sumtree.c does it with files. */
#include <goro.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORKERS = 3, NAMES = 8 };

struct result {
  const char *name;
  uint32_t sum;
  bool bad;
};

struct pipeline {
  const char **names;
  goro_chan *in, *out, *done;
  goro_waitgroup senders;
};

/* Send *elem on c; false if the pipeline is done instead. */
static bool send_or_done(struct pipeline *p, goro_chan *c, void *elem) {
  goro_case cases[] = {GORO_SEND(c, elem), GORO_RECV(p->done, NULL)};
  return goro_select(cases, 2) == 0;
}

static void walker(void *arg) {
  struct pipeline *p = arg;
  for (int i = 0; i < NAMES; i++)
    if (!send_or_done(p, p->in, &p->names[i])) break;
  goro_chan_close(p->in);
}

/* FNV-1a; a name with a question mark cannot be read. */
static struct result hash(const char *name) {
  uint32_t sum = 2166136261;
  for (const char *s = name; *s; s++) sum = (sum ^ (uint8_t)*s) * 16777619;
  return (struct result){name, sum, strchr(name, '?') != NULL};
}

static void worker(void *arg) {
  struct pipeline *p = arg;
  const char *name;
  while (goro_chan_recv(p->in, &name)) {
    struct result r = hash(name);
    if (!send_or_done(p, p->out, &r)) return;
  }
}

static void closer(void *arg) {
  struct pipeline *p = arg;
  goro_waitgroup_wait(&p->senders);
  goro_chan_close(p->out);
}

/* Fill all; returns how many there are, or -1 with the bad one in all[0]. */
static int collect(struct pipeline *p, struct result *all) {
  struct result r;
  int n = 0;
  while (goro_chan_recv(p->out, &r)) {
    if (n >= 0 && !r.bad) all[n++] = r;
    if (n < 0 || !r.bad) continue; /* until all have stopped */
    all[0] = r;
    n = -1;
    goro_chan_close(p->done);
  }
  return n;
}

static int hash_all(const char **names, struct result *all) {
  struct pipeline p = {.names = names};
  p.in = goro_chan_make(sizeof(char *), 0);
  p.out = goro_chan_make(sizeof(struct result), 0);
  p.done = goro_chan_make(0, 0);
  goro_waitgroup_go(&p.senders, walker, &p);
  for (int i = 0; i < WORKERS; i++) goro_waitgroup_go(&p.senders, worker, &p);
  GORO_GO(closer, &p);
  int n = collect(&p, all);
  goro_chan_free(p.in);
  goro_chan_free(p.out);
  goro_chan_free(p.done);
  return n;
}

static int by_name(const void *a, const void *b) {
  return strcmp(((struct result *)a)->name, ((struct result *)b)->name);
}

static void show(const char **names) {
  struct result all[NAMES];
  int n = hash_all(names, all);
  if (n < 0) printf("error: %s: cannot read\n", all[0].name);
  if (n > 0) qsort(all, (size_t)n, sizeof *all, by_name);
  for (int i = 0; i < n; i++) printf("%08x  %s\n", all[i].sum, all[i].name);
  while (goro_num_goroutine() > 1) goro_gosched();
  printf("goroutines: %d\n", goro_num_goroutine());
}

int main(void) {
  const char *names[NAMES] = {"walker", "worker", "collector", "go",
                              "c",      "js",     "wasm",      "wasi"};
  show(names);
  names[1] = "worker?";
  show(names);
}
