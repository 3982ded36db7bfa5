/* os_pthread.c: host threads by POSIX.
 *
 * Go: newosproc of runtime/os_linux.go.
 */
#include "os/os_pthread.h"

#include <pthread.h>
#include <stdlib.h>

struct start {
  void (*fn)(void *);
  void *arg;
};

static void *thread_main(void *v) {
  struct start s = *(struct start *)v;
  free(v);
  s.fn(s.arg);
  return NULL;
}

static bool start_detached(struct start *s, size_t stack) {
  pthread_attr_t attr;
  pthread_t id;
  if (pthread_attr_init(&attr) != 0) return false;
  bool ok = pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED) == 0 &&
            pthread_attr_setstacksize(&attr, stack) == 0 &&
            pthread_create(&id, &attr, thread_main, s) == 0;
  pthread_attr_destroy(&attr);
  return ok;
}

bool goro__pthread_start(void (*fn)(void *), void *arg, size_t stack) {
  struct start *s = malloc(sizeof *s);
  if (!s) return false;
  *s = (struct start){fn, arg};
  if (start_detached(s, stack)) return true;
  free(s);
  return false;
}
