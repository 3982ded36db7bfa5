/* As partial_line, in a program that uses files: with them Emscripten keeps
 * the output in another place.
 * test: hosts wasi node20 node26 native */
#include <stdio.h>

int main(void) {
  if (fopen("/nowhere/file", "r") == NULL) printf("no file\nno newline");
}
