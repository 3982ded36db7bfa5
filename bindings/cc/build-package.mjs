#!/usr/bin/env node
/**
 * Builds the npm package's files into bindings/dist: goro.wasm, the same as a
 * script, goro-mt.wasm, and from bindings/src the types by tsc, and by esbuild the
 * JavaScript and worker.js.
 *
 *   build-package.mjs [-v]
 *
 * What is up to date is not built again: by the hash of all that goes in.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { build as bundle } from 'esbuild';
import { LINK } from './flags.mjs';
import { BUILD } from './library.mjs';
import { transform } from './passes/pipeline.mjs';
import { run, ToolError } from './run.mjs';
import { ROOT, tool, UsageError } from './tools.mjs';

const BINDINGS = join(ROOT, 'bindings');
const DIST = join(BINDINGS, 'dist');

const filesIn = (folder) => readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
  .sort();

function hashOf(files, ...words) {
  const hash = createHash('sha256');
  for (const word of words) hash.update(`${word}\0`);
  for (const file of files) hash.update(file).update(readFileSync(file));
  return hash.digest('hex');
}

/** Make what `stamp` is for, unless it was made from the same. */
async function unlessDone(stamp, key, make) {
  const file = join(BUILD, 'npm', stamp);
  if (existsSync(file) && readFileSync(file, 'utf8') === key && existsSync(DIST)) return;
  await make();
  writeFileSync(file, key);
}

/** The two modules: the row of flags.mjs they are linked by, and their file. */
const MODULES = [['npm', 'goro.wasm'], ['npm-threads', 'goro-mt.wasm']];

const libraryOf = (row) => join(BUILD, row, 'libgoro.a');

/** Nobody sees half of a file. */
function place(file, content) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, content);
  renameSync(`${file}.new`, file);
}

async function wasm(row, name, options) {
  const temp = mkdtempSync(join(tmpdir(), 'goro-npm-'));
  try {
    // With shared memory emcc makes JavaScript as well, beside the module.
    const linked = join(temp, 'linked.wasm');
    const output = row === 'npm' ? linked : join(temp, 'linked.mjs');
    const whole = ['-Wl,--whole-archive', libraryOf(row), '-Wl,--no-whole-archive'];
    await run([...tool('EMCC'), ...LINK[row], ...whole, '-o', output], options);
    const out = join(temp, 'out.wasm');
    await transform(linked, out, { temp, optimize: '-O3', names: false, ...options });
    const bytes = readFileSync(out);
    place(join(DIST, name), bytes);
    if (row === 'npm') place(join(DIST, 'embedded.js'), `export const base64 = '${bytes.toString('base64')}';\n`);
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
}

/** By tsc, as tsconfig.json has it: a file for each source, with its types. The tests' of a file alone. */
const COMPILED = join(BUILD, 'npm/js');

/** Comments that are lines of their own, which esbuild keeps within classes. */
const COMMENTS = /^ *(?:\/\*\*[^]*?\*\/|\/\/.*)\n/gm;

/** Programs are given objects of these classes, and make none. tsc leaves internal constructors out, which stands for one that takes nothing. */
const notMade = (types) => types.replace(/^(export declare class [^]*?\{\n)([^]*?^\})/gm, (whole, head, body) =>
  (/^ {4}constructor\(/m.test(body) ? whole : `${head}    protected constructor();\n${body}`));

/** What a worker has no use for: it imports nothing, as it may come from a blob. */
const none = {
  name: 'none',
  setup(build) {
    build.onResolve({ filter: /^\.\/(embedded|local|machine|c\/guest)\.js$/ }, ({ path }) => ({ path, namespace: 'none' }));
    build.onLoad({ filter: /./, namespace: 'none' }, () => ({ contents: 'export {};' }));
  },
};

/** What is loaded by name, or when it is needed; what they share is in chunks. */
const ENTRIES = ['index', 'trace', 'local', 'machine', 'c/guest'];

const OPTIONS = { bundle: true, format: 'esm', platform: 'neutral', target: 'es2022', legalComments: 'none', logLevel: 'error' };

/** What imports.ts tells bundlers, and esbuild takes away. */
const marked = (text) => text.replace(/\bimport\((?=\w+\))/, 'import(/* @vite-ignore */ /* webpackIgnore: true */ ');

/** Few files, as each takes its time to load; the documentation is in the types. A worker's are one. */
async function script(options) {
  rmSync(COMPILED, { recursive: true, force: true });
  await run([process.execPath, join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', join(BINDINGS, 'tsconfig.json')], options);
  for (const file of filesIn(COMPILED)) {
    if (file.endsWith('.js')) writeFileSync(file, readFileSync(file, 'utf8').replace(COMMENTS, ''));
    if (file.endsWith('.d.ts') && !file.endsWith('errors.d.ts')) writeFileSync(file, notMade(readFileSync(file, 'utf8')));
  }
  const [worker, package_] = await Promise.all([
    bundle({ ...OPTIONS, entryPoints: [join(COMPILED, 'machine-worker.js')], outfile: join(DIST, 'worker.js'), minify: true, plugins: [none], write: false }),
    bundle({
      ...OPTIONS, entryPoints: ENTRIES.map((name) => join(COMPILED, `${name}.js`)), outbase: COMPILED, outdir: DIST, external: ['./embedded.js'],
      splitting: true, chunkNames: 'shared-[hash]', write: false,
    }),
  ]);
  for (const file of filesIn(DIST)) if (/\.(js|d\.ts)$/.test(file) && !file.endsWith('embedded.js')) rmSync(file);
  for (const { path, text } of [worker, package_].flatMap((made) => made.outputFiles)) place(path, marked(text));
  for (const file of filesIn(COMPILED)) if (file.endsWith('.d.ts')) place(join(DIST, relative(COMPILED, file)), readFileSync(file));
}

async function main(args) {
  const options = { verbose: args.includes('-v') };
  const passes = filesIn(join(BINDINGS, 'cc'));
  for (const [row, name] of MODULES) {
    const key = hashOf([libraryOf(row), ...passes], ...tool('EMCC'), ...tool('WASM_OPT'));
    await unlessDone(`${name}.key`, key, () => wasm(row, name, options));
  }
  const sources = [...filesIn(join(BINDINGS, 'src')), join(BINDINGS, 'tsconfig.json'), join(BINDINGS, 'cc/build-package.mjs'), join(ROOT, 'package-lock.json')];
  await unlessDone('script.key', hashOf(sources), () => script(options));
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const known = error instanceof UsageError || error instanceof ToolError;
  process.stderr.write(`build-package: ${known ? error.message : error.stack}\n`);
  process.exitCode = 1;
}
