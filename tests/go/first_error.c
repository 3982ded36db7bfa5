/* As errgroup does: the first task that fails cancels the rest, and waiting
 * for all gives its error. */
#include <goro.h>
#include <stdio.h>

struct group {
  goro_waitgroup wg;
  goro_once once;
  const char *err;
  goro_chan *failed; /* closed with the first error */
};

struct failure {
  struct group *g;
  const char *err;
};

static void keep_error(void *arg) {
  struct failure *f = arg;
  f->g->err = f->err;
  goro_chan_close(f->g->failed);
}

static void group_fail(struct group *g, const char *err) {
  struct failure f = {g, err};
  goro_once_do(&g->once, keep_error, &f);
}

static const char *group_wait(struct group *g) {
  goro_waitgroup_wait(&g->wg);
  goro_chan_free(g->failed);
  return g->err ? g->err : "<nil>";
}

enum { TASKS = 8 };

struct task {
  struct group *g;
  int number;
  bool fails, waits;
  char text[20];
};

static void run_task(void *arg) {
  struct task *t = arg;
  const char *err = NULL;
  if (t->fails) {
    snprintf(t->text, sizeof t->text, "task %d failed", t->number);
    err = t->text;
  } else if (t->waits) {
    goro_chan_recv(t->g->failed, NULL);
    err = "cancelled";
    snprintf(t->text, sizeof t->text, "%s", err);
  } else {
    snprintf(t->text, sizeof t->text, "done");
  }
  if (err) group_fail(t->g, err);
}

/* Run n tasks.  Task number bad fails, and the others wait for something that
 * never comes if there is such a task. */
static void try(int n, int bad) {
  struct group g = {.failed = goro_chan_make(0, 0)};
  struct task tasks[TASKS];
  for (int i = 0; i < n; i++) {
    tasks[i] = (struct task){&g, i, i == bad, bad < n, ""};
    goro_waitgroup_go(&g.wg, run_task, &tasks[i]);
  }
  printf("error: %s\n", group_wait(&g));
  for (int i = 0; i < n; i++)
    if (i != bad) printf("task %d: %s\n", i, tasks[i].text);
}

int main(void) {
  try(4, 4);
  try(5, 2);
}
