#include <goro.h>

int main(void) {
  goro_singleflight g = {0};
  goro_singleflight_do(&g, "key", NULL, NULL);
}
