#include <goro.h>

int main(void) {
  goro_rwmutex rw = {0};
  goro_rwmutex_rlock(&rw);
  goro_rwmutex_runlock(&rw);
  goro_rwmutex_runlock(&rw);
}
