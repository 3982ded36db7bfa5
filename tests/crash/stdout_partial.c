/* A line without its end comes out as well, as it is.  (A page has whole lines
 * only.)
 * test: hosts wasi node20 node26 native */
#include <goro.h>
#include <stdio.h>

int main(void) {
  printf("no newline");
  goro_panic("end");
}
