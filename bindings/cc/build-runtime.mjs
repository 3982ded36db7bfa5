#!/usr/bin/env node
/**
 * Builds libgoro.a for every target and variant into build/.
 *
 *   build-runtime.mjs [-v] [wasi|wasi-threads|js|js-threads|npm|npm-threads|native]...     default: all
 *
 * What is up to date is skipped: a library is older than one of the runtime's
 * files, the flags or the compiler's name, or it is not built again.
 */
import {
  existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { COMMON, DEBUG, RUNTIME, RUNTIME_NATIVE, SANITIZE, SOURCES } from './flags.mjs';
import { parallel, run, ToolError } from './run.mjs';
import { ROOT, tool, UsageError } from './tools.mjs';

const SOURCE = join(ROOT, 'runtime');
const BUILD = process.env.GORO_BUILD ?? join(ROOT, 'build');
const TOOLS = {
  wasi: ['WASI_CC', 'WASI_AR'], 'wasi-threads': ['WASI_THREADS_CC', 'WASI_AR'],
  js: ['EMCC', 'EMAR'], 'js-threads': ['EMCC', 'EMAR'],
  npm: ['EMCC', 'EMAR'], 'npm-threads': ['EMCC', 'EMAR'], native: ['NATIVE_CC', 'AR'], 'native-thread': ['NATIVE_TSAN_CC', 'AR'],
};
const VARIANTS = {
  wasi: ['', '-debug'],
  'wasi-threads': ['', '-debug'],
  js: ['', '-debug'],
  'js-threads': ['', '-debug'],
  npm: ['', '-debug'],
  'npm-threads': ['', '-debug'],
  native: ['', '-debug', '-sanitize', '-sanitize-debug', '-thread', '-thread-debug'],
};

/** All files of the runtime that a library may depend on. */
const newest = () =>
  Math.max(...readdirSync(SOURCE, { recursive: true })
    .filter((f) => /\.[ch]$/.test(f))
    .map((f) => statSync(join(SOURCE, f)).mtimeMs));

/** What a variant's name says; thread is ThreadSanitizer's. */
const words = (variant) => variant.split('-');
const tools = (target, variant) => TOOLS[`${target}${words(variant).includes('thread') ? '-thread' : ''}`];
const SANITIZERS = { sanitize: SANITIZE.address, thread: SANITIZE.thread };

function flagsFor(target, variant) {
  return [
    ...COMMON[target], ...RUNTIME, ...(target === 'native' ? RUNTIME_NATIVE : []),
    ...(variant.includes('debug') ? DEBUG : []),
    ...words(variant).flatMap((word) => SANITIZERS[word] ?? []), `-I${SOURCE}`,
  ];
}

/** One library: compile its files, archive them, put it into place. */
async function build(target, variant, { verbose, sourceTime }) {
  const [cc, ar] = tools(target, variant).map(tool);
  const flags = flagsFor(target, variant);
  const library = join(BUILD, target, `libgoro${variant}.a`);
  const stamp = `${library}.flags`;
  const key = [...cc, ...flags].join('\n');
  const current = existsSync(library) && statSync(library).mtimeMs > sourceTime &&
    existsSync(stamp) && readFileSync(stamp, 'utf8') === key;
  if (current) return;

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

/** @param {string[]} args */
async function main(args) {
  const verbose = args.includes('-v');
  const named = args.filter((a) => a !== '-v');
  const unknown = named.find((t) => !VARIANTS[t]);
  if (unknown) throw new UsageError(`no target ${unknown}; there are: ${Object.keys(VARIANTS).join(' ')}`);
  const sourceTime = newest();
  const targets = named.length ? named : Object.keys(VARIANTS);
  await parallel(targets.flatMap((target) =>
    VARIANTS[target].map((variant) => () => build(target, variant, { verbose, sourceTime }))));
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const known = error instanceof UsageError || error instanceof ToolError;
  process.stderr.write(`build-runtime: ${known ? error.message : error.stack}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
