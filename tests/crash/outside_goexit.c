/* test: hosts wasi native */
#include <goro.h>

__attribute__((constructor)) static void too_early(void) { goro_goexit(); }

int main(void) {}
