// The code in the READMEs is run.
import assert from 'node:assert/strict';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { root } from './harness/paths.mjs';
import { run } from './harness/run.mjs';

const OUT = join(root, 'build/tests/readme');
const BIN = join(OUT, 'bin');
mkdirSync(BIN, { recursive: true });

/** A command of the name, in the PATH of what is run. */
function command(name, ...words) {
  const file = join(BIN, name);
  writeFileSync(file, `#!/bin/sh\nexec ${words.map((word) => `'${word}'`).join(' ')} "$@"\n`);
  chmodSync(file, 0o755);
}

const env = { ...process.env, PATH: `${BIN}:${process.env.PATH}` };

/** The fenced blocks of a language. */
function blocks(path, language) {
  const text = readFileSync(join(root, path), 'utf8');
  return [...text.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].filter(([, each]) => each === language).map(([, , code]) => code);
}

/** All blocks that there are; each kind is run below, in bindings/process.test.mjs or bindings/install.test.mjs, or it is a drawing. */
const BLOCKS = {
  'README.md': ['c', 'sh', 'js', '', ''],
  'bindings/README.md': ['js', 'ts', 'js', 'js', 'js', 'js', 'ts'],
  'bindings/cc/README.md': ['sh', 'cpp', 'c', 'c', 'js', ''],
  'wasi/README.md': ['c', 'sh', 'sh', 'sh'],
};

