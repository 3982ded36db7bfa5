#include <goro.h>

__attribute__((constructor)) static void too_early(void) { goro_read(0, 0, 0); }

int main(void) {}
