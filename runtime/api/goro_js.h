/* goro_js.h: JavaScript for goroutines: they wait for promises.
 *
 * For programs that goro cc makes for JavaScript hosts (-o app.mjs), beside
 * goro.h; the keys of the comments are explained there.
 *
 *     #include <goro.h>
 *     #include <goro_js.h>
 *     #include <stdio.h>
 *     #include <stdlib.h>
 *
 *     EM_JS(goro_js, js_get, (const char *url), {
 *       return goro.hold(fetch(UTF8ToString(url)).then(r => r.text()));
 *     })
 *
 *     struct get {
 *       const char *url;
 *       goro_js promise;
 *     };
 *     static void get(void *v) {
 *       struct get *g = v;
 *       g->promise = js_get(g->url);
 *     }
 *     int main(void) {
 *       struct get g = {"https://example.org/", 0};
 *       goro_js page;
 *       goro_on_main(get, &g);
 *       bool ok = goro_await(g.promise, &page);
 *       char *text = goro_js_text(page);
 *       puts(ok ? text : "it failed");
 *       free(text);
 *       goro_js_release(page);
 *       goro_js_release(g.promise);
 *     }
 *
 * The program's own JavaScript (EM_JS, EM_ASM) has an object `goro`:
 *     goro.hold(value)      a handle, to be returned to C; 0 for undefined
 *     goro.value(handle)    the value behind it
 *     goro.release(handle)  as goro_js_release
 *
 * Values live on the main thread, and so must all JavaScript that deals with
 * them: elsewhere goro.hold throws.  A goroutine calls it through goro_on_main,
 * from any thread, or stays on the main thread: the main goroutine starts there
 * (goro_lock_os_thread).  The functions below do so by themselves.
 *
 * What JavaScript throws into C ends the program, with a report.  What may fail
 * belongs into a promise: an async function.
 */
#ifndef GORO_JS_H
#define GORO_JS_H

#ifndef __EMSCRIPTEN__
#error "goro_js.h is for JavaScript hosts only: build with goro cc -o NAME.mjs"
#else

#include <emscripten.h>

#include "goro.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A handle of a JavaScript value, which keeps the value alive until
 * goro_js_release.  0 is undefined. */
typedef uint32_t goro_js;

/* Wait for a promise, as JavaScript's await does: for a thenable as well, and
 * for any other value a moment.
 *   Blocks   until it is settled.  If Node's event loop is empty, so that it
 *            can never be, and no goroutine can run: Fatal, "all goroutines are
 *            asleep - deadlock! (what they await can never settle: the event
 *            loop is empty)"
 *   Fatal    outside a goroutine; a handle that was released
 *   Returns  true if it was fulfilled, false if it was rejected; *result, if
 *            result is not NULL, gets the value or the reason
 *   Memory   *result is a handle of its own, to be released; promise stays
 *   Callable goroutine
 *   Go       none */
bool goro_await(goro_js promise, goro_js *result);

/* Call fn(arg) on the main thread, where values and pages live.  fn must not
 * block, nor start goroutines: it is as outside of any.
 *   Blocks   until it has returned, if the caller is on another thread
 *   Fatal    outside a goroutine
 *   Callable goroutine
 *   Go       none */
void goro_on_main(goro_func fn, void *arg);

/* What JavaScript's String(value) says; of an Error its name and message.
 *   Blocks   as goro_on_main
 *   Fatal    outside a goroutine; a handle that was released; out of memory
 *   Returns  the text in UTF-8
 *   Memory   free it with free()
 *   Callable goroutine
 *   Go       none */
char *goro_js_text(goro_js value);

/* Let go of a value.  A promise may be released while others await it.
 *   Fatal    a handle that was released
 *   Callable anywhere
 *   Go       none: Go has a garbage collector */
void goro_js_release(goro_js value);

#ifdef __cplusplus
}
#endif

#endif

#endif
