/* The first task that fails cancels the rest, and waiting for all gives its
 * error. */
#include <goro.h>
#include <stdio.h>

enum { TASKS = 8 };

static goro_error errCancelled = GORO_ERROR("cancelled");

struct task {
  goro_context *ctx; /* the group's */
  int number;
  bool fails, waits;
  char text[20];
};

static goro_error *run_task(void *arg) {
  struct task *t = arg;
  if (t->fails) {
    snprintf(t->text, sizeof t->text, "task %d failed", t->number);
    return goro_error_new(t->text);
  }
  if (t->waits) {
    goro_chan_recv(goro_context_done(t->ctx), NULL);
    snprintf(t->text, sizeof t->text, "%s", errCancelled.text);
    return &errCancelled;
  }
  snprintf(t->text, sizeof t->text, "done");
  return NULL;
}

/* Run n tasks.  Task number bad fails, and the others wait for something that
 * never comes if there is such a task. */
static void try(int n, int bad) {
  goro_errgroup g;
  goro_context *ctx = goro_errgroup_with_context(&g, goro_context_background());
  struct task tasks[TASKS];
  for (int i = 0; i < n; i++) {
    tasks[i] = (struct task){ctx, i, i == bad, bad < n, ""};
    goro_errgroup_go(&g, run_task, &tasks[i]);
  }
  goro_error *err = goro_errgroup_wait(&g);
  printf("error: %s\n", err ? err->text : "<nil>");
  for (int i = 0; i < n; i++)
    if (i != bad) printf("task %d: %s\n", i, tasks[i].text);
  goro_errgroup_free(&g);
}

int main(void) {
  try(4, 4);
  try(5, 2);
}
