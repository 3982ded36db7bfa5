/** The command line of `goro cc`. */
import { extname } from 'node:path';
import { REFUSED, SANITIZE } from './flags.mjs';
import { UsageError } from './tools.mjs';

/** @typedef {import('./flags.mjs').Target} Target */
/** @typedef {import('./flags.mjs').Sanitizer} Sanitizer */

export const CC_USAGE = `usage: goro cc [options] FILE... -o OUTPUT

Compiles C and C++ programs written against goro.h and goro.hpp.

  -o app.wasm | app.mjs | app   WASI module, JavaScript module, native program
  --package                     a library for the npm package instead, as .wasm: JavaScript
                                calls what it exports (goro_module.h), by
                                (await start({ wasm })).exports
  --target=wasi|js|native       where the output's extension does not tell
  -c                            compile only, to FILE.o or the one -o names
  --debug                       runtime with lock ranks and invariant checks
  --sanitize[=address|thread]   AddressSanitizer and UBSan, or ThreadSanitizer (native
                                only; its own compiler: NATIVE_TSAN_CC)
  --threads                     goroutines run in parallel: on workers (.mjs), on
                                threads of a host that has wasi-threads (.wasm)
  --threads=only                the same, for .mjs without the program on one thread
                                for hosts that have no shared memory
  --c++                         links C++'s library also where no FILE is C++
  --stack-max=BYTES             largest C stack of a goroutine (256 KiB); for more
                                the engine needs a stack twice as large:
                                wasmtime -W max-wasm-stack=BYTES (has 512 KiB)
                                node --stack-size=KIB (has 984; see ulimit -s)
                                in a browser 480 KiB is the most
  --max-memory=BYTES            largest memory (with --threads 1 GiB)
  -g                            keep function names for traps and traces
  -v                            print the commands
  -Os -Oz                       the runtime is compiled for size as well, without traces
  -I -D -U -O -W -f -m -std     go to the compiler
  -l -L -Wl, -s                 go to the linker (-s: Emscripten's settings)

FILE is .c, .cpp, .cc, .cxx, .o or .a. BYTES may end in K, M or G.
`;

const INPUT = /\.(c|cpp|cc|cxx|o|a)$/;
const TARGETS = { '.wasm': 'wasi', '.mjs': 'js', '': 'native' };
const SUFFIXES = { '': 1, K: 1 << 10, M: 1 << 20, G: 1 << 30 };
const STACK_SIZES = { least: 4096, most: 0x7fffffff, unit: 1 };
const PAGE = 65536;
const MEMORY_SIZES = { least: PAGE, most: 2 ** 32, unit: PAGE };
/** Options whose value may be the next word. */
const WITH_VALUE =
  /^-([oIDULlsx]|include|isystem|Xlinker|MF|MT|mllvm)$|^--(js-library|(pre|post)-js|(embed|preload)-file)$/;
const LINKER = /^(-l|-L|-Wl,|-s[A-Z]|-Xlinker|--js-library|--pre-js|--post-js|--embed-file|--preload-file)/;
const COMPILER = /^-([IDUOWfm]|std=|include|isystem|ansi|pedantic|w$|M|g)/;

/**
 * @typedef {object} Options
 * @property {Target} target
 * @property {string} [output]
 * @property {boolean} compileOnly
 * @property {boolean} debug
 * @property {Sanitizer} [sanitize]
 * @property {boolean} threads
 * @property {boolean} [threadsOnly] no program on one thread beside it
 * @property {boolean} [cxx] link C++'s library in any case
 * @property {boolean} verbose
 * @property {number} [stackMax]
 * @property {number} [maxMemory]
 * @property {string[]} compile flags for the compiler
 * @property {(string | { input: string })[]} link inputs and linker flags, in order
 * @property {string} optimize the -O flag
 * @property {boolean} names -g was given
 */

/**
 * @param {string[]} args after `goro cc`
 * @returns {Options}
 * @throws {UsageError}
 */
export function parseOptions(args) {
  /** @type {any} */
  const o = {
    compileOnly: false, debug: false, threads: false, verbose: false,
    compile: [], link: [], optimize: '-O2', names: false,
  };
  const words = joinValues(args);
  for (const word of words) parseWord(o, word);
  finish(o);
  return o;
}

