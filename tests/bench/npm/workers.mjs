// Functions on workers: a call and its result, and a thousand calls at once over
// two workers. Each peer is given the same function in the form it wants.
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

const here = (file) => new URL(file, import.meta.url);
const SELF = here('./worker.mjs');

/** @type {Record<string, () => Promise<{ call(x: number): Promise<number>, close(): unknown }>>} workers → calls */
const PEERS = {
  async goro(workers) {
    const { start } = await import('../../../bindings/dist/index.js');
    const rt = await start({ mode: 'mt', procs: workers });
    const { inc } = rt.module(here('./functions.mjs'));
    return { call: inc, close: () => rt.close() };
  },
  async postMessage(workers) {
    const all = Array.from({ length: workers }, () => new Worker(SELF, { workerData: 'echo' }));
    const waiting = new Map();
    let id = 0;
    for (const worker of all) worker.on('message', ([key, value]) => { waiting.get(key)(value); waiting.delete(key); });
    const call = (x) => new Promise((resolve) => {
      waiting.set(++id, resolve);
      all[id % workers].postMessage([id, x]);
    });
    return { call, close: () => Promise.all(all.map((worker) => worker.terminate())) };
  },
  async comlink(workers) {
    const { wrap } = await import('comlink');
    const { default: endpoint } = await import('comlink/dist/esm/node-adapter.mjs');
    const all = Array.from({ length: workers }, () => new Worker(SELF, { workerData: 'comlink' }));
    const remotes = all.map((worker) => wrap(endpoint(worker)));
    let next = 0;
    return { call: (x) => remotes[next++ % workers].inc(x), close: () => Promise.all(all.map((worker) => worker.terminate())) };
  },
  async piscina(workers) {
    const { Piscina } = await import('piscina');
    const pool = new Piscina({ filename: here('./functions.mjs').href, name: 'inc', minThreads: workers, maxThreads: workers });
    return { call: (x) => pool.run(x), close: () => pool.destroy() };
  },
  async workerpool(workers) {
    const workerpool = createRequire(import.meta.url)('workerpool');
    const { pathname } = SELF;
    const pool = workerpool.pool(pathname, { minWorkers: workers, maxWorkers: workers, workerType: 'thread', workerThreadOpts: { workerData: 'workerpool' } });
    return { call: (x) => pool.exec('inc', [x]), close: () => pool.terminate() };
  },
};

async function sums(peer, workers, n, work) {
  const { call, close } = await PEERS[peer](workers);
  const warm = await call(1);
  if (warm !== 2) throw new Error(`inc(1) is ${warm}`);
  return { run: () => work(call, n), close };
}

const one = async (call, n) => { for (let i = 0; i < n; i++) await call(i); };
const many = async (call, n) => { for (; n > 0; n -= 1000) await Promise.all(Array.from({ length: 1000 }, (_, i) => call(i))); };

/** As the other files' rows; each brings its own workers, and ends them. */
export const rowsOf = (peer) => ({
  'call and back': () => sums(peer, 1, 2000, one),
  'fan-out over 2': () => sums(peer, 2, 4000, many),
});
export const OPERATIONS = { 'call and back': 2000, 'fan-out over 2': 4000 };
