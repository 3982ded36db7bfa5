/**
 * All flags: what the runtime and a user's program are compiled and linked
 * with, and how Binaryen is run.  Shared by the driver and by build-runtime.
 */

/** @typedef {'wasi' | 'js' | 'native'} Target */

/** What the C compiler is told for every file, the runtime's and the user's. */
export const COMMON = {
  // setjmp would unwind frames behind asyncify's back; exceptions likewise.
  wasi: ['-mno-tail-call', '-mno-exception-handling'],
  js: ['-mno-tail-call', '-sSUPPORT_LONGJMP=0'],
  native: ['-fno-omit-frame-pointer', '-pthread'],
};

/** Of the runtime's own files. */
export const RUNTIME = [
  '-std=c11', '-Wall', '-Wextra', '-Wconversion', '-Werror', '-O2', '-g0',
];
export const RUNTIME_NATIVE = ['-D_GNU_SOURCE', '-g'];
export const DEBUG = ['-DGORO_DEBUG=1'];
export const SANITIZE = [
  '-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-g',
];

/** The runtime's files per target, beside the amalgamation goro.c. */
export const SOURCES = {
  wasi: ['goro.c', 'os/os_wasip1.c', 'stack/switch_asyncify.c'],
  js: ['goro.c', 'os/os_js.c', 'stack/switch_asyncify.c'],
  native: ['goro.c', 'os/os_unix.c', 'stack/switch_ucontext.c'],
};

/** The M's own C stack: the scheduler, morestack and fatal errors run on it. */
const M_STACK = 65536;

/**
 * Linking.  Nothing here may let a Binaryen tool touch the module: our passes
 * need the linker's output as it is, with names (emcc runs none at -O1 with
 * WASM_BIGINT).
 */
export const LINK = {
  // _start is the runtime's.  With the stack first, an M whose own stack
  // overflows traps instead of writing over data.  DWARF would not survive
  // the passes; --strip-debug leaves the names.
  wasi: [
    '-nostartfiles', '-Wl,--strip-debug', '-Wl,--stack-first', `-Wl,-z,stack-size=${M_STACK}`,
  ],
  js: [
    '-O1', '--profiling-funcs', '-sWASM_BIGINT=1', '-sMODULARIZE=1',
    '-sEXPORT_ES6=1', '-sEXIT_RUNTIME=1', '-sINVOKE_RUN=0',
    '-sALLOW_MEMORY_GROWTH=1', `-sSTACK_SIZE=${M_STACK}`,
    '-sSUPPORT_LONGJMP=0', '-sENVIRONMENT=web,worker,node',
    // Nothing else refers to the runtime in a program without goroutines.
    '-Wl,--undefined=goro__js_boot', '-Wl,--wrap=exit',
  ],
  native: ['-Wl,--wrap=main', '-pthread'],
};

/**
 * WebAssembly features that Binaryen may find and use.  Named one by one:
 * "all" has some that engines refuse.
 */
export const FEATURES = [
  'mutable-globals', 'sign-ext', 'nontrapping-float-to-int', 'bulk-memory',
  'simd', 'multivalue', 'reference-types',
];

/** asyncify: only its own imports suspend; no function lists, ever. */
export const ASYNCIFY = [
  '--asyncify', '--pass-arg=asyncify-ignore-imports', '--optimize-level=3',
];

/** Exports for the passes only, the runtime's and asyncify's; they go. */
export const PASS_EXPORTS = [
  'goro__morestack', 'goro__unwind_overflow', 'asyncify_start_unwind', 'asyncify_stop_unwind',
  'asyncify_start_rewind', 'asyncify_stop_rewind', 'asyncify_get_state',
];

/** Bytes that the runtime keeps behind the end of an unwind buffer. */
export const UNWIND_SLACK = 16384;

/** Flags that cannot work with goroutines, and why. */
export const REFUSED = [
  [/^-f(wasm-)?exceptions$|^-fwasm-sjlj|^-mexception-handling$/, 'asyncify cannot unwind through wasm exceptions'],
  [/^-mtail-call$/, 'asyncify cannot unwind through tail calls'],
  [/^-pthread$|^-s(USE_PTHREADS|PROXY_TO_PTHREAD|WASM_WORKERS)/, 'a program has one thread, shared by its goroutines'],
  [/^-s(ASYNCIFY|JSPI)/, 'goro runs asyncify by itself'],
  [/^-sSUPPORT_LONGJMP/, 'setjmp and longjmp would cut through goroutine stacks'],
  [/^-s(MAIN|SIDE)_MODULE|^-fPIC$|^-shared$/, 'goroutine stacks need the whole program in one module'],
  [/^-s(WASM=0|STANDALONE_WASM)/, 'the output for JavaScript is a module beside a wasm file'],
  [/^-s(INVOKE_RUN|EXIT_RUNTIME|MODULARIZE|EXPORT_ES6)\b/, 'the program is started and ended by goro'],
  [/^-sMEMORY64|^-m64$|--target=wasm64/, 'memory is 32-bit'],
];
