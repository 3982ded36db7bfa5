/* os_pthread.h: host threads by POSIX, for hosts that have them. */
#ifndef GORO_OS_PTHREAD_H
#define GORO_OS_PTHREAD_H

#include <stdbool.h>
#include <stddef.h>

/* Start a detached thread that calls fn(arg) on a C stack of that many bytes.
 * False: there is no memory, or the system has no more threads. */
bool goro__pthread_start(void (*fn)(void *), void *arg, size_t stack);

#endif