/** Glue separate values: ['-I', 'x'] → [['-I', 'x']], ['-s', 'A=1'] → '-sA=1'. */
function joinValues(args) {
  const words = [];
  for (let i = 0; i < args.length; i++) {
    const word = args[i];
    if (!WITH_VALUE.test(word)) words.push([word]);
    else if (i + 1 === args.length) throw new UsageError(`${word} needs a value`);
    else if (word === '-s') words.push([`-s${args[++i]}`]);
    else words.push([word, args[++i]]);
  }
  return words;
}

function parseWord(o, [word, value]) {
  const refused = REFUSED.find(([pattern]) => pattern.test(word));
  const [, name, text] = /^(--[\w-]+)=(.*)$/.exec(word) ?? [];
  const flag = [word, ...(value === undefined ? [] : [value])];
  if (refused) throw new UsageError(`${word}: ${refused[1]}`);
  if (word === '-o') o.output = value;
  else if (word === '-c') o.compileOnly = true;
  else if (word === '-v') o.verbose = true;
  else if (word === '--debug') o.debug = true;
  else if (word === '--sanitize') o.sanitize = 'address';
  else if (word === '--c++') o.cxx = true;
  else if (word === '--package') o.target = 'package';
  else if (word === '--threads') o.threads = true;
  else if (name === '--threads') parseThreads(o, text);
  else if (name === '--target') o.target = parseTarget(text);
  else if (name === '--sanitize') o.sanitize = parseSanitizer(text);
  else if (name === '--stack-max') o.stackMax = parseSize(name, text, STACK_SIZES);
  else if (name === '--max-memory') o.maxMemory = parseSize(name, text, MEMORY_SIZES);
  else if (!word.startsWith('-')) o.link.push(parseInput(word));
  else if (LINKER.test(word)) o.link.push(...flag);
  else if (COMPILER.test(word)) parseCompilerFlag(o, flag);
  else throw new UsageError(`unknown option ${word}`);
}

function parseCompilerFlag(o, flag) {
  if (/^-O/.test(flag[0])) o.optimize = flag[0];
  else o.compile.push(...flag);
  if (/^-g/.test(flag[0])) o.names = flag[0] !== '-g0';
}

function parseTarget(text) {
  if (!['wasi', 'js', 'native'].includes(text)) {
    throw new UsageError(`--target=${text}: there are wasi, js and native`);
  }
  return text;
}

function parseThreads(o, text) {
  if (text !== 'only') throw new UsageError(`--threads=${text}: there are --threads and --threads=only`);
  o.threads = true;
  o.threadsOnly = true;
}

function parseSanitizer(text) {
  if (!Object.hasOwn(SANITIZE, text)) {
    throw new UsageError(`--sanitize=${text}: there are address and thread`);
  }
  return text;
}

/**
 * A number of bytes: '65536', '64K', '1G'.
 * @param {string} name of the option @param {string} text
 * @param {{ least: number, most: number, unit: number }} sizes
 */
function parseSize(name, text, { least, most, unit }) {
  const [, digits, suffix = ''] = /^(\d+)([KMG]?)$/i.exec(text) ?? [];
  const size = Number(digits) * SUFFIXES[suffix.toUpperCase()];
  if (size >= least && size <= most && size % unit === 0) return size;
  const multiple = unit > 1 ? `, a multiple of ${unit},` : '';
  throw new UsageError(`${name}=${text}: a number of bytes${multiple} from ${least} to ${most} is needed`);
}

function parseInput(path) {
  if (!INPUT.test(path)) throw new UsageError(`${path}: goro cc takes .c, .cpp, .cc, .cxx, .o and .a files`);
  return { input: path };
}

function finish(o) {
  const inputs = o.link.filter((x) => x.input).length;
  if (inputs === 0) throw new UsageError('no input files');
  if (o.compileOnly) {
    o.target ??= 'wasi';
    if (o.output && inputs > 1) throw new UsageError('-c with -o takes one file');
  } else {
    if (!o.output) throw new UsageError('-o OUTPUT is needed');
    o.target ??= TARGETS[extname(o.output)];
    if (!o.target) {
      throw new UsageError(`${o.output}: name it .wasm, .mjs or without extension, or give --target`);
    }
  }
  if (o.target === 'package' && o.threads) throw new UsageError('--package works without --threads only, so far');
  if (o.maxMemory && o.target === 'native') throw new UsageError('--max-memory works with .wasm and .mjs');
  if (o.sanitize && o.target !== 'native') throw new UsageError('--sanitize works with --target=native only');
}
