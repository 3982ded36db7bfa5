// The code in the READMEs is run.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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

/** What a program in the README says that it prints: in its comments. */
const promised = (code) => [...code.matchAll(/console\.log\(.*\/\/ (.*)$/gm)].map(([, text]) => text.replace(/:.*/, '')).join(' ').split(' ');

test('README.md is at most 200 lines, and has nothing but code that is run here', () => {
  const text = readFileSync(join(root, 'README.md'), 'utf8');
  assert.ok(text.split('\n').length <= 201);
  const languages = [...text.matchAll(/^```(\w*)\n/gm)].map(([, language]) => language);
  assert.deepEqual([...new Set(languages)].filter(Boolean).sort(), ['c', 'js', 'sh']);
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
