/* As stdout_partial, in a program that uses files: with them Emscripten keeps
 * the output in another place.
 * test: hosts wasi node20 node26 native */
#include <goro.h>
#include <stdio.h>

int main(void) {
  if (fopen("/nowhere/file", "r") == NULL) printf("no newline");
  goro_panic("end");
}
