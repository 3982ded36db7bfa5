#!/usr/bin/env node
/**
 * The npm package beside what people use instead: other libraries, each in its
 * own idiom, and queues of promises written by hand; for functions on workers
 * the pools. Every column is a process, and these take turns, so that a machine
 * which gets slower is slow for all; the tables have minima.
 *
 *   tests/bench/npm.mjs [COLUMN...]     default: all
 *
 * ROUNDS (default 3) says how often. The peers are no dependencies of the
 * project: they are installed into tests/bench/npm when this first runs.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'esbuild';
import { MODULE } from './npm/calls.mjs';

const HERE = join(dirname(fileURLToPath(import.meta.url)), 'npm');
const ROOT = resolve(HERE, '../../..');
const NODE = process.env.NODE26 || process.execPath;
const ROUNDS = Number(process.env.ROUNDS ?? 3);

const COLUMNS = ['goro-generators', 'goro-async', 'goro-generators-mt', 'goro-async-mt', 'by-hand', 'js-csp', 'thi.ng-csp', 'effection', 'effect'];
const WORKERS = ['goro', 'postMessage', 'comlink', 'piscina', 'workerpool'];
const ROWS = ['spawn', 'ping-pong', 'buffered 128', 'select of 4', 'mutex, 4 contend', 'call of C', 'ping-pong with C'];
const WORKER_ROWS = ['call and back', 'fan-out over 2'];

/** child.mjs's modes of start. */
const STARTS = { st: 'one thread', mt: 'shared memory', workers: 'two workers' };

/** What a program of each imports, for its weight. */
const IMPORTS = {
  'js-csp': "import * as csp from 'js-csp'; globalThis.used = csp;",
  'thi.ng-csp': "import { channel, select } from '@thi.ng/csp'; globalThis.used = [channel, select];",
  effection: "import { createQueue, run, scoped, spawn } from 'effection'; globalThis.used = [createQueue, run, scoped, spawn];",
  effect: "import { Effect, Fiber, Queue, Semaphore } from 'effect'; globalThis.used = [Effect.gen, Effect.runPromise, Effect.forkChild, Fiber.awaitAll, Queue.bounded, Queue.offer, Queue.take, Semaphore.make];",
};

/** The module in C that the last two rows are about. */
function buildModule() {
  const file = fileURLToPath(MODULE);
  mkdirSync(dirname(file), { recursive: true });
  execFileSync(process.execPath, [join(ROOT, 'bindings/cc/goro.mjs'), 'cc', '--package', join(HERE, 'calls.c'), '-o', file], { stdio: 'inherit' });
}

function installPeers() {
  const stamp = join(HERE, 'node_modules/.goro-lock');
  const sum = createHash('sha256').update(readFileSync(join(HERE, 'package-lock.json'))).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sum) return;
  console.error('bench: installing the peers of the npm package');
  execFileSync('npm', ['ci', '--silent', '--ignore-scripts'], { cwd: HERE, stdio: 'inherit' });
  writeFileSync(stamp, sum);
}

/** One process: row → ns, {} where it fails. */
function child(...args) {
  const { status, stdout, stderr } = spawnSync(NODE, [join(HERE, 'child.mjs'), ...args], { encoding: 'utf8', timeout: 120_000 });
  if (status === 0) return JSON.parse(stdout.trim().split('\n').pop());
  const error = stderr.split('\n').find((line) => /Error/.test(line)) ?? `exit code ${status}`;
  console.error(`bench: ${args.join(' ')}: ${error.trim()}`);
  return {};
}

/** Minima of all rounds, column → row → ns. */
function measure(columns, ...args) {
  const best = Object.fromEntries(columns.map((column) => [column, {}]));
  const failed = new Set();
  for (let round = 0; round < ROUNDS; round++) {
    for (const column of columns) {
      if (failed.has(column)) continue;
      const results = child(column, ...args);
      if (Object.keys(results).length === 0) failed.add(column);
      for (const [row, ns] of Object.entries(results)) best[column][row] = Math.min(ns, best[column][row] ?? Infinity);
    }
  }
  return best;
}

function table(title, columns, rows, cell) {
  const widths = columns.map((column) => Math.max(column.length, 9) + 2);
  console.log(`\n${title.padEnd(20)}${columns.map((column, i) => column.padStart(widths[i])).join('')}`);
  for (const row of rows) console.log(row.padEnd(20) + columns.map((column, i) => cell(column, row).padStart(widths[i])).join(''));
}

const number = (value, digits) => (value === undefined ? '–' : value.toFixed(digits));
const brotli = (bytes) => brotliCompressSync(bytes).length;

/** The chunk of a bundle that is loaded first, with those that it imports, as brotli; other imports come when they are needed. */
async function bundled(contents) {
  const { metafile, outputFiles } = await build({
    stdin: { contents, resolveDir: HERE }, bundle: true, minify: true, splitting: true, format: 'esm', outdir: HERE, write: false, metafile: true,
    external: ['node:*'], logLevel: 'error',
  });
  const outputs = new Map(Object.entries(metafile.outputs).map(([name, output]) => [resolve(name), output]));
  const [entry] = [...outputs].find(([, output]) => output.entryPoint === '<stdin>');
  const loaded = new Set([entry]);
  for (const name of loaded) { // which grows
    for (const each of outputs.get(name).imports) if (each.kind === 'import-statement' && !each.external) loaded.add(resolve(each.path));
  }
  return brotli(Buffer.concat(outputFiles.filter(({ path }) => loaded.has(path)).map((file) => file.contents)));
}

/** What a page downloads, bundled and minified. */
async function sizes() {
  const ours = "import { start, select } from '../../../bindings/dist/index.js'; globalThis.used = [start, select];";
  const script = await bundled(ours);
  const wasm = brotli(readFileSync(join(ROOT, 'bindings/dist/goro.wasm')));
  console.log(`\nbrotli, bundled: goro ${script + wasm} bytes (JavaScript ${script}, goro.wasm ${wasm})`);
  for (const [name, contents] of Object.entries(IMPORTS)) console.log(`  ${name} ${await bundled(contents)}`);
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => ![...COLUMNS, ...WORKERS].includes(name));
if (unknown.length) {
  console.error(`bench: no column ${unknown.join(', ')}; there are ${[...COLUMNS, ...WORKERS].join(', ')}`);
  process.exit(2);
}
const chosen = (columns) => (wanted.length ? columns.filter((column) => wanted.includes(column)) : columns);

installPeers();
buildModule();
const columns = chosen(COLUMNS), workers = chosen(WORKERS);
if (columns.length) {
  const best = measure(columns);
  table('ns an operation', columns, ROWS, (column, row) => number(best[column][row], 0));
}
if (workers.length) {
  const best = measure(workers, 'workers');
  table('µs a call', workers, WORKER_ROWS, (column, row) => number(best[column][row] && best[column][row] / 1e3, 1));
}
if (!wanted.length) {
  const starts = Object.fromEntries(Object.entries(STARTS).map(([mode, title]) => [title, measure(['goro'], 'start', mode).goro]));
  table('ms, until it runs', ['import', 'start', 'both'], Object.keys(starts), (part, title) => number(starts[title][part] && starts[title][part] / 1e6, 1));
  console.log('\na number between two workers, there and back, µs:');
  process.stdout.write(execFileSync(NODE, [join(HERE, '../agents.mjs'), String(ROUNDS)], { encoding: 'utf8' }));
  await sizes();
}
console.log(`\nminima of ${ROUNDS} processes each, ${execFileSync(NODE, ['--version'], { encoding: 'utf8' }).trim()}; lower is better`);
