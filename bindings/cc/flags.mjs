/**
 * All flags: what the runtime and a user's program are compiled and linked
 * with, and how Binaryen is run.  Shared by the driver and by build-runtime.
 */

/** @typedef {'wasi' | 'js' | 'package' | 'native'} Target */
/** @typedef {'wasi' | 'wasi-threads' | 'js' | 'js-threads' | 'package' | 'native'} Row */
/** @typedef {keyof typeof SANITIZE} Sanitizer */

/**
 * A row of the tables below: a target, or its build with threads where that is
 * another one. A native program has threads in any case.
 * @param {Target} target @param {boolean} threads
 * @returns {Row}
 */
export const rowOf = (target, threads) => (threads && target !== 'native' ? `${target}-threads` : target);

// setjmp would unwind frames behind asyncify's back; exceptions likewise.
const WASI = ['-mno-tail-call', '-mno-exception-handling'];
const JS = ['-mno-tail-call', '-sSUPPORT_LONGJMP=0'];

/** What the C compiler is told for every file, the runtime's and the user's. */
export const COMMON = {
  wasi: WASI,
  'wasi-threads': [...WASI, '-pthread'],
  js: JS,
  'js-threads': [...JS, '-pthread'],
  native: ['-fno-omit-frame-pointer', '-pthread'],
  npm: JS,
  // Shared memory without pthreads: the package starts the workers.
  'npm-threads': [...JS, '-sSHARED_MEMORY=1', '-matomics', '-mbulk-memory'],
  package: JS,
};

/** Besides, for every file of C++ and for linking it. */
export const CXX = ['-fno-exceptions'];

/** Of the runtime's own files. */
export const RUNTIME = ['-std=c11', '-O2', '-g0'];
/** In a clone: who installs the package may have a compiler that knows more to warn of. */
export const STRICT = ['-Wall', '-Wextra', '-Wconversion', '-Werror'];
export const RUNTIME_NATIVE = ['-D_GNU_SOURCE', '-g'];
export const DEBUG = ['-DGORO_DEBUG=1'];
/** For programs that are compiled with -Os or -Oz: a fifth smaller, without traces; a switch takes up to twice as long. */
export const SMALL = ['-Oz', '-DGORO_TRACE=0'];
/** What a native program is watched by; two of them do not go together. */
export const SANITIZE = {
  address: ['-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-g'],
  thread: ['-fsanitize=thread', '-g'],
};

/** The runtime's files per target; goro.c and goro_npm.c include the others. */
export const SOURCES = {
  wasi: ['goro.c', 'os/os_wasip1.c', 'os/os_wasip1_poll.c', 'os/os_wasip1_st.c', 'os/os_st.c', 'stack/switch_asyncify.c'],
  'wasi-threads': ['goro.c', 'os/os_wasip1.c', 'os/os_wasip1_poll.c', 'os/os_wasip1_mt.c', 'os/os_pthread.c', 'stack/switch_asyncify.c'],
  js: ['goro.c', 'api/goro_js.c', 'os/os_js.c', 'os/os_js_memory.c', 'os/os_js_poll.c', 'os/os_js_st.c', 'os/os_st.c', 'stack/switch_asyncify.c'],
  'js-threads': ['goro.c', 'api/goro_js.c', 'os/os_js.c', 'os/os_js_memory.c', 'os/os_js_poll.c', 'os/os_js_mt.c', 'os/os_pthread.c', 'stack/switch_asyncify.c'],
  native: ['goro.c', 'os/os_unix.c', 'os/os_unix_poll.c', 'os/os_pthread.c', 'stack/switch_ucontext.c'],
  npm: ['goro_npm.c', 'os/os_npm.c', 'os/os_npm_st.c', 'os/os_st.c', 'os/os_js_memory.c', 'stack/switch_asyncify.c'],
  'npm-threads': ['goro_npm.c', 'os/os_npm.c', 'os/os_npm_mt.c', 'api/ffi_mt.c', 'stack/switch_asyncify.c'],
  package: ['goro_npm.c', 'os/os_npm.c', 'os/os_npm_st.c', 'os/os_st.c', 'os/os_js_memory.c', 'api/ffi_module.c', 'stack/switch_asyncify.c'],
};

/** JavaScript starts goroutines by the thousand, and nobody robs the Ps that run them: queues of Go's length would be emptied again and again. */
const LONG_QUEUES = ['-DGORO_RUNQ_SIZE=2048', '-DGORO_GFREE_MAX=2048'];

/** Of the runtime's files for one target. A user's module may export any name, so the runtime's begin with this. */
export const RUNTIME_FOR = {
  npm: LONG_QUEUES,
  'npm-threads': LONG_QUEUES,
  package: [...LONG_QUEUES, '-DGORO_NPM_PREFIX="goro:"'],
};

/** The M's own C stack: the scheduler, morestack and fatal errors run on it. */
const M_STACK = 65536;

// _start is the runtime's.  With the stack first, an M whose own stack
// overflows traps instead of writing over data.  DWARF would not survive
// the passes; --strip-debug leaves the names.
const LINK_WASI = [
  '-nostartfiles', '-Wl,--strip-debug', '-Wl,--stack-first', `-Wl,-z,stack-size=${M_STACK}`,
];

const LINK_JS = [
  '-O1', '--profiling-funcs', '-sWASM_BIGINT=1', '-sMODULARIZE=1',
  '-sEXPORT_ES6=1', '-sEXIT_RUNTIME=1', '-sINVOKE_RUN=0',
  '-sALLOW_MEMORY_GROWTH=1', `-sSTACK_SIZE=${M_STACK}`,
  '-sSUPPORT_LONGJMP=0', '-sENVIRONMENT=web,worker,node',
  // Nothing else refers to the runtime in a program without goroutines.
  '-Wl,--undefined=goro__js_boot', '-Wl,--wrap=exit',
  // What libc writes to stdout and stderr goes the runtime's way: byte for byte,
  // and no worker has to wait for it.
  '-Wl,--wrap=__wasi_fd_write',
];

