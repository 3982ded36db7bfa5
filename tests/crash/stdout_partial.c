/* A line without its end comes out as well.  (Emscripten has only whole lines:
 * there it gets an end.)
 * test: hosts wasi native */
#include <goro.h>
#include <stdio.h>

int main(void) {
  printf("no newline");
  goro_panic("end");
}
