// Modules in C for the npm package: what goro cc makes of them, and what they
// do to a process of Node. What they do for a program is in suite/guest.mjs.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, test } from 'node:test';
import { build } from '../harness/build.mjs';
import { goroCc } from '../harness/cc.mjs';
import { hosts } from '../harness/hosts.mjs';
import { root } from '../harness/paths.mjs';
import { run } from '../harness/run.mjs';

const INDEX = pathToFileURL(join(root, 'bindings/dist/index.js')).href;
const folder = mkdtempSync(join(tmpdir(), 'goro-guest-'));
after(() => rmSync(folder, { recursive: true }));

/** Compile a text; the file, or what goro cc says. */
async function compile(name, text, flags = []) {
  const source = join(folder, name);
  writeFileSync(source, text);
  const wasm = `${source}.wasm`;
  const failure = await goroCc(['--package', ...flags, source, '-o', wasm]);
  return failure ? { failure } : { wasm, module: new WebAssembly.Module(readFileSync(wasm)) };
}

const HEAD = '#include <goro.h>\n#include <goro_module.h>\n#include <stdio.h>\n#include <stdlib.h>\n';

const refused = (name, text, message, flags = []) => test(`refused: ${name}`, async () => {
  const { failure } = await compile(`${name.replaceAll(' ', '-')}.c`, HEAD + text, flags);
  assert.match(failure ?? 'it was built', message);
});

refused('nothing to call', 'int f(void) { return 1; }', /nothing is exported: mark what JavaScript is to call with GORO_EXPORT/);
refused('what nobody defines', 'int g(int); GORO_EXPORT int f(int n) { return g(n); }', /undefined: g\. Link what defines it.*GORO_IMPORT/);
refused('vectors', 'typedef int v __attribute__((vector_size(16))); GORO_EXPORT int f(int n, v x) { return n + x[0]; }',
  /the export f: parameter 2 is no number or pointer/, ['-msimd128']);

test('what a module imports and exports', async () => {
  const { module } = await compile('plain.c', `${HEAD}
GORO_IMPORT(app, unused) int unused(void);
GORO_EXPORT int f(int n, double d, int64_t l, float x) { return n + (int)d + (int)l + (int)x; }
GORO_EXPORT void g(void) {}`);
  const imports = WebAssembly.Module.imports(module).map((each) => each.module);
  assert.deepEqual([...new Set(imports)].sort(), ['env', 'goro']);
  const exports = WebAssembly.Module.exports(module).map(({ name }) => name).filter((name) => !name.startsWith('goro:'));
  assert.deepEqual(exports.sort(), ['__indirect_function_table', '_initialize', 'memory']);
  const [section] = WebAssembly.Module.customSections(module, 'goro');
  const { exports: rows, imports: none } = JSON.parse(new TextDecoder().decode(section));
  assert.deepEqual(rows.map((row) => row.slice(0, 3)), [['f', 'idlf', 'i'], ['g', '', '']]);
  assert.deepEqual(none, []);
});

const NODES = hosts(['node20', 'node26']);
const node = (host, args) =>
  run(process.env[host.name.toUpperCase()], args, { env: { PATH: process.env.PATH }, cwd: root, timeoutMs: 120_000 });

const program = (wasm, code) => `import * as goro from ${JSON.stringify(INDEX)};
import { readFileSync } from 'node:fs';
const wasm = readFileSync(${JSON.stringify(wasm)});
${code}`;

let made;
const module = () => (made ??= compile('all.cpp', `${HEAD}
#include <goro.hpp>
#include <string>
#include <cstring>
GORO_IMPORT(app, ask) int ask(int);
GORO_EXPORT char *twice(const char *text) {
  goro::chan<std::string> c;
  std::string s(text);
  goro::go([=] { c.send(s + s); });
  for (std::string out : c) return strdup(out.c_str());
  return nullptr;
}
GORO_EXPORT void prints(void) { puts("to stdout"); fputs("to stderr\\n", stderr); printf("no end"); fflush(stdout); }
GORO_EXPORT void panics(const char *text) { goro_panic(text); }
GORO_EXPORT void panics_after(goro_chan *c) {
  goro_chan_recv(c, NULL);
  goro_panic("unheard");
}
GORO_EXPORT int asks(int n) { return ask(n); }
static void later(void *) { goro_sleep(5 * GORO_MILLISECOND); puts("later"); }
GORO_EXPORT void starts(void) { GORO_GO(later, nullptr); }
GORO_EXPORT void forever(void) { goro_chan_recv(nullptr, nullptr); }`));

