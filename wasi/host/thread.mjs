// A thread of the module: the main one (tid 0) or one that wasi_thread_start
// begins. Each has its own instance, on the same memory.
import { parentPort, workerData } from 'node:worker_threads';
import { WASI } from 'node:wasi';
import { callsTo } from './calls.mjs';
import { pollIn } from './clocks.mjs';

const MAX_TID = 0x1fffffff; // of wasi-threads

/** Leaves the module's frames where it calls proc_exit. */
class Exit {
  constructor(code) {
    this.code = code;
  }
}

function imports({ memory, memoryName: [space, name], wasi: { args, env }, calls, tids }) {
  // Arguments, environment, clocks and random numbers are the same in each
  // thread, and the three standard streams are the host's own; open files
  // belong to all threads, so that they live in one place (files.mjs).
  const wasi = new WASI({ version: 'preview1', args, env });
  wasi.initialize({ exports: { memory } });
  const own = wasi.getImportObject().wasi_snapshot_preview1;
  const preview1 = { ...own, ...callsTo(calls, own) };
  preview1.poll_oneoff = pollIn(memory, own.poll_oneoff);
  preview1.proc_exit = (code) => {
    throw new Exit(code);
  };
  const spawn = (argument) => {
    const tid = Atomics.add(tids, 0, 1) + 1;
    if (tid > MAX_TID) return -1;
    parentPort.postMessage({ spawn: [tid, argument] });
    return tid;
  };
  const all = { wasi_snapshot_preview1: preview1, wasi: { 'thread-spawn': spawn } };
  all[space] = { ...all[space], [name]: memory };
  return all;
}

/** What the process is told at the end. */
async function main({ module, tid, argument, ...shared }) {
  const { exports } = await WebAssembly.instantiate(module, imports(shared));
  // V8 misses what another thread adds just while it reads the message with the
  // memory: memory.fill and memory.copy would trap there. To grow is to look.
  shared.memory.grow(0);
  try {
    if (tid !== 0) exports.wasi_thread_start(tid, argument);
    else exports._start();
  } catch (error) {
    if (error instanceof Exit) return { exit: error.code };
    // A trap, or a stack overflow, which is a RangeError
    return { trap: error?.stack ?? String(error) };
  }
  // The process ends with the main thread, whoever is left.
  return tid === 0 ? { exit: 0 } : { done: true };
}

parentPort.postMessage(await main(workerData));
