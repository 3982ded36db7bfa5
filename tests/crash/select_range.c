#include <goro.h>

int main(void) { goro_select(NULL, -1); }
