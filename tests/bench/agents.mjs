#!/usr/bin/env node
// What a wake-up across workers costs: two that hand a number to and fro over the
// package's channels, beside two that do so by Atomics.wait and notify alone.
// Microseconds a round trip, minima of rounds.
//
//   tests/bench/agents.mjs [ROUNDS [ROUND_TRIPS]]
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { start } from '../../bindings/dist/index.js';

function bare({ words, first, trips }) {
  const mine = first ? 0 : 16, other = first ? 16 : 0;
  for (let i = 1; i <= trips; i++) {
    if (first) {
      Atomics.store(words, other, i);
      Atomics.notify(words, other);
    }
    Atomics.wait(words, mine, i - 1);
    if (!first) {
      Atomics.store(words, other, i);
      Atomics.notify(words, other);
    }
  }
}

function work(data) {
  parentPort.postMessage('ready');
  parentPort.once('message', () => {
    const from = performance.now();
    bare(data);
    parentPort.postMessage((performance.now() - from) * 1e3 / data.trips);
    parentPort.close();
  });
}

const said = (worker) => new Promise((resolve, reject) => {
  worker.once('message', resolve);
  worker.once('error', reject);
});

async function ofAtomics(trips) {
  const words = new Int32Array(new SharedArrayBuffer(128));
  const workers = [true, false].map((first) => new Worker(new URL(import.meta.url), { workerData: { words, first, trips } }));
  await Promise.all(workers.map(said));
  const times = workers.map(said);
  for (const worker of workers) worker.postMessage('go');
  return Math.max(...await Promise.all(times));
}

async function ofChannels(kind, trips) {
  const rt = await start({ mode: 'mt', procs: 2 });
  const there = rt.chan.f64(0), back = rt.chan.f64(0);
  const functions = rt.module(new URL('./npm/functions.mjs', import.meta.url));
  await Promise.all([functions.spin(200), functions.spin(200)]); // until both have started
  const [ms] = await Promise.all([functions[`${kind}Ping`](there, back, trips), functions[`${kind}Pong`](there, back, trips)]);
  await rt.close();
  return ms * 1e3 / trips;
}

const KINDS = {
  'Atomics.wait': ofAtomics,
  'goro, generators': (trips) => ofChannels('generator', trips),
  'goro, async': (trips) => ofChannels('async', trips),
};

async function main(rounds, trips) {
  const best = {};
  for (let i = 0; i < rounds; i++)
    for (const [name, round] of Object.entries(KINDS)) best[name] = Math.min(best[name] ?? Infinity, await round(trips));
  for (const [name, us] of Object.entries(best)) console.log(`  ${name.padEnd(18)}${us.toFixed(2).padStart(8)}  ${(us / best['Atomics.wait']).toFixed(2)} times`);
}

if (isMainThread) await main(Number(process.argv[2] ?? 5), Number(process.argv[3] ?? 20_000));
else work(workerData);
