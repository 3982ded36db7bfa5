// Where a program can run. Each host names the target it needs and runs what
// was built for it.
import { join } from 'node:path';
import { closeBrowser, runInPage } from './browser.mjs';
import { root } from './paths.mjs';
import { run } from './run.mjs';

const SANITIZERS = {
  // Goroutines that the program never ends are not leaks.
  ASAN_OPTIONS: 'detect_leaks=0:exitcode=99',
  UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1:exitcode=99',
};

function tool(name) {
  const path = process.env[name];
  if (!path) {
    throw new Error(`${name} is not set: run ./build.sh test, or . .toolchain/env.sh`);
  }
  return path;
}

// Nothing of this process's environment but what a program must have.
const clean = (env) => ({ PATH: process.env.PATH, ...env });

function wasi(file, { args, env, dirs, timeoutMs }) {
  const flags = [
    ...dirs.flatMap((dir) => ['--dir', dir]),
    ...Object.entries(env).flatMap(([k, v]) => ['--env', `${k}=${v}`]),
  ];
  const command = ['run', ...flags, file, ...args];
  return run(tool('WASMTIME'), command, {
    env: clean({ HOME: process.env.HOME }),
    cwd: root,
    timeoutMs,
  });
}

const node = (variable) => (file, { args, env, timeoutMs }) =>
  run(tool(variable), [file, ...args], { env: clean(env), cwd: root, timeoutMs });

const native = (file, { args, env, timeoutMs }) =>
  run(file, args, { env: clean({ ...SANITIZERS, ...env }), cwd: root, timeoutMs });

function page(file, options) {
  tool('CHROMIUM');
  return runInPage(join(root, 'build'), file, options);
}

// The rows with threads are extra: they run only where HOST names them.
const ALL = [
  { name: 'wasi', target: 'wasi', run: wasi },
  { name: 'node20', target: 'js', run: node('NODE20') },
  { name: 'node26', target: 'js', run: node('NODE26') },
  { name: 'chromium', target: 'js', run: page },
  { name: 'native', target: 'native', run: native },
  { name: 'node20-mt', target: 'js-threads', run: node('NODE20'), extra: true },
  { name: 'node26-mt', target: 'js-threads', run: node('NODE26'), extra: true },
  { name: 'chromium-mt', target: 'js-threads', run: page, extra: true },
];

/**
 * The hosts that the variable HOST leaves; where it is not set, all but the
 * extra ones, or all.
 */
export function hosts({ extra = false } = {}) {
  const wanted = process.env.HOST?.split(/[\s,]+/).filter(Boolean) ?? [];
  const unknown = wanted.filter((name) => !ALL.some((h) => h.name === name));
  if (unknown.length) {
    const names = ALL.map((h) => h.name).join(' ');
    throw new Error(`no host ${unknown.join(' ')}; there are: ${names}`);
  }
  return ALL.filter((host) => (wanted.length ? wanted.includes(host.name) : extra || !host.extra));
}

export const closeHosts = closeBrowser;
