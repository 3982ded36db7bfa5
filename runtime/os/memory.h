/* memory.h: is memory shared between threads, and accesses that race by design.
 *
 * Go: plain loads and stores of the runtime that its comments call racy.
 *
 * WebAssembly has sequentially consistent atomics only, and their store costs a
 * full fence; its plain accesses of aligned words never tear, which is all that
 * is asked for here.  volatile keeps the compiler from doing them twice or not
 * at all.  Elsewhere C11's relaxed atomics, which ThreadSanitizer knows.
 */
#ifndef GORO_MEMORY_H
#define GORO_MEMORY_H

/* 1 where a program can have several threads. */
#if defined(__wasm__) && !defined(__wasm_atomics__)
#define GORO_THREADS 0
#else
#define GORO_THREADS 1
#endif

#ifdef __wasm__
#define LoadRelaxed(p) (*(const volatile __typeof__(*(p)) *)(p))
#define StoreRelaxed(p, v) ((void)(*(volatile __typeof__(*(p)) *)(p) = (v)))
#else
#define LoadRelaxed(p) __atomic_load_n((p), __ATOMIC_RELAXED)
#define StoreRelaxed(p, v) __atomic_store_n((p), (v), __ATOMIC_RELAXED)
#endif

#endif
