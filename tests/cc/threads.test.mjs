// goro cc --threads: the machinery of threads, on every host that has them, a
// scene of threads.c at a time.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runInPage } from '../harness/browser.mjs';
import { build } from '../harness/build.mjs';
import { closeHosts, hosts } from '../harness/hosts.mjs';
import { root, tests } from '../harness/paths.mjs';
import { run } from '../harness/run.mjs';

const folder = mkdtempSync(join(tmpdir(), 'goro-threads-')); // where WASI hosts have files
after(closeHosts);
after(() => rmSync(folder, { recursive: true }));

const TIMEOUT_MS = 60_000;
const OPTIONS = { env: {}, dirs: [`${folder}::/`], isolated: true, timeoutMs: TIMEOUT_MS };
const program = (target = 'js-threads') => build(join(tests, 'cc/threads.c'), target, { debug: true, fallback: true });
const mine = hosts(['node20-mt', 'node26-mt', 'chromium-mt', 'firefox-mt']);
const wasi = hosts(['wasi-threads', 'wasi-node20', 'wasi-node26']);

const LINES = Array.from({ length: 500 }, (_, i) => `line ${i} ä\n`).join('');
const MUCH = `${'x'.repeat(99)}\n`.repeat(3000);

/** Per scene: exit code, stdout, and what stderr has. */
const SCENES = {
  stacks: [0, 'PASS\n', ''],
  wait: [0, 'M0 never blocks\n', ''],
  clock: [0, 'PASS\n', ''],
  bounds: [0, 'PASS\n', ''],
  overflow: [2, '', /stack of the host thread exceeds 65536-byte limit/],
  exit: [3, 'before\n', ''],
  libc_exit: [4, 'partial last\n', ''],
  exit_locked: [5, '', ''],
  trap: [2, '', /^fatal error: WebAssembly trap: unreachable/],
  print: [0, LINES, ''],
  print_much: [0, '', MUCH],
  grow: [0, 'from above\n'.repeat(3) + 'PASS\n', ''],
  newm: [0, 'PASS\n', ''],
};

// Where they differ under WASI: a trap is the engine's to report.
const WASI_SCENES = {
  ...SCENES,
  wait: [0, 'M0 blocks\n', ''],
  trap: [134, '', /unreachable/],
};

function judge({ code, stdout, stderr }, [wantedCode, wantedOut, wantedErr]) {
  assert.deepEqual({ code, stdout }, { code: wantedCode, stdout: wantedOut }, stderr);
  if (wantedErr instanceof RegExp) assert.match(stderr, wantedErr);
  else assert.equal(stderr, wantedErr);
}

for (const host of [...mine, ...wasi]) {
  for (const [scene, wanted] of Object.entries(wasi.includes(host) ? WASI_SCENES : SCENES)) {
    test(`${scene} [${host.name}]`, async () => {
      judge(await host.run(await program(host.target), { ...OPTIONS, args: [scene] }), wanted);
    });
  }
}

// V8's baseline compiler in Node 20 loses locals that live across a wait; goro's
// modules have none.
if (wasi.some(({ name }) => name === 'wasi-node20')) {
  for (const scene of ['stacks', 'wait', 'print']) {
    test(`${scene} [wasi-node20 --liftoff]`, async () => {
      const command = [join(root, 'wasi/host/run-threads.mjs'), '--liftoff', await program('wasi-threads'), scene];
      const result = await run(process.env.NODE20, command, { ...OPTIONS, env: { PATH: process.env.PATH }, cwd: root });
      judge(result, WASI_SCENES[scene]);
    });
  }
}

const LOST = {
  'lost later': /^fatal error: worker \d+: was terminated\n/,
  'lost terminate': /^fatal error: worker \d+: was terminated\n/,
  'lost_lock terminate': /^fatal error: worker \d+: was terminated\n/,
  'lost_stdout terminate': /^fatal error: worker \d+: was terminated\n/,
  'lost nowhere': /^fatal error: worker \d+: its script cannot be loaded: .*nowhere/,
};

for (const { name } of mine.filter((host) => host.name.startsWith('node'))) {
  for (const [what, wanted] of Object.entries(LOST)) {
    test(`a worker is lost: ${what} [${name}]`, async () => {
      const command = [join(tests, 'cc/threads_lost.mjs'), await program(), ...what.split(' ')];
      const result = await run(process.env[name.slice(0, 6).toUpperCase()], command, {
        ...OPTIONS, env: process.env, cwd: root,
      });
      judge(result, [2, '', wanted]);
    });
  }
}

