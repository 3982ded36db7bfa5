/* Counter, squarer and printer: a pipeline of three goroutines over channels
 * that each of them may use in one direction only. */
#include <goro.h>
#include <stdio.h>

GORO_CHAN_OF(int, ints)

struct counter {
  ints_sender out;
  int n;
};

static void counter(void *arg) {
  struct counter *a = arg;
  for (int i = 1; i <= a->n; i++) ints_send(a->out, i);
  ints_close(a->out);
}

struct squarer {
  ints_receiver in;
  ints_sender out;
};

static void squarer(void *arg) {
  struct squarer *a = arg;
  int v;
  while (ints_recv(a->in, &v)) ints_send(a->out, v * v);
  ints_close(a->out);
}

static void printer(ints_receiver in) {
  int v;
  while (ints_recv(in, &v)) printf("%d\n", v);
}

int main(void) {
  ints numbers = ints_make(0);
  ints squares = ints_make(0);
  struct counter c = {ints_send_only(numbers), 12};
  struct squarer s = {ints_recv_only(numbers), ints_send_only(squares)};
  GORO_GO(counter, &c);
  GORO_GO(squarer, &s);
  printer(ints_recv_only(squares));
  ints_free(numbers);
  ints_free(squares);
}
