// The harness itself: every host hands over what a program prints and how it
// ends, and stops one that does not end; a wrong result is a failure. The
// programs here know nothing of Goro.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { killBrowsers } from './harness/browser.mjs';
import { closeHosts, HOST_NAMES, hosts } from './harness/hosts.mjs';
import { exited, mentioned, passed, printed } from './harness/judge.mjs';
import { root } from './harness/paths.mjs';

// The hosts for js-threads are those for js under another name.
const HOSTS = hosts(HOST_NAMES).filter(({ target }) => target !== 'js-threads');
const PAGES = hosts(['chromium', 'firefox']);
const folder = join(root, 'build/tests/stand-in');

const SOURCE = `
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(int argc, char **argv) {
  const char *seed = getenv("GORO_SEED");
  for (int i = 1; i < argc; i++) printf("%s|", argv[i]);
  printf("seed %s\\nb\\xc3\\xa4r\\n", seed ? seed : "none");
  fflush(stdout);
  if (argc > 1 && !strcmp(argv[1], "loop")) {
    for (volatile int on = 1; on;) {}
  }
  if (argc > 1 && !strcmp(argv[1], "trap")) __builtin_trap();
  if (argc > 1 && !strcmp(argv[1], "leak"))
    for (int i = 0; i < 10; i++) *(volatile char *)malloc(100) = 1;
  if (argc > 1 && !strcmp(argv[1], "much"))
    for (int i = 0; i < 20000; i++) printf("line %d\\n", i);
  fprintf(stderr, "to stderr\\n");
  return 3;
}
`;

// What goro cc puts around Emscripten's module, in short: main is called by
// hand, as Emscripten's own call of it keeps quiet about a trap.
const MODULE = `
import create from './core.mjs';
const app = (env, options) =>
  create({ ...options, preRun: [(m) => Object.assign(m.ENV, env)] })
    .then((m) => m.callMain(options.arguments));
export default (options) => app(options.goroEnv, options);
if (globalThis.process) app(process.env, { arguments: process.argv.slice(2) });
`;

const EMFLAGS = [
  '-sMODULARIZE', '-sEXPORT_ES6', '-sEXIT_RUNTIME',
  '-sINVOKE_RUN=0', '-sEXPORTED_RUNTIME_METHODS=ENV,callMain',
  '-sENVIRONMENT=web,node',
];

const THREADS = ['-pthread', '-Wl,--import-memory,--export-memory,--max-memory=16777216'];

// Modules for a page, without Emscripten
const PAGE_MODULES = {
  'isolated.mjs': `export default ({ print, onExit }) => {
    print(\`\${crossOriginIsolated} \${typeof SharedArrayBuffer}\`);
    onExit(0);
  };`,
  'leave.mjs': `export default ({ print }) => {
    print('leaving');
    location.href = 'about:blank';
    return new Promise(() => {});
  };`,
  'fail.mjs': `export default async () => { throw new TypeError('on purpose'); };`,
};

function cc(command, ...args) {
  const [tool, ...first] = command.split(' ');
  execFileSync(tool, [...first, 'program.c', ...args], { cwd: folder });
}

const COMPILE = {
  wasi: () => cc(process.env.WASI_CC, '-o', 'program.wasm'),
  'wasi-threads': () => cc(process.env.WASI_THREADS_CC, ...THREADS, '-o', 'threads.wasm'),
  native: () => cc(process.env.NATIVE_CC, '-fsanitize=address,undefined', '-o', 'program'),
  'native-tsan': () => cc(process.env.NATIVE_TSAN_CC, '-fsanitize=thread', '-o', 'watched'),
  'native-plain': () => cc(process.env.NATIVE_CC, '-o', 'plain'),
  js: () => cc(process.env.EMCC, ...EMFLAGS, '-o', 'core.mjs'),
};
const FILE = {
  wasi: 'program.wasm', native: 'program', 'native-tsan': 'watched', 'native-plain': 'plain', js: 'program.mjs',
  'wasi-threads': 'threads.wasm',
};

const start = (host, args, options) => startFile(host, FILE[host.target], { args, ...options });
const startFile = (host, file, options) =>
  host.run(join(folder, file), {
    args: [], env: {}, dirs: [], isolated: true, timeoutMs: 60_000, ...options,
  });

before(() => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'program.c'), SOURCE);
  writeFileSync(join(folder, 'program.mjs'), MODULE);
  for (const [name, text] of Object.entries(PAGE_MODULES)) {
    writeFileSync(join(folder, name), text);
  }
  for (const target of new Set(HOSTS.map((h) => h.target))) COMPILE[target]();
});
after(closeHosts);

