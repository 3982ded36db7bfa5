#include <goro.h>

int main(void) { GORO_GO(NULL, NULL); }
