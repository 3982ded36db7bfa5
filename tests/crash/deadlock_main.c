/* The shortest deadlock; what was printed before is not lost. */
#include <goro.h>
#include <stdio.h>

int main(void) {
  printf("before\n");
  goro_chan_recv(goro_chan_make(sizeof(int), 0), NULL);
  printf("after\n");
}
