#include <goro.h>

int main(void) { goro_context_with_cancel(NULL); }
