// The process behind a module: starts a worker for every thread, and knows when
// and how it ends. This thread itself never runs the module, so that it can
// always answer.
//
// Workers send { spawn: [tid, argument] }, and at their end one of { exit: code },
// { trap: text } and { done: true }. A worker that ends without such a message
// has crashed.
import { Worker } from 'node:worker_threads';
import { newCalls } from './calls.mjs';
import { print } from './stdio.mjs';

const TRAPPED = 134; // what a shell says of SIGABRT
const FAILED = 1;
const STATUS_END = 126; // shells use the ones from here on for themselves

function worker(name, workerData) {
  const thread = new Worker(new URL(name, import.meta.url), {
    workerData,
    env: {}, // the module's environment is among the data
    execArgv: ['--no-warnings'], // node:wasi warns that it is experimental
    // Node's pipes for them would make the process's own ones non-blocking.
    stdout: true,
    stderr: true,
  });
  thread.stderr.on('data', (data) => print(2, data));
  return thread;
}

/**
 * @param {Awaited<ReturnType<typeof import('./module.mjs').load>>} loaded
 * @param {import('./options.mjs').Options} options
 * @returns {Promise<number>} the exit code
 */
export async function run(loaded, { args, env, preopens, file }) {
  const shared = { ...loaded, wasi: { args, env, preopens }, calls: newCalls(), tids: newTids() };
  const { code, why } = await new Promise((end) => {
    watch('the file system worker', worker('files.mjs', shared), end);
    const start = (tid, argument) => {
      const thread = worker('thread.mjs', { ...shared, tid, argument });
      watch(tid === 0 ? 'the main thread' : `thread ${tid}`, thread, end, start);
    };
    start(0, 0);
  });
  if (why) print(2, `${file}: ${why}\n`);
  return code;
}

// The first one to call end() decides. Whatever ends a worker early, out of
// memory for one, must end the process: the others may be waiting for it.
function watch(name, thread, end, start) {
  let done = false;
  thread.on('message', (message) => {
    if (message.spawn) return start(...message.spawn);
    done = true;
    if ('exit' in message) end(status(message.exit >>> 0));
    else if ('trap' in message) end({ code: TRAPPED, why: `${name}: ${message.trap}` });
  });
  thread.on('error', (error) => {
    end({ code: FAILED, why: `${name} crashed: ${error.stack ?? error}` });
  });
  thread.on('exit', (code) => {
    if (!done) end({ code: FAILED, why: `${name} crashed: its worker ended with ${code}` });
  });
}

function status(code) {
  if (code < STATUS_END) return { code };
  return { code: FAILED, why: `exit status ${code} is outside of [0..${STATUS_END})` };
}

const newTids = () => new Int32Array(new SharedArrayBuffer(4));
