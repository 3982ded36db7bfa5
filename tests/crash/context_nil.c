#include <goro.h>

int main(void) { goro_context_err(NULL); }
