// tests/wasi/NAME.c: the C library with threads and the hosts that run it, by
// plain pthread programs that know nothing of Goro. Each must print NAME.out,
// exit with NAME.exit, and say on stderr what is in NAME.err (nothing, 0 and
// anything without them).
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { hosts } from './harness/hosts.mjs';
import { exited, printed } from './harness/judge.mjs';
import { built, root } from './harness/paths.mjs';
import { companion, programs } from './harness/programs.mjs';
import { run } from './harness/run.mjs';

const HOSTS = hosts(['wasi-threads', 'wasi-node20', 'wasi-node26']);
const FLAGS = [
  '-O1', '-Wall', '-Wextra', '-Werror', '-pthread',
  '-Wl,--import-memory,--export-memory,--max-memory=67108864',
];
const folder = join(built, 'wasi-plain');

/** Compiles without goro cc: with the bare C library. */
function build({ source }) {
  const file = join(folder, `${basename(source, '.c')}.wasm`);
  const [command, ...first] = process.env.WASI_THREADS_CC.split(' ');
  mkdirSync(folder, { recursive: true });
  const made = spawnSync(command, [...first, ...FLAGS, source, '-o', file], { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  return file;
}

function judge(result, program) {
  printed('stdout', companion(program, '.out') ?? '', result);
  exited(Number(companion(program, '.exit') ?? 0), result);
  const why = companion(program, '.err')?.trim() ?? '';
  assert.ok(result.stderr.includes(why), `stderr lacks "${why}":\n${result.stderr}`);
}

for (const program of HOSTS.length ? programs('wasi') : []) {
  const file = build(program);
  for (const host of hosts(program.hosts ?? HOSTS.map(({ name }) => name))) {
    test(`${program.name} [${host.name}]`, async () => {
      judge(await host.run(file, program), program);
    });
  }
}

// ------------------------------------------------ the command line of our host
const HOST = join(root, 'wasi/host/run-threads.mjs');

for (const variable of HOSTS.map(({ name }) => name.match(/^wasi-(node\d+)/)?.[1]).filter(Boolean)) {
  const call = (...args) =>
    run(process.env[variable.toUpperCase()], [HOST, ...args], {
      env: { PATH: process.env.PATH }, cwd: root, timeoutMs: 60_000,
    });
  const refuses = async (code, message, ...args) => {
    const result = await call(...args);
    exited(code, result);
    assert.match(result.stderr, message);
  };

  test(`run-threads: usage [${variable}]`, async () => {
    const help = await call('--help');
    exited(0, help);
    assert.match(help.stdout, /^usage: run-threads/);
    await refuses(2, /no module is named/);
    await refuses(2, /unknown option --no-such/, '--no-such', 'a.wasm');
    await refuses(2, /--dir needs a value/, '--dir');
    await refuses(2, /no-such is no folder/, '--dir', 'no-such', 'a.wasm');
    await refuses(2, /cannot read no-such.wasm/, 'no-such.wasm');
  });

  test(`run-threads: files that are no module with threads [${variable}]`, async () => {
    const bare = join(folder, 'bare.wasm'); // the smallest there is
    writeFileSync(bare, Buffer.from('\0asm\x01\0\0\0'));
    await refuses(1, /no WebAssembly module/, 'package.json');
    await refuses(1, /imports no shared memory/, bare);
  });
}