const inPage = async (scene, more) => runInPage('chromium', join(root, 'build'), await program(), { ...OPTIONS, args: [scene], ...more });

// These run in the page, before the program.
function terminateWhenReady() {
  const { Worker } = globalThis;
  const workers = [];
  globalThis.Worker = class extends Worker {
    constructor(...args) {
      super(...args);
      workers.push(this);
    }
  };
  setInterval(() => {
    if (globalThis.output?.stdout) workers.forEach((worker) => worker.terminate());
  }, 10);
}

function loadNoWorker() {
  const { Worker } = globalThis;
  globalThis.Worker = class extends Worker {
    constructor(url, options) {
      super('/nowhere.mjs', options);
    }
  };
}

function forbidWorkers() {
  addEventListener('DOMContentLoaded', () => {
    const meta = document.createElement('meta');
    Object.assign(meta, { httpEquiv: 'Content-Security-Policy', content: "worker-src 'none'" });
    document.head.append(meta);
  });
}

if (mine.some(({ name }) => name === 'chromium-mt')) {
  const cases = [
    [terminateWhenReady, 'ready\n', /^fatal error: worker \d+: was terminated\n/],
    [loadNoWorker, '', /^fatal error: worker \d+: its script cannot be loaded/],
    [forbidWorkers, '', /^fatal error: worker( \d+: its script cannot be loaded|.*cannot be started)/],
  ];
  for (const [prepare, stdout, wanted] of cases) {
    test(`a worker is lost: ${prepare.name} [chromium-mt]`, async () => {
      judge(await inPage('lost', { prepare }), [2, stdout, wanted]);
    });
  }

  test('a page that is not isolated runs the single program [chromium-mt]', async () => {
    const { code, stdout } = await inPage('single', { isolated: false });
    assert.deepEqual({ code, stdout }, {
      code: 0, stdout: 'no shared memory: the page is not cross-origin isolated (headers COOP and COEP)\n',
    });
  });
}

const here = mine.length ? test : test.skip; // HOST may leave no host with threads

here('what is made', async () => {
  const file = await program();
  for (const part of ['threads.mjs', 'threads.wasm', 'single.mjs', 'single.wasm']) {
    assert.ok(existsSync(file.replace(/mjs$/, part)), part);
  }
  // Node 20 may die where a worker that begins with one is ended.
  const [, end] = readFileSync(file.replace(/mjs$/, 'threads.mjs'), 'utf8').split('export default Module');
  assert.doesNotMatch(end, /\bawait\b/, 'top-level await');
  assert.match(end, /Module\(\)/);
});

/** Run the program in this process, and say which one that was. */
async function info(options) {
  const { default: start } = await import(await program());
  const module = await new Promise((resolve) => {
    const made = start({ arguments: ['single'], print() {}, onExit: () => resolve(made), ...options });
  });
  return module.goroInfo;
}

here('--threads=only: one program, and an error where it cannot run', async () => {
  const file = await build(join(tests, 'cc/threads.c'), 'js-threads', { debug: true });
  assert.ok(existsSync(file.replace(/mjs$/, 'threads.mjs')));
  assert.ok(!existsSync(file.replace(/mjs$/, 'single.mjs')));
  const { default: start } = await import(file);
  await assert.rejects(start({ goroThreads: false }), /needs threads .*--threads=only.*: goroThreads is false/);
});

here('which program runs, and why', async () => {
  assert.deepEqual(await info({ goroThreads: false }), { mode: 'st', procs: 1, reason: 'goroThreads is false' });
  const { mode, procs, reason } = await info({});
  assert.deepEqual({ mode, reason }, { mode: 'mt', reason: '' });
  assert.ok(procs >= 1);
});

here('a host with little address space: less memory, or none to share', async () => {
  const { Memory } = WebAssembly;
  let largest = 4096;
  WebAssembly.Memory = class extends Memory {
    constructor(limits) {
      if (limits.shared && limits.maximum > largest) throw new RangeError('Out of memory');
      super(limits);
    }
  };
  try {
    assert.equal((await info({})).mode, 'mt');
    largest = 0;
    assert.deepEqual(await info({}), { mode: 'st', procs: 1, reason: 'no shared memory: Out of memory' });
  } finally {
    WebAssembly.Memory = Memory;
  }
});
