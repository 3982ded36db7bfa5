/* os_npm.h: the imports of the npm package's module (bindings/src/ffi.ts), and
 * the names of its exports. */
#ifndef GORO_OS_NPM_H
#define GORO_OS_NPM_H

#include <stddef.h>

/* A user's module has names of its own, so those of the runtime are "goro:..."
 * there; its flags say so. */
#ifndef GORO_NPM_PREFIX
#define GORO_NPM_PREFIX ""
#endif
#define NPM_EXPORT(name) __attribute__((export_name(GORO_NPM_PREFIX #name)))

#define JS(name) __attribute__((import_module("goro"), import_name(#name)))

/* Milliseconds of a monotonic clock, the same one for all threads, and of the
 * wall clock since 1970. */
JS(now) double goro_js_now(void);
JS(wall) double goro_js_wall(void);
JS(random) void goro_js_random(void *p, size_t n);
JS(write) void goro_js_write(int fd, const void *p, size_t n);
JS(exit) _Noreturn void goro_js_exit(int code);
/* With threads only: the agent, which waits for no word, is awake. */
JS(wake) void goro_js_wake(void *agent);

#endif
