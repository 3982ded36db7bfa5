/* Shells use the exit codes from 126 on for themselves: they are refused. */
#include <stdlib.h>

int main(void) { exit(200); }
