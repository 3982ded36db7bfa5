/* A goroutine that is not done when main returns is lost: the sum is never
 * printed.  See sum_channel.c for the cure. */
#include <goro.h>
#include <stdio.h>

static void print_sum(void *numbers) {
  int n, sum = 0;
  while (goro_chan_recv(numbers, &n)) sum += n;
  printf("sum: %d\n", sum);
}

int main(void) {
  goro_chan *numbers = goro_chan_make(sizeof(int), 0);
  GORO_GO(print_sum, numbers);
  for (int n = 1; n <= 100; n++) goro_chan_send(numbers, &n);
  /* Even goro_chan_close would be too late: main waits for nobody. */
  puts("main: sent everything, and gone");
}
