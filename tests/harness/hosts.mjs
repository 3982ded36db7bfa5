// Where a program can run. Each host names the target it needs and runs what
// was built for it.
import { join } from 'node:path';
import { closeBrowsers, runInPage } from './browser.mjs';
import { root } from './paths.mjs';
import { run } from './run.mjs';

const SANITIZERS = {
  // Leaks too. What only goroutines that the program never ends point to is
  // none (switch_ucontext.c), nor what a program that dies by os_exit leaves.
  ASAN_OPTIONS: 'detect_leaks=1:exitcode=99',
  UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1:exitcode=99',
  // The stack of the first access is kept for long; the threads that the
  // program ends with are the runtime's, which waits for none.
  TSAN_OPTIONS: 'halt_on_error=1:exitcode=99:history_size=7:second_deadlock_stack=1:report_thread_leaks=0',
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

// wasmtime and our host for threads are called alike. `under`: a command that
// runs the command after it, with fewer rights say.
const wasi = (command) => (file, { args, env, dirs, timeoutMs, under = [] }) => {
  const flags = [
    ...dirs.flatMap((dir) => ['--dir', dir]),
    ...Object.entries(env).flatMap(([k, v]) => ['--env', `${k}=${v}`]),
  ];
  const [program, ...rest] = [...under, ...command(), ...flags, file, ...args];
  return run(program, rest, {
    env: clean({ HOME: process.env.HOME }),
    cwd: root,
    timeoutMs,
  });
};

const THREADS_HOST = join(root, 'wasi/host/run-threads.mjs');
const wasmtime = () => [tool('WASMTIME'), 'run'];
const wasmtimeThreads = () => [
  tool('WASMTIME_THREADS'), 'run', ...tool('WASMTIME_THREADS_FLAGS').split(' '),
];
// Node may never end: it waits for threads that compile JavaScript, and these for
// a collection that only its main thread could do (nodejs/node#54918, #64274).
const ENDING = { NODE26: ['--no-maglev', '--no-concurrent-sparkplug'] };
const nodeThreads = (variable) => () => [tool(variable), ...ENDING[variable] ?? [], THREADS_HOST];

const node = (variable) => (file, { args, env, timeoutMs }) =>
  run(tool(variable), [...ENDING[variable] ?? [], file, ...args], { env: clean(env), cwd: root, timeoutMs });

// Without the project's own configuration, and without asking for updates
const deno = (file, { args, env, timeoutMs }) =>
  run(tool('DENO'), ['run', '--allow-all', '--no-config', '--no-lock', file, ...args],
    { env: clean({ DENO_DIR: join(root, 'build/tests/deno'), DENO_NO_UPDATE_CHECK: '1', ...env }), cwd: root, timeoutMs });

// `prefix`: words that the program has to be run by
const native = (prefix) => (file, { args, env, timeoutMs, under = [] }) => {
  const [first, ...rest] = [...under, ...prefix(), file, ...args];
  return run(first, rest, { env: clean({ ...SANITIZERS, ...env }), cwd: root, timeoutMs });
};
const tsanRun = () => (process.env.NATIVE_TSAN_RUN ?? '').split(' ').filter(Boolean);

const page = (browser, variable) => (file, options) => {
  tool(variable);
  return runInPage(browser, join(root, 'build'), file, options);
};

/**
 * @typedef {object} Host
 * @property {string} name
 * @property {string} target  what it runs is built for
 * @property {boolean} [extra]  only for those who name it: HOST, a test file, or
 *   a program
 * @property {Function} run  (file, { args, env, dirs, isolated, timeoutMs })
 */

/** @type {Host[]} */
const ALL = [
  { name: 'wasi', target: 'wasi', run: wasi(wasmtime) },
  { name: 'node20', target: 'js', run: node('NODE20') },
  { name: 'node26', target: 'js', run: node('NODE26') },
  { name: 'deno', target: 'js', extra: true, run: deno },
  { name: 'bun', target: 'js', extra: true, run: node('BUN') },
  { name: 'chromium', target: 'js', run: page('chromium', 'CHROMIUM') },
  { name: 'firefox', target: 'js', extra: true, run: page('firefox', 'FIREFOX') },
  { name: 'native', target: 'native', run: native(() => []) },
  { name: 'native-tsan', target: 'native-tsan', extra: true, run: native(tsanRun) },
  { name: 'native-plain', target: 'native-plain', extra: true, run: native(() => []) },
  { name: 'node20-mt', target: 'js-threads', extra: true, run: node('NODE20') },
  { name: 'node26-mt', target: 'js-threads', extra: true, run: node('NODE26') },
  { name: 'chromium-mt', target: 'js-threads', extra: true, run: page('chromium', 'CHROMIUM') },
  { name: 'firefox-mt', target: 'js-threads', extra: true, run: page('firefox', 'FIREFOX') },
  { name: 'wasi-threads', target: 'wasi-threads', extra: true, run: wasi(wasmtimeThreads) },
  { name: 'wasi-node20', target: 'wasi-threads', extra: true, run: wasi(nodeThreads('NODE20')) },
  { name: 'wasi-node26', target: 'wasi-threads', extra: true, run: wasi(nodeThreads('NODE26')) },
];

/** The names of all hosts. */
export const HOST_NAMES = ALL.map((host) => host.name);

/**
 * The hosts of `named`, all but the extra ones where it is not given; of these,
 * the ones that the variable HOST leaves, which may name extra ones as well.
 * @param {string[]} [named]
 * @returns {Host[]}
 */
export function hosts(named) {
  const wanted = process.env.HOST?.split(/[\s,]+/).filter(Boolean) ?? [];
  const unknown = [...wanted, ...(named ?? [])].filter((name) => !HOST_NAMES.includes(name));
  if (unknown.length) {
    throw new Error(`no host ${unknown.join(' ')}; there are: ${HOST_NAMES.join(' ')}`);
  }
  return ALL.filter(({ name, extra }) => {
    if (named && !named.includes(name)) return false;
    return wanted.length ? wanted.includes(name) : named || !extra;
  });
}

export const closeHosts = closeBrowsers;
