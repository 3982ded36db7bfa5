#include <goro.h>

int main(void) {
  goro_mutex mu = {0};
  goro_cond c;
  goro_cond_init(&c, &mu);
  goro_cond_signal(&c);
  goro_cond copy = c;
  goro_cond_broadcast(&copy);
}
