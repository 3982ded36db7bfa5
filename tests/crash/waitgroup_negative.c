#include <goro.h>

int main(void) {
  goro_waitgroup wg = {0};
  goro_waitgroup_add(&wg, 1);
  goro_waitgroup_done(&wg);
  goro_waitgroup_done(&wg);
}
