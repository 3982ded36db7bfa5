#!/usr/bin/env node
/**
 * Builds the npm package's files into bindings/dist: goro.wasm, and from
 * bindings/src by tsc the JavaScript and its types. Prints what they weigh.
 *
 *   build-package.mjs [-v]
 *
 * What is up to date is not built again: by the hash of all that goes in.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LINK } from './flags.mjs';
import { transform } from './passes/pipeline.mjs';
import { run, ToolError } from './run.mjs';
import { ROOT, tool, UsageError } from './tools.mjs';

const BUILD = process.env.GORO_BUILD ?? join(ROOT, 'build');
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

async function wasm(library, options) {
  const temp = mkdtempSync(join(tmpdir(), 'goro-npm-'));
  try {
    const linked = join(temp, 'linked.wasm');
    const whole = ['-Wl,--whole-archive', library, '-Wl,--no-whole-archive'];
    await run([...tool('EMCC'), ...LINK.npm, ...whole, '-o', linked], options);
    const out = join(temp, 'out.wasm');
    await transform(linked, out, { temp, optimize: '-O3', names: false, ...options });
    mkdirSync(DIST, { recursive: true });
    writeFileSync(join(DIST, '.goro.wasm'), readFileSync(out));
    renameSync(join(DIST, '.goro.wasm'), join(DIST, 'goro.wasm'));
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
}

const script = (options) =>
  run([process.execPath, join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', join(BINDINGS, 'tsconfig.json')], options);

async function main(args) {
  const options = { verbose: args.includes('-v') };
  const library = join(BUILD, 'npm/libgoro.a');
  const passes = filesIn(join(BINDINGS, 'cc'));
  await unlessDone('wasm.key', hashOf([library, ...passes], ...tool('EMCC'), ...tool('WASM_OPT')), () => wasm(library, options));
  const sources = [...filesIn(join(BINDINGS, 'src')), join(BINDINGS, 'tsconfig.json'), join(ROOT, 'package-lock.json')];
  await unlessDone('script.key', hashOf(sources), () => script(options));
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const known = error instanceof UsageError || error instanceof ToolError;
  process.stderr.write(`build-package: ${known ? error.message : error.stack}\n`);
  process.exitCode = 1;
}
