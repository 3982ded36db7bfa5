// Where a program can run. Each host names the target it needs and runs what
// was built for it.
import { join } from 'node:path';
import { closeBrowser, runInPage } from './browser.mjs';
import { root } from './paths.mjs';
import { run } from './run.mjs';

const SANITIZERS = {
  // Leaks too. What only goroutines that the program never ends point to is
  // none (switch_ucontext.c), nor what a program that dies by os_exit leaves.
  ASAN_OPTIONS: 'detect_leaks=1:exitcode=99',
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

// `under`: a command that runs the command after it, with fewer rights say
function wasi(file, { args, env, dirs, timeoutMs, under = [] }) {
  const flags = [
    ...dirs.flatMap((dir) => ['--dir', dir]),
    ...Object.entries(env).flatMap(([k, v]) => ['--env', `${k}=${v}`]),
  ];
  const [first, ...rest] = [...under, tool('WASMTIME'), 'run', ...flags, file, ...args];
  return run(first, rest, {
    env: clean({ HOME: process.env.HOME }),
    cwd: root,
    timeoutMs,
  });
}

const node = (variable) => (file, { args, env, timeoutMs }) =>
  run(tool(variable), [file, ...args], { env: clean(env), cwd: root, timeoutMs });

function native(file, { args, env, timeoutMs, under = [] }) {
  const [first, ...rest] = [...under, file, ...args];
  return run(first, rest, { env: clean({ ...SANITIZERS, ...env }), cwd: root, timeoutMs });
}

function page(file, options) {
  tool('CHROMIUM');
  return runInPage(join(root, 'build'), file, options);
}

const ALL = [
  { name: 'wasi', target: 'wasi', run: wasi },
  { name: 'node20', target: 'js', run: node('NODE20') },
  { name: 'node26', target: 'js', run: node('NODE26') },
  { name: 'chromium', target: 'js', run: page },
  { name: 'native', target: 'native', run: native },
];

/** The hosts that the variable HOST leaves, all where it is not set. */
export function hosts() {
  const wanted = process.env.HOST?.split(/[\s,]+/).filter(Boolean) ?? [];
  const unknown = wanted.filter((name) => !ALL.some((h) => h.name === name));
  if (unknown.length) {
    const names = ALL.map((h) => h.name).join(' ');
    throw new Error(`no host ${unknown.join(' ')}; there are: ${names}`);
  }
  return ALL.filter(({ name }) => !wanted.length || wanted.includes(name));
}

export const closeHosts = closeBrowser;
