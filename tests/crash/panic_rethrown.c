/* The text of a panic that is over may be that of the next one. */
#include <goro.h>

static const char *text;

static void recovers(void *unused) {
  (void)unused;
  text = goro_recover();
}

static void panics(void *unused) {
  goro_defer(recovers, unused);
  goro_panic("again and again");
}

int main(void) {
  goro_call(panics, NULL);
  goro_panic(text);
}
