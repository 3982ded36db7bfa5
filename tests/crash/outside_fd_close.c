#include <goro.h>

__attribute__((constructor)) static void too_early(void) { goro_close(0); }

int main(void) {}
