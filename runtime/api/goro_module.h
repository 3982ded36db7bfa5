/* goro_module.h: what a module that JavaScript calls exports and imports.
 *
 * For libraries that goro cc makes for the npm package (--package -o lib.wasm),
 * beside goro.h:
 *
 *     #include <goro.h>
 *     #include <goro_module.h>
 *
 *     GORO_IMPORT(app, ask) int ask(int question);
 *
 *     GORO_EXPORT int twice(int n) {
 *       goro_sleep(GORO_MILLISECOND);
 *       return n + ask(n);
 *     }
 *
 * and in JavaScript
 *
 *     const imports = { app: { ask: async (n) => n } };
 *     const rt = await start({ wasm, imports });
 *     await rt.exports.twice(21); // 42
 *
 * Each call from JavaScript is a goroutine of its own, and a promise there: any
 * number may be in flight, and each may block.  A panic that it does not
 * recover rejects the promise.  Of goroutines that C starts itself a panic is
 * the end of the runtime, as in any program.
 */
#ifndef GORO_MODULE_H
#define GORO_MODULE_H

#include <stddef.h>

#ifdef __cplusplus
#define GORO_MODULE_C_ extern "C"
#else
#define GORO_MODULE_C_
#endif

/* GORO_EXPORT int f(int n) {...}: JavaScript has it as rt.exports.f.
 * Parameters and the result are integers, floats and pointers. */
#define GORO_EXPORT GORO_MODULE_C_ __attribute__((used, visibility("default")))

/* GORO_IMPORT(app, f) int f(int n);: a function of JavaScript's, from the
 * option imports: { app: { f } } of start.  If it returns a promise, the
 * goroutine that calls it waits; if that is rejected, or the function throws,
 * it panics with the error's text.
 *   Blocks   until the promise is settled
 *   Panics   with the error's text
 *   Fatal    a promise outside a goroutine */
#if defined(__has_attribute) && __has_attribute(import_module)
#define GORO_IMPORT(module, name) \
  GORO_MODULE_C_ __attribute__((import_module(#module), import_name(#name)))
#else
#define GORO_IMPORT(module, name) GORO_MODULE_C_ extern
#endif

/* An element of a channel of kind bytes or block (rt.chan.bytes, which copies;
 * rt.chan.block, which does not).  Who receives it owns data, and frees it with
 * free(); who sends it has it from malloc(). */
typedef struct goro_bytes {
  void *data; /* NULL if len is 0 */
  size_t len;
} goro_bytes;

#endif
