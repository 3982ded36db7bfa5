// What the package is made of: its types, its size, what its module imports.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { root } from '../harness/paths.mjs';
import { run } from '../harness/run.mjs';

const DIST = join(root, 'bindings/dist');
const wasm = readFileSync(join(DIST, 'goro.wasm'));

test('types: what must compile does, and what must not does not', async () => {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { code, stdout } = await run(process.execPath, [tsc, '-p', join(root, 'tests/bindings/tsconfig.json')], {
    env: { PATH: process.env.PATH }, cwd: root, timeoutMs: 60_000,
  });
  assert.deepEqual([code, stdout], [0, '']);
});

/** What an import of the package loads: the file, and all that it imports. */
function loaded(name, known = new Set()) {
  if (known.has(name)) return known;
  known.add(name);
  const text = readFileSync(join(DIST, name), 'utf8');
  for (const [, other] of text.matchAll(/^(?:import|export)\b[^;]*? from "\.\/(.*?)"/gm)) loaded(other, known);
  return known;
}

test('size: JavaScript and module are at most 40 KB of brotli', (t) => {
  const names = [...loaded('index.js')];
  const script = Buffer.concat(names.map((name) => readFileSync(join(DIST, name))));
  const sizes = [script, wasm].map((bytes) => brotliCompressSync(bytes).length);
  // Loaded where there is a module in C, which has all of goro.wasm in itself.
  const guest = readdirSync(join(DIST, 'c')).filter((name) => name.endsWith('.js')).map((name) => readFileSync(join(DIST, 'c', name)));
  const more = brotliCompressSync(Buffer.concat(guest)).length;
  t.diagnostic(`brotli: JavaScript ${sizes[0]}, goro.wasm ${sizes[1]} bytes; for modules in C ${more} more`);
  assert.match(script.toString(), /\bCore = class\b/);
  assert.doesNotMatch(script.toString(), /\bCodec = class\b/, 'what is for workers');
  assert.ok(sizes[0] + sizes[1] <= 40 * 1024, `${sizes}`);
});

test('each file loads, whichever is the first', async () => {
  const scriptsIn = (folder) => readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.js') && !name.endsWith('worker.js')).map((name) => join(folder, name));
  const sources = scriptsIn(join(root, 'build/npm/js')); // before they are put together: which needs which
  assert.ok(sources.length > 40, `${sources}`);
  for (const file of [...sources, ...scriptsIn(DIST)]) {
    const source = `await import(${JSON.stringify(pathToFileURL(file).href)})`;
    const { code, stderr } = await run(process.execPath, ['--input-type=module', '--eval', source], { env: {}, cwd: root, timeoutMs: 60_000 });
    assert.deepEqual([code, stderr], [0, ''], file);
  }
});

test('what is exported has its name, in stack traces and when it is printed', async () => {
  for (const entry of ['index.js', 'trace.js']) {
    for (const [name, value] of Object.entries(await import(pathToFileURL(join(DIST, entry)).href))) assert.equal(value.name, name);
  }
});

test('the worker file imports nothing, as it may come from a blob', () => {
  const text = readFileSync(join(DIST, 'worker.js'), 'utf8');
  assert.doesNotMatch(text, /(^|[;}\n])\s*import\s*["'{*\w]/);
  assert.deepEqual([...text.matchAll(/\bimport\((.*?)\)/g)].filter(([, what]) => /["'`]/.test(what)), []);
});

test('goro.wasm imports what the package brings, and nothing else', () => {
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(wasm)).map((each) => `${each.module}.${each.name}`);
  const known = [
    'goro.now', 'goro.wall', 'goro.random', 'goro.write', 'goro.exit',
    'env.emscripten_notify_memory_growth',
  ];
  assert.deepEqual(imports.filter((name) => !known.includes(name)), []);
});

test('goro-mt.wasm imports the memory and the call that wakes besides', () => {
  const module = new WebAssembly.Module(readFileSync(join(DIST, 'goro-mt.wasm')));
  const imports = WebAssembly.Module.imports(module).map((each) => `${each.module}.${each.name}`);
  const known = [
    'goro.now', 'goro.wall', 'goro.random', 'goro.write', 'goro.exit', 'goro.wake',
    'env.memory', 'env.emscripten_notify_memory_growth',
  ];
  assert.deepEqual(imports.filter((name) => !known.includes(name)), []);
});
