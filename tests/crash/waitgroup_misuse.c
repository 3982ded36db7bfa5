/* Add while the counter is 0 and somebody waits.  That takes two at once; here
 * the state in which it would be found is made by hand: one waiter, counter
 * 0. */
#include <goro.h>

int main(void) {
  goro_waitgroup wg = {.state_ = 1};
  goro_waitgroup_add(&wg, 1);
}