for (const host of NODES) {
  const ends = (name, code, check) => test(`${name} [${host.name}]`, async () => {
    const { wasm, failure } = await module();
    assert.equal(failure, undefined);
    check(await node(host, ['--input-type=module', '-e', program(wasm, code)]));
  });
  const START = 'const rt = await goro.start({ wasm, imports: { app: { ask: (n) => n ? n : new Promise(() => {}) } } });';

  ends('C++, and lines of the console', `${START}
    const p = await rt.exports.twice('ab');
    console.log(rt.memory.text(p));
    await rt.exports.prints();
    await rt.close();
  `, ({ code, stdout, stderr }) => assert.deepEqual([code, stdout, stderr], [0, 'abab\nto stdout\nno end\n', 'to stderr\n']));

  ends('a panic that nobody catches', `${START}
    await rt.exports.panics('nobody is there');
  `, ({ code, stdout, stderr }) => {
    assert.equal(code, 1, stderr);
    assert.match(stderr, /PanicError: nobody is there[^]*goroutine \d+ \[running\]/);
  });

  ends('a panic of a call that was called off', `${START}
    const go = rt.chan.signal();
    process.on('unhandledRejection', (error) => console.log(error.name, error.message));
    await rt.group(async (g, ctx) => {
      g.go(function* () { yield* rt.exports.panics_after(go); });
      await rt.sleep(1);
      ctx.cancel();
    }).catch((error) => console.log(error.name));
    go.close();
  `, ({ code, stdout, stderr }) => assert.deepEqual([code, stdout, stderr], [0, 'CanceledError\nPanicError unheard\n', '']));

  ends('a goroutine that sleeps keeps Node', `${START}
    await rt.exports.starts();
  `, ({ code, stdout, stderr }) => assert.deepEqual([code, stdout, stderr], [0, 'later\n', '']));

  ends('what can never be over is a deadlock', `${START}
    await rt.exports.forever();
  `, ({ code, stderr }) => {
    assert.equal(code, 1, stderr);
    assert.match(stderr, /DeadlockError[^]*\[chan receive \(nil chan\)\]:\nforever/);
  });

  ends('a promise that can never be settled, too', `${START}
    await rt.exports.asks(0);
  `, ({ code, stderr }) => {
    assert.equal(code, 1, stderr);
    assert.match(stderr, /DeadlockError[^]*\[await\]:\nasks/);
  });

  test(`the example [${host.name}]`, async () => {
    const home = join(folder, `example-${host.name}`);
    mkdirSync(join(home, 'node_modules'), { recursive: true });
    symlinkSync(root, join(home, 'node_modules/goro'), 'dir');
    cpSync(join(root, 'bindings/cc/examples/sieve.mjs'), join(home, 'sieve.mjs'));
    cpSync(await build(join(root, 'bindings/cc/examples/sieve.c'), 'package'), join(home, 'sieve.wasm'));
    const { code, stdout, stderr } = await node(host, [join(home, 'sieve.mjs')]);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^2\n3\n5\n7\n11\n[^]*\n97\n101\n26 primes, \d+ KiB\n$/);
  });
}

test('the suite, on the runtime that checks itself', async () => {
  const [host] = NODES.slice(-1);
  const wasm = await build(join(root, 'tests/bindings/guest.c'), 'package', { debug: true });
  const words = [join(root, 'tests/bindings/suite/run.mjs'), '--suite=guest', `--guest=${wasm}`];
  const { code, stdout, stderr } = await node(host, words);
  const linesOf = (text) => text.split('\n').filter(Boolean).map((line) => JSON.parse(line));
  const lines = linesOf(stdout);
  assert.deepEqual(lines.filter(({ wrong }) => wrong), []);
  assert.deepEqual([code, stderr], [0, '']);
  const declared = linesOf((await node(host, [...words, '--list'])).stdout);
  assert.deepEqual(lines.map(({ name }) => name), declared.map(({ name }) => name));
});
