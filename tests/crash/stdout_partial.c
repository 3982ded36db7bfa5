/* A line without its end comes out as well.
 * test: hosts wasi node20 node26 native */
#include <goro.h>
#include <stdio.h>

int main(void) {
  printf("no newline");
  goro_panic("end");
}
