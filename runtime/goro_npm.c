/* goro_npm.c: the runtime and what the npm package calls of it as one
 * translation unit.
 *
 * So the operations of JavaScript are inlined into their exported functions
 * (os/flatten.h).
 */
#define GORO_NPM

#include "goro.c"

#include "api/ffi.c"
