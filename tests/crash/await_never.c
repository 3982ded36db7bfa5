/* What main awaits can never settle.  Node knows when its event loop is empty.
 * test: hosts node20 node26
 */
#include <goro.h>
#include <goro_js.h>

static void never(void *promise) {
  *(goro_js *)promise =
      (goro_js)EM_ASM_INT({ return goro.hold(new Promise(function(){})); });
}

static void waits(void *unused) {
  (void)unused;
  goro_chan_recv(NULL, NULL);
}

int main(void) {
  goro_js promise;
  goro_on_main(never, &promise);
  GORO_GO(waits, NULL);
  goro_await(promise, NULL);
}
