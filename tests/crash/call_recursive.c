/* Frames in frames, without end. */
#include <goro.h>

static void again(void *unused) {
  goro_call(again, unused);
  goro_gosched();
}

int main(void) { goro_call(again, NULL); }