const LINK_NPM = [
  '-O1', '--profiling-funcs', '-sWASM_BIGINT=1', '--no-entry', '-sALLOW_MEMORY_GROWTH=1',
  `-sSTACK_SIZE=${M_STACK}`, '-sMALLOC=emmalloc', '-sSUPPORT_LONGJMP=0',
  '-sERROR_ON_UNDEFINED_SYMBOLS=0',
];
const NPM_MEMORY = '-sINITIAL_MEMORY=1048576';

/**
 * The maximum of a shared memory has to be named, and engines reserve it as
 * address space: iOS refuses 2 GiB (emscripten-core/emscripten#19144,
 * godotengine/godot#70621) and takes 1 GiB. Where a host refuses this one too,
 * the program tries halves of it when it starts (os_js_choose.js).
 */
export const THREADS_MAX_MEMORY = 1 << 30;

/**
 * Linking.  Nothing here may let a Binaryen tool touch the module: our passes
 * need the linker's output as it is, with names (emcc runs none at -O1 with
 * WASM_BIGINT).
 */
export const LINK = {
  wasi: LINK_WASI,
  // Of a module with threads every instance gets the same memory, from the host.
  'wasi-threads': [...LINK_WASI, '-pthread', '-Wl,--import-memory,--export-memory'],
  js: LINK_JS,
  // libc's waiting must not reach an indirect call: malloc and all that calls it
  // would be instrumented (os_js_mt.c).
  'js-threads': [
    ...LINK_JS, '-pthread', '-Wno-pthreads-mem-growth', '-Wl,--wrap=_emscripten_yield',
  ],
  native: ['-Wl,--wrap=main', '-pthread'],
  // The package's own loader brings all imports (runtime/os/os_npm.h).
  npm: [...LINK_NPM, NPM_MEMORY, '-sSTANDALONE_WASM=1'],
  // Undefined symbols are imports here: passes/guest.mjs says which.
  package: [...LINK_NPM, '-sSTANDALONE_WASM=1', '-sWARN_ON_UNDEFINED_SYMBOLS=0', '-sINITIAL_HEAP=1048576'],
  // There is no standalone module with shared memory: of what emcc makes, the
  // JavaScript is not used, and os_npm_mt.c has what it would import.
  'npm-threads': [
    ...LINK_NPM, NPM_MEMORY, '-sSHARED_MEMORY=1', '-sIMPORTED_MEMORY=1', `-sMAXIMUM_MEMORY=${THREADS_MAX_MEMORY}`,
    '-sWARN_ON_UNDEFINED_SYMBOLS=0', '-Wno-pthreads-mem-growth', '-Wno-js-compiler',
  ],
};

const MAX_MEMORY_WASI = (bytes) => [`-Wl,--max-memory=${bytes}`];

/** How a module's memory is kept below a size, where the row allows it. */
export const MAX_MEMORY = {
  wasi: MAX_MEMORY_WASI,
  'wasi-threads': MAX_MEMORY_WASI,
  js: (bytes) => [`-sMAXIMUM_MEMORY=${bytes}`],
  package: (bytes) => [`-sMAXIMUM_MEMORY=${bytes}`],
  'js-threads': (bytes) => [`-sMAXIMUM_MEMORY=${bytes}`],
};

/**
 * WebAssembly features that Binaryen may find and use.  Named one by one:
 * "all" has some that engines refuse.
 */
export const FEATURES = [
  'mutable-globals', 'sign-ext', 'nontrapping-float-to-int', 'bulk-memory',
  'simd', 'multivalue', 'reference-types', 'threads',
];

/**
 * Functions that stay by themselves: the runtime's, Emscripten's, and those of
 * wasi-libc and of the one in toolchain/wasi-threads. Node 20's baseline compiler
 * loses locals that are alive across a wait: in a loop it would compare with
 * garbage, and wait for ever.
 */
export const NO_INLINE = [
  'os_futexsleep', 'emscripten_futex_wait', '__wasilibc_futex_wait', '__wt_futex_wait',
].map((f) => `--no-inline=${f}`);

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
  [/^-f(wasm-)?exceptions$|^-fwasm-sjlj|^-mexception-handling$/, 'goroutines cannot wait where a C++ exception may pass; panic and recover can'],
  [/^-mtail-call$/, 'asyncify cannot unwind through tail calls'],
  [/^-pthread$|^-s(USE_PTHREADS|SHARED_MEMORY)/, 'threads are asked for with --threads, and are goro\'s'],
  [/^-s(PROXY_TO_PTHREAD|WASM_WORKERS|PTHREAD_POOL)/, 'threads are started by goro'],
  [/^-s(ASYNCIFY|JSPI)/, 'goro runs asyncify by itself'],
  [/^-sSUPPORT_LONGJMP/, 'setjmp and longjmp would cut through goroutine stacks'],
  [/^-s(MAIN|SIDE)_MODULE|^-fPIC$|^-shared$/, 'goroutine stacks need the whole program in one module'],
  [/^-s(WASM=0|STANDALONE_WASM)/, 'the output for JavaScript is a module beside a wasm file'],
  [/^-s(INVOKE_RUN|EXIT_RUNTIME|MODULARIZE|EXPORT_ES6)\b/, 'the program is started and ended by goro'],
  [/^-sMEMORY64|^-m64$|--target=wasm64/, 'memory is 32-bit'],
];