for (const host of HOSTS) {
  test(`[${host.name}] arguments, environment, output, exit code`, async () => {
    const result = await start(host, ['a b', 'c'], { env: { GORO_SEED: '7' } });
    assert.deepEqual(result, {
      stdout: 'a b|c|seed 7\nbär\n',
      stderr: 'to stderr\n',
      code: 3,
    });
  });

  test(`[${host.name}] a fresh environment, much output`, async () => {
    const { stdout } = await start(host, ['much']);
    const lines = stdout.split('\n');
    assert.equal(lines[0], 'much|seed none');
    assert.equal(lines.length, 20_003);
    assert.equal(lines.at(-2), 'line 19999');
  });

  test(`[${host.name}] a program that does not end`, async () => {
    const { stdout, code } = await start(host, ['loop'], { timeoutMs: 5000 });
    assert.equal(code, 'timeout');
    assert.equal(stdout, 'loop|seed none\nbär\n');
  });

  test(`[${host.name}] a program that traps`, async () => {
    const { stdout, code } = await start(host, ['trap']);
    assert.equal(stdout, 'trap|seed none\nbär\n');
    assert.ok(code !== 0 && code !== 3 && code !== 'timeout', `code ${code}`);
  });
}

for (const host of hosts().filter(({ name }) => name === 'native')) {
  test('[native] memory that nobody frees', async () => {
    const { stderr, code } = await start(host, ['leak']);
    assert.match(stderr, /LeakSanitizer/);
    assert.equal(code, 99);
  });
}

for (const host of PAGES) {
  test(`[${host.name}] pages are isolated, or not`, async () => {
    const isolated = await startFile(host, 'isolated.mjs');
    assert.equal(isolated.stdout, 'true function\n');
    const plain = await startFile(host, 'isolated.mjs', { isolated: false });
    assert.equal(plain.stdout, 'false undefined\n');
  });

  test(`[${host.name}] a page that goes away`, async () => {
    const { stdout, code } = await startFile(host, 'leave.mjs', { timeoutMs: 20_000 });
    assert.equal(stdout, 'leaving\n');
    assert.match(code, /^error: /);
  });

  test(`[${host.name}] a module that fails`, async () => {
    const { stderr, code } = await startFile(host, 'fail.mjs');
    assert.equal(code, 'error: on purpose');
    assert.match(stderr, /^TypeError: on purpose/);
  });

  test(`[${host.name}] a browser that dies under a program`, async () => {
    let running;
    const printed = new Promise((resolve) => {
      running = start(host, ['loop'], { onOutput: resolve });
    });
    await Promise.race([printed, running]);
    await killBrowsers();
    const { code } = await running;
    assert.match(String(code), /^error: /);
    assert.equal((await start(host, ['a'])).code, 3);
  });
}

const result = (change) => ({ stdout: '', stderr: '', code: 0, ...change });

test('judge: PASS must be the last line, with exit 0', () => {
  passed(result({ stdout: 'ok\nPASS\n' }));
  assert.throws(() => passed(result({ stdout: 'PASS\nmore\n' })), /not PASS/);
  assert.throws(() => passed(result({ stdout: 'PASS\n', code: 1 })), /exit 1/);
});

test('judge: output is compared whole, placeholders apart', () => {
  const stdout = 'goroutine 12 at 0xff:\na.b\n';
  printed('stdout', 'goroutine {{N}} at {{P}}:\na.b\n', result({ stdout }));
  for (const wrong of ['goroutine {{N}}', 'goroutine x at {{P}}:\na.b\n', 'goroutine {{N}} at {{P}}:\naxb\n']) {
    assert.throws(() => printed('stdout', wrong, result({ stdout })), /differs/);
  }
  const difference = /-a\n\+b/;
  assert.throws(() => printed('stdout', 'a\n', result({ stdout: 'b\n' })), difference);
});

test('judge: exit codes, and lines of stderr in their order', () => {
  exited(2, result({ code: 2 }));
  assert.throws(() => exited(2, result({ code: 'timeout' })), /exit timeout/);
  const stderr = 'panic: x\n\ngoroutine 1 [running]:\n';
  mentioned('panic: x\ngoroutine {{N}} [running]:\n', result({ stderr }));
  assert.throws(
    () => mentioned('goroutine 1 [running]:\npanic: x\n', result({ stderr })),
    /lacks/,
  );
});
