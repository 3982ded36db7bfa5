/* The argument of a deferred call is what it is at the defer; what a pointer
 * points to is looked at when the call runs. */
#include <goro.h>
#include <stdint.h>
#include <stdio.h>

static void print_value(void *v) {
  printf("value at the defer: %d\n", (int)(intptr_t)v);
}

static void print_pointee(void *p) {
  printf("value at the call: %d\n", *(int *)p);
}

/* What p points to must outlive work: its own variables are gone when its
 * deferred calls run. */
static void work(void *arg) {
  int *p = arg;
  goro_defer(print_value, (void *)(intptr_t)*p);
  goro_defer(print_pointee, p);
  *p = 2;
  printf("value now: %d\n", *p);
}

int main(void) {
  int x = 1;
  goro_call(work, &x);
}
