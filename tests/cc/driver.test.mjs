// goro cc from the command line: what it makes, and what it says if it cannot.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import { memoryOf } from '../../bindings/cc/passes/module.mjs';
import { ROOT, tool } from '../../bindings/cc/tools.mjs';

const { WASMTIME, WASMTIME_THREADS, WASMTIME_THREADS_FLAGS } = process.env;
if (!WASMTIME) throw new Error('WASMTIME is not set: run ./build.sh test, or . .toolchain/env.sh');

const folder = mkdtempSync(join(tmpdir(), 'goro-driver-'));
const temp = join(folder, 'temp'); // what the driver leaves there is a leak
mkdirSync(temp);
after(() => rmSync(folder, { recursive: true }));

function goro(args, env = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'bindings/cc/goro.mjs'), ...args], {
    cwd: folder, encoding: 'utf8', env: { ...process.env, TMPDIR: temp, ...env },
  });
  return { status, stdout, stderr };
}

function write(name, text) {
  writeFileSync(join(folder, name), text);
}

function built(args) {
  const { status, stderr } = goro(['cc', ...args]);
  assert.equal(status, 0, stderr);
  assert.deepEqual(readdirSync(temp), [], 'temporary files are gone');
}

const HOST_OF = [
  [/threads\.wasm$/, [WASMTIME_THREADS, 'run', ...WASMTIME_THREADS_FLAGS.split(' ')]],
  [/\.wasm$/, [WASMTIME, 'run']],
  [/\.mjs$/, [process.execPath]],
  [/$/, []],
];

/** Run a program on its host. */
function run(file, args = []) {
  const command = [...HOST_OF.find(([name]) => name.test(file))[1], join(folder, file)];
  const { status, stdout, stderr } = spawnSync(command[0], [...command.slice(1), ...args], { encoding: 'utf8' });
  assert.equal(stderr, '');
  return { status, stdout };
}

write('part.h', 'int twice(int);\n');
write('part.c', '#include "part.h"\nint twice(int x) { return FACTOR * x; }\n');
write('main.c', `#include <goro.h>
#include <part.h>
#include <stdio.h>
static void worker(void *arg) { int v = 21; goro_chan_send(arg, &v); }
int main(int argc, char **argv) {
  goro_chan *c = goro_chan_make(sizeof(int), 0);
  int v;
  GORO_GO(worker, c);
  goro_chan_recv(c, &v);
  printf("%d %s\\n", twice(v), argc > 1 ? argv[1] : "-");
  return 7;
}
`);
write('plain.c', '#include <stdio.h>\nint main(void) { puts("plain"); return 3; }\n');
write('broken.c', 'int main(void) { return x; }\n');

const HOSTS = [
  ['app.wasm'], ['threads.wasm', '--threads'], ['app.mjs'], ['both.mjs', '--threads'], ['app', '--target=native'],
  ['checked', '--target=native', '--sanitize', '--debug'],
  ['watched', '--target=native', '--sanitize=thread', '--debug'],
];
for (const [output, ...flags] of HOSTS) {
  test(`two files, arguments and exit code: ${output}`, () => {
    built(['main.c', 'part.c', '-I.', '-DFACTOR=2', ...flags, '-o', output]);
    assert.deepEqual(run(output, ['hello']), { status: 7, stdout: '42 hello\n' });
  });

  test(`main(void), and no goroutine at all: ${output}`, () => {
    built(['plain.c', ...flags, '-o', `plain-${output}`]);
    assert.deepEqual(run(`plain-${output}`), { status: 3, stdout: 'plain\n' });
  });
}

test('-c, then link the object; --debug and -Os', () => {
  built(['-c', 'part.c', '-DFACTOR=3', '--target=wasi']);
  built(['main.c', 'part.o', '-I.', '-Os', '--debug', '-o', 'linked.wasm']);
  assert.deepEqual(run('linked.wasm'), { status: 7, stdout: '63 -\n' });
});

