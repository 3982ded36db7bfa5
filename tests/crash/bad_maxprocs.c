/* test: env GORO_MAXPROCS=all */
#include <goro.h>

int main(void) {}
