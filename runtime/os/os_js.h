/* os_js.h: what the two builds for JavaScript hosts share, and where they
 * differ.
 *
 * os_js.c is in both.  os_js_st.c goes with it into the build with one thread,
 * os_js_mt.c (and os_js_mt.js) into the one whose Ms are workers.
 */
#ifndef GORO_OS_JS_H
#define GORO_OS_JS_H

#include <stdbool.h>
#include <stddef.h>

/* ---- imports, from os_js.js ---- */

/* Write in the calling thread. */
void goro_js_write(int fd, const void *p, size_t n);
/* Is fd, 1 or 2, still what the program began with?  Main thread. */
int goro_js_isconsole(int fd);
/* Bring out lines without an end.  Main thread. */
void goro_js_flush(void);
/* End the program, with libc's and Emscripten's last things or at once.  Main
 * thread. */
_Noreturn void goro_js_exit(int code, int at_once);
/* Milliseconds of a monotonic clock that counts from origin (ms since 1970). */
double goro_js_now(double origin);
/* This thread's time of origin, in ms since 1970. */
double goro_js_origin(void);
/* Why the program without threads was chosen, from malloc; or NULL. */
char *goro_js_reason(void);
/* The slice driver: run a slice soon.  Main thread. */
void goro_js_wake(void);
/* goro__js_call(fn, arg), from the event loop and below no slice.  Main thread;
 * in api/goro_js.js. */
void goro_js_later(void (*fn)(void *), void *arg);

/* ---- os_js_st.c or os_js_mt.c ---- */

/* Does libc's fd, 1 or 2, go to os_write? */
bool goro__js_isconsole(int fd);
/* Before anything else of the program. */
void goro__js_init(void);
/* The last part of libc's exit. */
_Noreturn void goro__js_exit(int code);
/* Have the main thread call fn(arg) from its event loop, below no slice.  Does
 * not wait for it. */
void goro__js_later(void (*fn)(void *), void *arg);

#endif