test('C++ and C together, and an object of C++ alone', () => {
  write('main.cc', `#include <goro.hpp>
#include <cstdio>
#include <string>
extern "C" {
#include <part.h>
}
int main() {
  goro::chan<std::string> c;
  goro::go([=] { c.send("C++ "); });
  std::printf("%s%d\\n", c.recv()->c_str(), twice(21));
  return 7;
}
`);
  built(['main.cc', 'part.c', '-I.', '-DFACTOR=2', '-o', 'plus.wasm']);
  assert.deepEqual(run('plus.wasm'), { status: 7, stdout: 'C++ 42\n' });
  built(['-c', 'main.cc', '-I.', '--target=native']);
  built(['main.o', 'part.c', '-DFACTOR=2', '--c++', '-o', 'plus']);
  assert.deepEqual(run('plus'), { status: 7, stdout: 'C++ 42\n' });
});

test('a module imports nothing but its host, and exports nothing of the passes', async () => {
  built(['plain.c', '-o', 'clean.wasm']);
  const module = await WebAssembly.compile(readFileSync(join(folder, 'clean.wasm')));
  const modules = new Set(WebAssembly.Module.imports(module).map((i) => i.module));
  assert.deepEqual([...modules], ['wasi_snapshot_preview1']);
  assert.deepEqual(WebAssembly.Module.exports(module).map((e) => e.name).sort(), ['_start', 'memory']);
  assert.deepEqual(WebAssembly.Module.customSections(module, 'name'), []);
});

test('the smallest program with goroutines, a channel and a timer has at most 16 KiB of brotli', (t) => {
  write('smallest.c', `#include <goro.h>
#include <goro_module.h>
static void worker(void *c) {
  int v = 42;
  goro_sleep(GORO_MILLISECOND);
  goro_chan_send(c, &v);
}
GORO_EXPORT int answer(void) {
  goro_chan *c = goro_chan_make(sizeof(int), 0);
  int v = 0;
  GORO_GO(worker, c);
  goro_chan_recv(c, &v);
  return v;
}
int main(void) { return answer() != 42; }
`);
  for (const flags of [[], ['--package']]) {
    built([...flags, '-Oz', 'smallest.c', '-o', 'smallest.wasm']);
    const size = brotliCompressSync(readFileSync(join(folder, 'smallest.wasm'))).length;
    t.diagnostic(`${flags[0] ?? 'WASI'}: ${size} bytes`);
    assert.ok(size <= 16 * 1024, `${flags} ${size}`);
    if (flags.length === 0) assert.deepEqual(run('smallest.wasm'), { status: 0, stdout: '' });
  }
});

test('with threads it imports its memory and threads as well', async () => {
  built(['plain.c', '--threads', '-o', 'clean-threads.wasm']);
  const file = join(folder, 'clean-threads.wasm');
  const module = await WebAssembly.compile(readFileSync(file));
  const others = WebAssembly.Module.imports(module).filter((i) => i.module !== 'wasi_snapshot_preview1');
  assert.deepEqual(others.map((i) => `${i.module} ${i.name}`).sort(), ['env memory', 'wasi thread-spawn']);
  const exports = WebAssembly.Module.exports(module).map((e) => e.name).sort();
  assert.deepEqual(exports, ['_start', 'memory', 'wasi_thread_start']);
  assert.equal(memoryOf(file).max, 16384); // 1 GiB
  built(['plain.c', '--threads', '--max-memory=64M', '-o', 'small-threads.wasm']);
  assert.equal(memoryOf(join(folder, 'small-threads.wasm')).max, 1024);
});

test('-g keeps the names of functions', async () => {
  built(['plain.c', '-g', '-o', 'names.wasm']);
  const module = await WebAssembly.compile(readFileSync(join(folder, 'names.wasm')));
  assert.equal(WebAssembly.Module.customSections(module, 'name').length, 1);
});

test('--stack-max sets the limit', () => {
  write('deep.c', `#include <goro.h>
__attribute__((noinline)) static int deep(int n) { volatile int x = n; return n ? deep(n - 1) + x : 0; }
int main(int argc, char **argv) { (void)argv; return deep(argc * 1000) == 1; }
`);
  built(['deep.c', '--stack-max=16384', '-o', 'shallow.wasm']);
  const { status, stderr } = spawnSync(WASMTIME, ['run', join(folder, 'shallow.wasm')], { encoding: 'utf8' });
  assert.match(stderr, /goroutine stack exceeds 16384/);
  assert.equal(status, 2);
  built(['deep.c', '-o', 'deeper.wasm']);
  assert.equal(run('deeper.wasm').status, 0);
});

