// goro cc without a new process for each program: most of the time of one goes
// into loading Binaryen. Children do it, one program at a time each.
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { root, tests } from './paths.mjs';

const TIMEOUT_MS = 300_000;
const CHILD = join(tests, 'harness/cc-child.mjs');

const idle = []; // children that wait for a program
const queue = []; // programs that wait for a child: { args, resolve }
let children = 0;

/**
 * Runs `goro cc` with these arguments, in the project's folder.
 * @param {string[]} args
 * @returns {Promise<string | undefined>} what it printed and how it ended, if it failed
 */
export function goroCc(args) {
  return new Promise((resolve) => {
    queue.push({ args, resolve });
    next();
  });
}

function next() {
  while (queue.length && (idle.length || children < availableParallelism())) {
    give(idle.pop() ?? startChild(), queue.shift());
  }
}

function give(child, { args, resolve }) {
  child.ref();
  child.channel.ref();
  child.goroEnd = resolve;
  child.goroTimer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
  child.send(args);
}

function startChild() {
  children++;
  const child = fork(CHILD, { cwd: root, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => (printed += text));
    stream.unref(); // an idle child does not keep the tests from ending
  }
  child.on('message', () => {
    printed = '';
    end(child, undefined);
    child.unref();
    child.channel.unref();
    idle.push(child);
    next();
  });
  // A child ends itself after a failure: then all that was printed has come.
  child.on('close', (code, signal) => {
    children--;
    if (idle.includes(child)) idle.splice(idle.indexOf(child), 1);
    end(child, `${signal ?? code}\n${printed}`);
    next();
  });
  return child;
}

function end(child, failure) {
  clearTimeout(child.goroTimer);
  child.goroEnd?.(failure);
  child.goroEnd = undefined;
}
