/* tls.h: the current G of this M.
 *
 * Go: getg.
 *
 * In WebAssembly a mutable global of the instance: every worker has its own,
 * reading it is one instruction, and the compiler cannot keep its address in
 * a local across a suspension, as it would with a thread-local variable.
 * Defined in stack/switch_asyncify.c.  Elsewhere a thread-local behind a
 * noinline accessor, for the same reason.
 *
 * The value is constant for the code of one goroutine, whichever M runs it.
 */
#ifndef GORO_TLS_H
#define GORO_TLS_H

struct g;

#ifdef __wasm__

static inline struct g *getg(void) {
  struct g *gp;
  __asm__ volatile(".globaltype goro__g, i32\n"
                   "global.get goro__g\n"
                   "local.set %0"
                   : "=r"(gp));
  return gp;
}

static inline void setg(struct g *gp) {
  __asm__ volatile(".globaltype goro__g, i32\n"
                   "local.get %0\n"
                   "global.set goro__g"
                   :
                   : "r"(gp)
                   : "memory");
}

#else

__attribute__((noinline)) struct g *getg(void);
__attribute__((noinline)) void setg(struct g *gp);

#endif

#endif