test('help and version', () => {
  assert.match(goro(['--help']).stdout, /^usage: goro cc/);
  assert.match(goro(['cc', '--help']).stdout, /--stack-max/);
  assert.match(goro(['--version']).stdout, /^goro \d+\.\d+\.\d+\n$/);
});

test('a wrong command line: usage, exit code 2', () => {
  for (const args of [[], ['run'], ['--frob'], ['cc'], ['cc', 'nowhere.c', '-o', 'x.wasm']]) {
    const { status, stderr } = goro(args);
    assert.equal(status, 2, stderr);
    assert.notEqual(stderr, '');
  }
  assert.match(goro(['cc', 'nowhere.c', '-o', 'x.wasm']).stderr, /nowhere\.c: no such file/);
});

test('an error of the compiler: its words, exit code 1, and the old output stays', () => {
  write('kept.wasm', 'old');
  const { status, stderr } = goro(['cc', 'broken.c', '-o', 'kept.wasm']);
  assert.equal(status, 1);
  assert.match(stderr, /broken\.c:1:\d+: error/);
  assert.equal(readFileSync(join(folder, 'kept.wasm'), 'utf8'), 'old');
  assert.deepEqual(readdirSync(temp), []);
});

test('a folder that is not there', () => {
  const { status, stderr } = goro(['cc', 'plain.c', '-o', 'no/where.wasm']);
  assert.equal(status, 2);
  assert.match(stderr, /no\/where\.wasm/);
});

test('longjmp is refused at compile or link time', () => {
  write('jump.c', `#include <setjmp.h>
jmp_buf b;
int main(void) { if (setjmp(b) == 0) longjmp(b, 1); return 0; }
`);
  for (const output of ['jump.wasm', 'jump.mjs']) assert.equal(goro(['cc', 'jump.c', '-o', output]).status, 1);
});

test('a missing tool: what to install', () => {
  const nothing = {
    PATH: '', EMSDK: '', WASI_SDK_PATH: '', GORO_TOOLCHAIN_ENV: '/nowhere',
    WASI_CC: '', WASI_THREADS_CC: '', EMCC: '', NATIVE_CC: '',
  };
  const said = { 'x.wasm': /wasi-sdk.*WASI_SDK_PATH/, 'x.mjs': /emsdk.*EMSDK/, x: /gcc or clang/ };
  for (const [output, words] of Object.entries(said)) {
    const { status, stderr } = goro(['cc', 'plain.c', '-o', output], nothing);
    assert.equal(status, 2);
    assert.match(stderr, words);
  }
  assert.match(goro(['cc', 'plain.c', '--threads', '-o', 'x.wasm'], nothing).stderr, /WASI with threads.*WASI_SDK_PATH/);
  const noCxx = { ...nothing, WASI_THREADS_CC: tool('WASI_THREADS_CC').join(' '), WASI_THREADS_CXX: '' };
  write('plain.cpp', 'int main() {}\n');
  if (!process.env.WASI_SDK_PATH) {
    assert.match(goro(['cc', 'plain.cpp', '--threads', '-o', 'x.wasm'], noCxx).stderr, /libc\+\+ with threads/);
  }
  const { stderr } = goro(['cc', 'plain.c', '-o', 'x.wasm'], { ...nothing, WASI_SDK_PATH: '/nowhere' });
  assert.match(stderr, /WASI_SDK_PATH is set, but \/nowhere/);
});

test('-v shows the commands', () => {
  const { stderr } = goro(['cc', 'plain.c', '-v', '-o', 'verbose.wasm']);
  assert.match(stderr, /plain\.c/);
  assert.match(stderr, /--asyncify/);
  assert.ok(stderr.includes(tool('WASI_CC')[0]));
});
