/* test: env GORO_SEED=12x */
#include <goro.h>

int main(void) {}
