/* Not even where it is the main thread.
 * test: hosts node20 node26 chromium */
#include <goro.h>
#include <goro_js.h>

static void nothing(void *unused) { (void)unused; }

__attribute__((constructor)) static void too_early(void) {
  goro_on_main(nothing, NULL);
}

int main(void) {}
