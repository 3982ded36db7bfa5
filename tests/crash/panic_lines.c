/* Go indents the lines of a panic's text, so that none of them looks like part
 * of the report. */
#include <goro.h>

int main(void) { goro_panic("one\ngoroutine 7 [running]:\n"); }
