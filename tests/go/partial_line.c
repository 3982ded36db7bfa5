/* The last line of the output has no end, and gets none.  (A page has whole
 * lines only.)
 * test: hosts wasi node20 node26 native */
#include <stdio.h>

int main(void) { printf("whole\nno newline"); }
