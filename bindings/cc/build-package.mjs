#!/usr/bin/env node
/**
 * Builds the npm package's files into bindings/dist: goro.wasm, the same as a
 * script, goro-mt.wasm, and from bindings/src the JavaScript and its types by
 * tsc, and worker.js by esbuild.
 *
 *   build-package.mjs [-v]
 *
 * What is up to date is not built again: by the hash of all that goes in.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
function place(name, content) {
  writeFileSync(join(DIST, `.${name}`), content);
  renameSync(join(DIST, `.${name}`), join(DIST, name));
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
    mkdirSync(DIST, { recursive: true });
    const bytes = readFileSync(out);
    place(name, bytes);
    if (row === 'npm') place('embedded.js', `export const base64 = '${bytes.toString('base64')}';\n`);
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
}

/** Comments that are lines of their own. tsc's removeComments would take those for bundlers as well, and the types'. */
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

/** The documentation is in the types: who runs the scripts need not load it. A worker's are one file. */
async function script(options) {
  await run([process.execPath, join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', join(BINDINGS, 'tsconfig.json')], options);
  for (const file of filesIn(DIST)) {
    if (file.endsWith('.js') && !file.endsWith('embedded.js')) writeFileSync(file, readFileSync(file, 'utf8').replace(COMMENTS, ''));
    if (file.endsWith('.d.ts') && !file.endsWith('errors.d.ts')) writeFileSync(file, notMade(readFileSync(file, 'utf8')));
  }
  await bundle({
    entryPoints: [join(DIST, 'machine-worker.js')], outfile: join(DIST, 'worker.js'),
    bundle: true, format: 'esm', platform: 'neutral', target: 'es2022', minify: true, legalComments: 'none', logLevel: 'error', plugins: [none],
  });
  // What imports.ts tells bundlers, and esbuild takes away.
  const worker = readFileSync(join(DIST, 'worker.js'), 'utf8');
  place('worker.js', worker.replace(/\bimport\((?=\w+\))/, 'import(/* @vite-ignore */ /* webpackIgnore: true */ '));
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
