/**
 * libgoro.a for a target and variant: where it is, and how it is compiled.
 *
 * In a clone ./build.sh builds all of them into build/. An installed package has
 * the runtime's sources instead, and no place of its own to write to: what a
 * program needs is compiled when the first one needs it, into the user's cache.
 */
import {
  existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { COMMON, DEBUG, RUNTIME, RUNTIME_FOR, RUNTIME_NATIVE, SANITIZE, SMALL, SOURCES, STRICT } from './flags.mjs';
import { run } from './run.mjs';
import { CLONE, ROOT, tool, VERSION } from './tools.mjs';

const SOURCE = join(ROOT, 'runtime');
const TOOLS = {
  wasi: ['WASI_CC', 'WASI_AR'], 'wasi-threads': ['WASI_THREADS_CC', 'WASI_AR'],
  js: ['EMCC', 'EMAR'], 'js-threads': ['EMCC', 'EMAR'],
  npm: ['EMCC', 'EMAR'], 'npm-threads': ['EMCC', 'EMAR'], package: ['EMCC', 'EMAR'],
  native: ['NATIVE_CC', 'AR'], 'native-thread': ['NATIVE_TSAN_CC', 'AR'],
};

/** All targets, with the variants of each. */
export const VARIANTS = {
  wasi: ['', '-debug', '-small'],
  'wasi-threads': ['', '-debug'],
  js: ['', '-debug', '-small'],
  'js-threads': ['', '-debug'],
  npm: ['', '-debug'],
  'npm-threads': ['', '-debug'],
  package: ['', '-debug', '-small'],
  native: ['', '-debug', '-sanitize', '-sanitize-debug', '-thread', '-thread-debug'],
};

function cacheFolder() {
  const { GORO_CACHE, XDG_CACHE_HOME } = process.env;
  return join(GORO_CACHE ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'goro'), `runtime-${VERSION}`);
}

/** Where libraries are. */
export const BUILD = process.env.GORO_BUILD ?? (CLONE ? join(ROOT, 'build') : cacheFolder());

/** When the last of the files changed that a library may depend on. */
export const newestSource = () =>
  Math.max(...readdirSync(SOURCE, { recursive: true })
    .filter((f) => /\.[ch]$/.test(f))
    .map((f) => statSync(join(SOURCE, f)).mtimeMs));

/** What a variant's name says; thread is ThreadSanitizer's. */
const words = (variant) => variant.split('-');
const toolsOf = (target, variant) => TOOLS[`${target}${words(variant).includes('thread') ? '-thread' : ''}`];
const SANITIZERS = { sanitize: SANITIZE.address, thread: SANITIZE.thread };

function flagsFor(target, variant) {
  return [
    ...COMMON[target], ...RUNTIME, ...(RUNTIME_FOR[target] ?? []), ...(CLONE ? STRICT : ['-w']), ...(target === 'native' ? RUNTIME_NATIVE : []),
    ...(variant.includes('debug') ? DEBUG : []), ...(variant.includes('small') ? SMALL : []),
    ...words(variant).flatMap((word) => SANITIZERS[word] ?? []), `-I${SOURCE}`,
  ];
}

const fileOf = (target, variant) => join(BUILD, target, `libgoro${variant}.a`);

/** What a library was made by. Outside a clone the compiler may become another one under the same name. */
function keyOf(cc, flags) {
  const key = [...cc, ...flags].join('\n');
  return CLONE || !existsSync(cc[0]) ? key : `${key}\n${statSync(realpathSync(cc[0])).mtimeMs}`;
}

/**
 * Compile a library's files, archive them, put it into place; unless it is newer
 * than the sources and was made by the same compiler with the same flags.
 * @param {{ verbose?: boolean, sourceTime: number, say?: (text: string) => void }} options
 */
export async function buildLibrary(target, variant, { verbose, sourceTime, say }) {
  const [cc, ar] = toolsOf(target, variant).map(tool);
  const flags = flagsFor(target, variant);
  const library = fileOf(target, variant);
  const stamp = `${library}.flags`;
  const key = keyOf(cc, flags);
  const current = existsSync(library) && statSync(library).mtimeMs > sourceTime &&
    existsSync(stamp) && readFileSync(stamp, 'utf8') === key;
  if (current) return;

  say?.(`compiling the runtime for ${target}, once`);
  mkdirSync(join(BUILD, target), { recursive: true });
  const temp = mkdtempSync(join(BUILD, target, '.build-'));
  try {
    const objects = [];
    for (const source of SOURCES[target]) {
      const object = join(temp, `${basename(source, '.c')}.o`);
      await run([...cc, ...flags, '-c', join(SOURCE, source), '-o', object], { verbose });
      objects.push(object);
    }
    await run([...ar, 'rcs', join(temp, 'lib.a'), ...objects], { verbose });
    renameSync(join(temp, 'lib.a'), library);
    writeFileSync(stamp, key);
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
}

/** The library to link a program with; compiled if it is not there. */
export async function libraryFor(target, variant, { verbose = false } = {}) {
  const file = fileOf(target, variant);
  if (CLONE && existsSync(file)) return file;
  const say = (text) => process.stderr.write(`goro cc: ${text}\n`);
  await buildLibrary(target, variant, { verbose, sourceTime: newestSource(), say });
  return file;
}