for (const [path, languages] of Object.entries(BLOCKS)) {
  test(`${path}: its blocks of code are those that are run`, () => {
    const fences = [...readFileSync(join(root, path), 'utf8').matchAll(/^```(\w*)$/gm)].map(([, language]) => language);
    assert.deepEqual(fences.filter((_, i) => i % 2 === 0), languages);
  });
}

/** What a program in the README says that it prints: in its comments. */
const promised = (code) => [...code.matchAll(/console\.log\(.*\/\/ (.*)$/gm)].map(([, text]) => text.replace(/:.*/, '')).join(' ').split(' ');

test('README.md is at most 200 lines', () => {
  assert.ok(readFileSync(join(root, 'README.md'), 'utf8').split('\n').length <= 201);
});

test('README.md: its pictures and links lead somewhere', () => {
  for (const path of ['README.md', 'CONTRIBUTING.md', 'API.md', 'bindings/README.md', 'wasi/README.md', 'web/README.md']) {
    const text = readFileSync(join(root, path), 'utf8');
    for (const [, link] of text.matchAll(/(?:\]\(|src(?:set)?=")([^)"#:]+)(?:#[^)"]*)?[)"]/g)) {
      if (!link.endsWith('.js') || link.includes('/')) assert.ok(existsSync(join(root, dirname(path), link)), `${path}: ${link}`);
    }
  }
});

test('README.md: the C program, by the commands beside it', { timeout: 120_000 }, async () => {
  command('goro', process.env.NODE26 ?? process.execPath, join(root, 'bindings/cc/goro.mjs'));
  command('node', process.env.NODE26 ?? process.execPath);
  command('wasmtime', process.env.WASMTIME ?? 'wasmtime');
  const [code] = blocks('README.md', 'c');
  writeFileSync(join(OUT, 'app.c'), code);
  const [commands] = blocks('README.md', 'sh');
  const { code: status, stdout, stderr } = await run('sh', ['-e', '-c', commands], { env, cwd: OUT, timeoutMs: 100_000 });
  assert.deepEqual([status, stdout], [0, '42\n42\n'], stderr);
});

test('README.md: the JavaScript program', async () => {
  const [code] = blocks('README.md', 'js');
  writeFileSync(join(OUT, 'app-js.mjs'), code);
  const { code: status, stdout, stderr } = await run(process.execPath, [join(OUT, 'app-js.mjs')], { env, cwd: OUT, timeoutMs: 30_000 });
  assert.deepEqual([status, stdout.split('\n').filter(Boolean), stderr], [0, promised(code), '']);
});

/** Around the programs in bindings/README.md: what they take for granted. */
const AROUND = {
  crunch: [`import { start } from 'goro';
const rt = await start();
const jobs = rt.chan<number>(4), out = rt.chan<number>(4);
for (const n of [1, 2, 3]) await jobs.send(n);
jobs.close();
`, `
console.log((await out.recv()).value! + (await out.recv()).value! + (await out.recv()).value!);
await rt.close();
`, ['3', '14']],
  lib: [`import { start, type TypedChan } from 'goro';
`, `
await rt.close();
`, ['2', '3', '5', '7', '11', '13', '17', '19', '23', '29', '31', '37', '41', '43', '47', '53', '59', '61', '67', '71', '73', '79', '83', '89', '97', '25']],
};

for (const code of blocks('bindings/README.md', 'ts')) {
  const [name] = Object.keys(AROUND).filter((each) => code.includes(`./${each}.`));
  test(`bindings/README.md: ${name}, compiled and run`, { timeout: 120_000 }, async () => {
    const [before, after, wanted] = AROUND[name];
    const folder = join(OUT, name), file = join(folder, 'program.mts');
    cpSync(join(root, 'tests/readme'), folder, { recursive: true });
    writeFileSync(file, before + code + after);
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({
      extends: join(root, 'tests/bindings/tsconfig.json'), compilerOptions: { allowJs: true, checkJs: true, rootDir: root }, include: ['*.mts'],
    }));
    if (name === 'lib') {
      const words = [join(root, 'bindings/cc/goro.mjs'), 'cc', '--package', 'lib.c', '-o', 'lib.wasm'];
      const built = await run(process.execPath, words, { env, cwd: folder, timeoutMs: 100_000 });
      assert.equal(built.code, 0, built.stderr);
    }
    const types = await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], { env, cwd: root, timeoutMs: 60_000 });
    assert.deepEqual([types.code, types.stdout], [0, '']);
    const { code: status, stdout, stderr } = await run(process.env.NODE26 ?? process.execPath, [file], { env, cwd: OUT, timeoutMs: 30_000 });
    assert.deepEqual([status, stdout.split('\n').filter(Boolean), stderr], [0, wanted, '']);
  });
}

test('wasi/README.md: the program, the example and threads, by their commands', { timeout: 300_000 }, async () => {
  const folder = join(OUT, 'wasi');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  symlinkSync(join(root, 'wasi'), join(folder, 'wasi'));
  command('goro', process.env.NODE26 ?? process.execPath, join(root, 'bindings/cc/goro.mjs'));
  command('node', process.env.NODE26 ?? process.execPath);
  const [code] = blocks('wasi/README.md', 'c');
  writeFileSync(join(folder, 'app.c'), code);
  const [program, example, threads] = blocks('wasi/README.md', 'sh');
  const does = async (commands, wasmtime) => {
    command('wasmtime', wasmtime ?? 'wasmtime');
    const { code: status, stdout, stderr } = await run('sh', ['-e', '-c', commands], { env, cwd: folder, timeoutMs: 200_000 });
    assert.equal(status, 0, stderr);
    return stdout;
  };
  assert.equal(await does(program, process.env.WASMTIME), '42\n');
  assert.match(await does(example, process.env.WASMTIME), /^[0-9a-f]{64} {2}\.\/app\.c\n/);
  assert.equal(await does(threads, process.env.WASMTIME_THREADS), '42\n42\n');
});

for (const [i, code] of blocks('bindings/cc/README.md', 'c').entries()) {
  if (!code.includes('int main(')) continue;
  test(`bindings/cc/README.md: program ${i + 1}`, { timeout: 120_000 }, async () => {
    const [source, out] = [join(OUT, `cc${i}.c`), join(OUT, `cc${i}.mjs`)];
    writeFileSync(source, code);
    const built = await run(process.execPath, [join(root, 'bindings/cc/goro.mjs'), 'cc', source, '-o', out], { env, cwd: OUT, timeoutMs: 100_000 });
    assert.equal(built.code, 0, built.stderr);
    const { code: status, stderr } = await run(process.execPath, [out], { env, cwd: OUT, timeoutMs: 30_000 });
    assert.deepEqual([status, stderr], [0, '']);
  });
}

test('bindings/cc/README.md: the commands, with the program in C++', { timeout: 200_000 }, async () => {
  const folder = join(OUT, 'cc');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const [cpp] = blocks('bindings/cc/README.md', 'cpp');
  const [c] = blocks('README.md', 'c');
  const [lib] = blocks('bindings/cc/README.md', 'c').filter((each) => each.includes('GORO_EXPORT'));
  for (const [name, code] of [['app.cpp', cpp], ['app.c', c], ['lib.c', lib]]) writeFileSync(join(folder, name), code);
  command('goro', process.env.NODE26 ?? process.execPath, join(root, 'bindings/cc/goro.mjs'));
  const [commands] = blocks('bindings/cc/README.md', 'sh');
  const does = (line) => run('sh', ['-e', '-c', line], { env, cwd: folder, timeoutMs: 190_000 });
  const built = await does(`${commands}goro cc app.cpp -o cpp.mjs\n`);
  assert.equal(built.code, 0, built.stderr);
  const { code, stdout, stderr } = await run(process.execPath, [join(folder, 'cpp.mjs')], { env, cwd: folder, timeoutMs: 30_000 });
  assert.deepEqual([code, stdout, stderr], [0, 'Ada\nGrace\n', '']);
});

test('bindings/cc/README.md: the module for JavaScript', { timeout: 120_000 }, async () => {
  const [code] = blocks('bindings/cc/README.md', 'c').filter((each) => each.includes('GORO_EXPORT'));
  const [program] = blocks('bindings/cc/README.md', 'js').filter((each) => each.includes('./lib.wasm'));
  writeFileSync(join(OUT, 'lib.c'), code);
  writeFileSync(join(OUT, 'lib.mjs'), program);
  const words = [join(root, 'bindings/cc/goro.mjs'), 'cc', join(OUT, 'lib.c'), '--package', '-o', join(OUT, 'lib.wasm')];
  const built = await run(process.execPath, words, { env, cwd: OUT, timeoutMs: 100_000 });
  assert.equal(built.code, 0, built.stderr);
  const { code: status, stdout, stderr } = await run(process.execPath, [join(OUT, 'lib.mjs')], { env, cwd: OUT, timeoutMs: 30_000 });
  assert.deepEqual([status, stdout.split('\n').filter(Boolean), stderr], [0, promised(program), '']);
});
