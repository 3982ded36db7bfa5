/** The compile driver: compile, link, transform, put into place. */
import {
  copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { COMMON, CXX, LINK, MAX_MEMORY, rowOf, SANITIZE, THREADS_MAX_MEMORY } from './flags.mjs';
import { libraryFor, VARIANTS } from './library.mjs';
import { memoryOf } from './passes/module.mjs';
import { transform } from './passes/pipeline.mjs';
import { parallel, run } from './run.mjs';
import { ROOT, tool, UsageError } from './tools.mjs';

/** @typedef {import('./options.mjs').Options} Options */

const COMPILER = {
  wasi: 'WASI_CC', 'wasi-threads': 'WASI_THREADS_CC', js: 'EMCC', 'js-threads': 'EMCC', package: 'EMCC', native: 'NATIVE_CC',
};
const CXX_SOURCE = /\.(cpp|cc|cxx)$/;
const SOURCE = /\.(c|cpp|cc|cxx)$/;

/** The compiler for C, or for C++ with its flag. */
function compiler(o, cxx) {
  const name = o.sanitize === 'thread' ? 'NATIVE_TSAN_CC' : COMPILER[row(o)];
  if (!cxx) return tool(name);
  return [...tool(name === 'EMCC' ? 'EMXX' : name.replace(/CC$/, 'CXX')), ...CXX];
}

/** The C++ compiler links what has C++ in it. */
const linker = (o) => compiler(o, o.cxx || o.link.some(({ input }) => CXX_SOURCE.test(input ?? '')));
const RUNTIME = join(ROOT, 'runtime');

/**
 * Compile, and link unless -c.
 * @param {Options} options
 */
export async function cc(options) {
  checkInputs(options);
  if (options.compileOnly) return compileOnly(options);
  const temp = mkdtempSync(join(tmpdir(), 'goro-cc-'));
  const clean = () => rmSync(temp, { recursive: true, force: true });
  process.once('exit', clean);
  try {
    if (row(options) === 'js-threads') await bothJs(options, temp);
    else await LINKERS[options.target](options, await compileAll(options, temp), temp);
  } finally {
    clean();
    process.removeListener('exit', clean);
  }
}

const row = (o) => rowOf(o.target, o.threads);

function checkInputs(o) {
  for (const { input } of o.link.filter((x) => x.input)) {
    if (!existsSync(input)) throw new UsageError(`${input}: no such file`);
  }
}

function compileCommand(o, source, object) {
  return [
    ...compiler(o, CXX_SOURCE.test(source)), ...COMMON[row(o)], o.optimize, ...o.compile,
    ...(SANITIZE[o.sanitize] ?? []), `-I${join(RUNTIME, 'api')}`, '-c', source, '-o', object,
  ];
}

async function compileOnly(o) {
  const sources = o.link.filter((x) => SOURCE.test(x.input ?? '')).map((x) => x.input);
  await parallel(sources.map((source) => () =>
    run(compileCommand(o, source, o.output ?? basename(source).replace(SOURCE, '.o')), o)));
}

/** Compile the source files; give back all inputs and link flags in their order. */
async function compileAll(o, temp) {
  const jobs = [];
  const inputs = o.link.map((word, i) => {
    if (!word.input) return word;
    if (!SOURCE.test(word.input)) return word.input;
    const object = join(temp, `${i}-${basename(word.input)}.o`);
    jobs.push(() => run(compileCommand(o, word.input, object), o));
    return object;
  });
  if (o.stackMax) {
    const source = join(temp, 'stackmax.c');
    writeFileSync(source, stackMaxSource(o.stackMax));
    jobs.push(() => run(compileCommand({ ...o, compile: [] }, source, `${source}.o`), o));
    inputs.push(`${source}.o`);
  }
  await parallel(jobs);
  return inputs;
}

/** Sets the limit before the runtime starts; GORO_STACK_MAX still overrides. */
const stackMaxSource = (bytes) => `#include <stdint.h>
extern uint32_t goro__maxstacksize;
__attribute__((constructor)) static void set(void) { goro__maxstacksize = ${bytes}; }
`;

const LIBRARY = { address: '-sanitize', thread: '-thread' };

const isSmall = ({ optimize }) => /^-O[sz]$/.test(optimize);

/** libgoro for these options. */
function library(o) {
  const variant = `${LIBRARY[o.sanitize] ?? ''}${o.debug ? '-debug' : ''}`;
  const small = variant === '' && isSmall(o) && VARIANTS[row(o)].includes('-small');
  return libraryFor(row(o), small ? '-small' : variant, o);
}

/** How hard Binaryen tries, by the compiler's -O: -O1 takes a fifth of -O3. */
function optimizer(o) {
  if (isSmall(o)) return '-Oz';
  return /^-O[01g]$/.test(o.optimize) ? '-O1' : '-O3';
}

const passOptions = (o, temp) => ({ temp, optimize: optimizer(o), names: o.names, verbose: o.verbose });

/** The flags that keep the memory small enough; the user's own come later. */
function memoryFlags(o) {
  const most = o.maxMemory ?? (o.threads ? THREADS_MAX_MEMORY : undefined);
  return most ? MAX_MEMORY[row(o)](most) : [];
}

const LINKERS = {
  async wasi(o, inputs, temp) {
    const linked = join(temp, 'linked.wasm');
    const out = join(temp, 'out.wasm');
    const command = [...linker(o), ...LINK[row(o)], ...memoryFlags(o)];
    await run([...command, ...inputs, await library(o), '-o', linked], o);
    await transform(linked, out, passOptions(o, temp));
    install(out, o.output);
  },

  async js(o, inputs, temp) {
    // emcc writes the wasm file's name into the JavaScript. app.mjs gets an
    // app.mjs.wasm, so that it does not share app.wasm with a WASI build.
    const name = `${basename(o.output)}.mjs`;
    const { script, wasm } = await linkJs(o, inputs, temp, name, ['--extern-post-js', JS_MAIN]);
    install(wasm, join(dirname(o.output), `${basename(o.output)}.wasm`));
    install(script, o.output);
  },

  async package(o, inputs, temp) {
    const linked = join(temp, 'linked.wasm');
    const out = join(temp, 'out.wasm');
    // Nothing of the user's refers to the runtime.
    const runtime = ['-Wl,--whole-archive', await library(o), '-Wl,--no-whole-archive'];
    await run([...linker(o), ...LINK.package, ...memoryFlags(o), ...inputs, ...runtime, '-o', linked], o);
    await transform(linked, out, { ...passOptions(o, temp), guest: true });
    install(out, o.output);
  },

  async native(o, inputs, temp) {
    const out = join(temp, 'out');
    const sanitize = SANITIZE[o.sanitize] ?? [];
    await run([...linker(o), ...sanitize, ...inputs, await library(o), ...LINK.native, '-o', out], o);
    install(out, o.output);
  },
};

const JS_MAIN = join(RUNTIME, 'os/os_js_main.js');

/** @returns {Promise<{ script: string, wasm: string }>} finished files, the script named as asked for */
async function linkJs(o, inputs, temp, name, more = []) {
  const script = join(temp, name);
  const linked = join(temp, name.replace(/\.mjs$/, '.wasm'));
  const libraries = ['os/os_js.js', 'api/goro_js.js', ...(o.threads ? ['os/os_js_mt.js'] : [])];
  const glue = libraries.flatMap((file) => ['--js-library', join(RUNTIME, file)]);
  await run([
    ...linker(o), ...LINK[row(o)], ...memoryFlags(o), ...glue, ...more, ...inputs, await library(o), '-o', script,
  ], o);
  if (o.threads) writeFileSync(script, startsWithoutAwait(readFileSync(script, 'utf8')));
  const wasm = join(temp, 'out.wasm');
  await transform(linked, wasm, passOptions(o, temp));
  return { script, wasm };
}

// How emcc ends a module that is also its workers' script.
const AWAITING_START = /^if \(isNode\) isPthread = \(await import\('(?:node:)?worker_threads'\)\)\.workerData === 'em-pthread';\n(?:.*\n)*?isPthread && Module\(\);\n/m;

/**
 * The same without a top-level await: Node 20 dies of a check of V8's
 * (SourceTextModule::ExecuteAsyncModule) when a worker is ended just where a
 * module that has one begins. Other versions of emcc may end otherwise.
 * @param {string} script
 */
const startsWithoutAwait = (script) => script.replace(AWAITING_START, `const goroStart = (isPthread) => isPthread && Module();
if (isNode) import('worker_threads').then(({ workerData }) => goroStart(workerData === 'em-pthread'));
else goroStart(isPthread);
`);

/**
 * With threads: a module with and, unless it is not wanted, one without; and
 * app.mjs, which chooses when the program starts.
 */
async function bothJs(o, temp) {
  const base = basename(o.output).replace(/\.m?js$/, '');
  const kinds = o.threadsOnly ? ['threads'] : ['threads', 'single'];
  const parts = kinds.map((kind) => ({
    kind, o: { ...o, threads: kind === 'threads' }, temp: join(temp, kind), name: `${base}.${kind}.mjs`,
  }));
  await parallel(parts.map((part) => async () => {
    mkdirSync(part.temp);
    part.made = await linkJs(part.o, await compileAll(part.o, part.temp), part.temp, part.name);
  }));
  const folder = dirname(o.output);
  for (const { made, name } of parts) {
    install(made.wasm, join(folder, name.replace(/\.mjs$/, '.wasm')));
    install(made.script, join(folder, name));
  }
  const chooser = join(temp, 'choose.mjs');
  writeFileSync(chooser, chooserSource(parts, memoryOf(parts[0].made.wasm)));
  install(chooser, o.output);
}

/** The imports stand here by name, so that bundlers find the files. */
const chooserSource = (parts, { initial, max }) => `const goroParts = {
${parts.map(({ kind, name }) => `  ${kind}: () => import('./${name}'),\n`).join('')}};
const goroPages = { initial: ${initial}, maximum: ${max} };
${readFileSync(join(RUNTIME, 'os/os_js_choose.js'), 'utf8')}${readFileSync(JS_MAIN, 'utf8')}`;

/** Put a finished file into place in one step: nobody sees half of it. */
function install(from, to) {
  const beside = join(dirname(to), `.${basename(to)}.${process.pid}`);
  try {
    copyFileSync(from, beside);
    renameSync(beside, to);
  } catch (error) {
    rmSync(beside, { force: true });
    throw new UsageError(`cannot write ${to}: ${error.message}`);
  }
}
