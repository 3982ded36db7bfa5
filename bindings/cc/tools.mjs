/**
 * Finds compilers and Binaryen: environment variables first, then the
 * project's own toolchain (toolchain/install.sh wrote its env file), then PATH.
 */
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the whole project. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** An error with a sentence for the user, and no stack trace. */
export class UsageError extends Error {
  name = 'UsageError';
}

/** Whether that is a clone of the project, and not an installed package. */
export const CLONE = existsSync(join(ROOT, 'build.sh'));

/** Of the package. */
export const VERSION = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version;

const SETUP = CLONE ? "run './build.sh setup', or " : '';

/** Per tool: names in PATH, where an SDK has it, and what helps without it. */
const TOOLS = {
  EMCC: {
    names: ['emcc'], sdk: ['EMSDK', 'upstream/emscripten/emcc'],
    help: `Emscripten's emcc is needed for .mjs: ${SETUP}install emsdk and set EMSDK`,
  },
  EMAR: {
    names: ['emar'], sdk: ['EMSDK', 'upstream/emscripten/emar'],
    help: `Emscripten's emar is needed: ${SETUP}install emsdk and set EMSDK`,
  },
  WASM_OPT: {
    names: ['wasm-opt'], sdk: ['EMSDK', 'upstream/bin/wasm-opt'],
    // The npm package's does the same, four times as slowly.
    fallback: () => [process.execPath, fileURLToPath(new URL('bin/wasm-opt', import.meta.resolve('binaryen')))],
  },
  WASI_CC: {
    names: ['wasm32-wasip1-clang', 'wasm32-wasi-clang'],
    sdk: ['WASI_SDK_PATH', 'bin/clang', ['--target=wasm32-wasip1']],
    help: `A C compiler for WASI is needed for .wasm: ${SETUP}install wasi-sdk and set WASI_SDK_PATH`,
  },
  WASI_THREADS_CC: {
    names: ['wasm32-wasip1-threads-clang', 'wasm32-wasi-threads-clang'],
    sdk: ['WASI_SDK_PATH', 'bin/clang', ['--target=wasm32-wasip1-threads']],
    help: `A C compiler for WASI with threads is needed for .wasm with --threads: ${SETUP}install wasi-sdk and set WASI_SDK_PATH`,
  },
  WASI_AR: {
    names: ['llvm-ar'], sdk: ['WASI_SDK_PATH', 'bin/llvm-ar'],
    help: `llvm-ar is needed: ${SETUP}install wasi-sdk and set WASI_SDK_PATH`,
  },
  EMXX: {
    names: ['em++'], sdk: ['EMSDK', 'upstream/emscripten/em++'], beside: 'EMCC',
    help: `Emscripten's em++ is needed for C++ in .mjs: ${SETUP}install emsdk and set EMSDK`,
  },
  WASI_CXX: {
    names: ['wasm32-wasip1-clang++', 'wasm32-wasi-clang++'],
    sdk: ['WASI_SDK_PATH', 'bin/clang++', ['--target=wasm32-wasip1']], beside: 'WASI_CC',
    help: `A C++ compiler for WASI is needed for C++ in .wasm: ${SETUP}install wasi-sdk and set WASI_SDK_PATH`,
  },
  WASI_THREADS_CXX: {
    names: ['wasm32-wasip1-threads-clang++', 'wasm32-wasi-threads-clang++'],
    sdk: ['WASI_SDK_PATH', 'bin/clang++', ['--target=wasm32-wasip1-threads']], beside: 'WASI_THREADS_CC',
    help: 'C++ in .wasm with --threads needs a libc++ with threads, which wasi-sdk has: install it and set WASI_SDK_PATH',
  },
  NATIVE_CXX: {
    names: ['c++', 'g++', 'clang++'], beside: 'NATIVE_CC',
    help: 'A C++ compiler is needed for the native build: install g++ or clang, or set NATIVE_CXX',
  },
  NATIVE_TSAN_CXX: {
    names: ['c++', 'g++', 'clang++'], beside: 'NATIVE_TSAN_CC',
    help: 'A C++ compiler with ThreadSanitizer is needed: install g++ or clang, or set NATIVE_TSAN_CXX',
  },
  NATIVE_CC: {
    names: ['cc', 'gcc', 'clang'],
    help: 'A C compiler is needed for the native build: install gcc or clang, or set NATIVE_CC',
  },
  NATIVE_TSAN_CC: {
    names: ['cc', 'gcc', 'clang'],
    help: 'A C compiler with ThreadSanitizer is needed: install gcc or clang, or set NATIVE_TSAN_CC',
  },
  AR: { names: ['ar'], help: 'ar is needed for the native build: install binutils' },
};

/** @typedef {keyof typeof TOOLS} ToolName */

/** The variables that the toolchain's env file sets; {} without one. */
let cachedEnv;
function toolchainEnv() {
  if (cachedEnv) return cachedEnv;
  cachedEnv = {};
  const file = process.env.GORO_TOOLCHAIN_ENV ?? join(ROOT, '.toolchain/env.sh');
  if (!existsSync(file)) return cachedEnv;
  const out = execFileSync('bash', ['-c', '. "$1" && env -0', 'bash', file], { encoding: 'utf8' });
  for (const entry of out.split('\0')) {
    const at = entry.indexOf('=');
    if (at > 0) cachedEnv[entry.slice(0, at)] = entry.slice(at + 1);
  }
  return cachedEnv;
}

function executable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function inPath(name) {
  for (const dir of (process.env.PATH ?? '').split(delimiter)) {
    // npm's wrappers are the npm package binaryen in JavaScript: slow.
    if (dir.endsWith(join('node_modules', '.bin'))) continue;
    const path = join(dir, name);
    if (dir && executable(path)) return path;
  }
}

function inSdk([variable, path, args = []] = []) {
  const dir = variable && process.env[variable];
  if (!dir) return;
  const full = join(dir, path);
  if (!executable(full)) throw new UsageError(`${variable} is set, but ${full} is not there`);
  return [full, ...args];
}

/** The C++ compiler that lies beside a C compiler: gcc-12 → g++-12. */
function besideCc(name) {
  const [cc, ...args] = tool(name);
  const file = basename(cc).replace(/clang(?!\+)|gcc|cc/, (word) => ({ clang: 'clang++', gcc: 'g++', cc: 'c++' })[word]);
  const cxx = join(dirname(cc), file.replace(/^emc\+\+/, 'em++'));
  if (cxx !== cc && executable(cxx)) return [cxx, ...args];
}

/**
 * The command of a tool, as a list of words.
 * @param {ToolName} name
 * @returns {string[]}
 * @throws {UsageError} where there is none: the message says what to install
 */
export function tool(name) {
  const { names, sdk, beside, help, fallback } = TOOLS[name];
  const set = process.env[name];
  if (set) return set.split(/\s+/);
  const found = inSdk(sdk) ?? toolchainEnv()[name]?.split(/\s+/);
  if (found) return found;
  const cxx = beside && besideCc(beside);
  if (cxx) return cxx;
  for (const candidate of names) {
    const path = inPath(candidate);
    if (path) return [path];
  }
  if (fallback) return fallback();
  throw new UsageError(help);
}

/** The environment for the tools: EM_CONFIG of another Emscripten misleads. */
export function toolEnv() {
  const env = { ...process.env };
  const own = toolchainEnv();
  if (own.EMCC && !process.env.EMCC && !process.env.EMSDK && !own.EM_CONFIG) delete env.EM_CONFIG;
  return env;
}
