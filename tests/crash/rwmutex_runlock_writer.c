/* RUnlock while a writer has it. */
#include <goro.h>

int main(void) {
  goro_rwmutex rw = {0};
  goro_rwmutex_lock(&rw);
  goro_rwmutex_runlock(&rw);
}
