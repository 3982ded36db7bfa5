/* test: hosts node20 node26 chromium */
#include <goro.h>
#include <goro_js.h>

__attribute__((constructor)) static void too_early(void) { goro_js_text(0); }

int main(void) {}
