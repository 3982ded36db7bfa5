#include <goro.h>

int main(void) { goro_runtime_error("index out of range [5] with length 3"); }
