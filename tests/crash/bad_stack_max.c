/* test: env GORO_STACK_MAX=-1 */
#include <goro.h>

int main(void) {}
