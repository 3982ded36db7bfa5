/* panic(nil) is a panic, with a text of its own. */
#include <goro.h>

int main(void) { goro_panic(NULL); }
