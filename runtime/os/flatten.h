/* flatten.h: which frames an exported operation has.
 *
 * Go: none.
 *
 * asyncify unwinds and rewinds every frame between a goroutine's function and
 * its park, and keeps them meanwhile: so operations that wait are inlined into
 * their exported function as a whole, and one frame is left.  JavaScript's
 * operations are so short that each frame is a tenth of one (goro_npm.c).  A
 * native stack is switched as it is; there this would cost minutes of compiling
 * under the sanitizers, and show them fewer functions.
 */
#ifndef GORO_FLATTEN_H
#define GORO_FLATTEN_H

#ifdef __wasm__
#define GORO_FLATTEN __attribute__((flatten))
#else
#define GORO_FLATTEN
#endif

/* JavaScript's operations, and what they have in common with C's: in goro_npm.c
 * only, and not where bytes count, of which it takes some hundred. */
#if defined(GORO_NPM) && !defined(__OPTIMIZE_SIZE__)
#define GORO_FLATTEN_NPM GORO_FLATTEN
#else
#define GORO_FLATTEN_NPM
#endif

#endif
