/* test: hosts node20 node26 chromium */
#include <goro.h>
#include <goro_js.h>

__attribute__((constructor)) static void too_early(void) {
  goro_await(0, NULL);
}

int main(void) {}
