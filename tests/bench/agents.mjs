#!/usr/bin/env node
// What a wake-up across agents costs: two workers with instances of goro-mt.wasm
// that hand a number to and fro over channels, beside two that do so by
// Atomics.wait and notify alone. Microseconds a round trip, minima of rounds.
//
//   tests/bench/agents.mjs [ROUNDS [ROUND_TRIPS]]
import { readFileSync } from 'node:fs';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const PARKED = -2;

/** An instance of the module: the first boots it, others enter as agents. */
function instance({ module, memory, origin, agent }) {
  const bytes = (p, n) => new Uint8Array(memory.buffer, p, n);
  const goro = {
    now: () => performance.timeOrigin - origin + performance.now(),
    wall: () => Date.now(),
    random: (p, n) => { for (let i = 0; i < n; i++) bytes(p, n)[i] = Math.random() * 256; },
    write: (_fd, p, n) => process.stderr.write(Buffer.from(bytes(p, n))),
    exit: () => { throw new Error('exit'); },
    wake: () => {},
  };
  const { exports } = new WebAssembly.Instance(module, { goro, env: { memory, emscripten_notify_memory_growth() {} } });
  if (agent) {
    exports.agent_enter(agent);
  } else {
    exports.__wasm_call_ctors();
    exports.boot();
  }
  return exports;
}

/** One side of the ping-pong: waits of slot 0, and sleep in between. */
function side(ffi, memory, [from, to], first, trips) {
  const i32 = new Int32Array(memory.buffer), f64 = new Float64Array(memory.buffer);
  const note = ffi.note() >> 2, out = ffi.out() >> 3;
  const send = (chan, value) => {
    f64[out] = value;
    return ffi.send_val(chan, 0);
  };
  const settle = (result) => {
    while (result === PARKED) {
      const word = ffi.doze();
      if (word >= 0) {
        Atomics.wait(i32, note, word);
        ffi.awake();
      }
      if ((i32[ffi.flags() >> 2] & 1) !== 0 || ffi.doze() < 0) {
        ffi.settled();
        return;
      }
    }
  };
  for (let i = 0; i < trips; i++) {
    if (first) settle(send(to, i));
    settle(ffi.recv(from, 0));
    if (f64[out] !== i) throw new Error(`received ${f64[out]}, not ${i}`);
    if (!first) settle(send(to, i));
  }
}

function bare(memory, first, trips) {
  const i32 = new Int32Array(memory.buffer);
  const mine = first ? 0 : 16, other = first ? 16 : 0;
  for (let i = 1; i <= trips; i++) {
    if (first) {
      Atomics.store(i32, other, i);
      Atomics.notify(i32, other);
    }
    Atomics.wait(i32, mine, i - 1);
    if (!first) {
      Atomics.store(i32, other, i);
      Atomics.notify(i32, other);
    }
  }
}

function work({ kind, memory, first, trips, chans, ...rest }) {
  const ffi = kind === 'goro' && instance({ memory, ...rest });
  parentPort.postMessage('ready');
  parentPort.once('message', () => {
    const from = performance.now();
    if (ffi) side(ffi, memory, chans, first, trips);
    else bare(memory, first, trips);
    parentPort.postMessage((performance.now() - from) * 1e3 / trips);
    parentPort.close();
  });
}

const said = (worker) => new Promise((resolve, reject) => {
  worker.once('message', resolve);
  worker.once('error', reject);
});

async function round(kind, trips, module) {
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 16384, shared: true });
  const origin = performance.timeOrigin;
  const ffi = kind === 'goro' && instance({ module, memory, origin });
  const [a, b] = ffi ? [ffi.chan(8, 0), ffi.chan(8, 0)] : [0, 0];
  const workers = [true, false].map((first) => new Worker(new URL(import.meta.url), {
    workerData: { kind, module, memory, origin, first, trips, chans: first ? [a, b] : [b, a], agent: ffi ? ffi.agent_new() : 0 },
  }));
  await Promise.all(workers.map(said));
  const times = workers.map(said);
  for (const worker of workers) worker.postMessage('go');
  return Math.max(...await Promise.all(times));
}

async function main(rounds, trips) {
  const module = new WebAssembly.Module(readFileSync(new URL('../../bindings/dist/goro-mt.wasm', import.meta.url)));
  const best = { bare: Infinity, goro: Infinity };
  for (let i = 0; i < rounds; i++)
    for (const kind of Object.keys(best)) best[kind] = Math.min(best[kind], await round(kind, trips, module));
  for (const [kind, us] of Object.entries(best)) console.log(`${kind.padEnd(6)}${us.toFixed(2).padStart(8)} µs a round trip`);
}

if (isMainThread) await main(Number(process.argv[2] ?? 5), Number(process.argv[3] ?? 20_000));
else work(workerData);
