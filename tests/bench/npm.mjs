#!/usr/bin/env node
// The npm package beside a queue of promises written by hand: ns per operation,
// minima of rounds taken in turns, so that what else the machine does hits all
// alike.
//
//   tests/bench/npm.mjs [ROUNDS]
import { send, start } from '../../bindings/dist/index.js';

const ROUNDS = Number(process.argv[2] ?? 12);
const N = 20_000;
const rt = await start();

/** What people write who have no channels. */
class Queue {
  #values = [];
  #senders = [];
  #receivers = [];
  constructor(cap = 0) { this.cap = cap; }
  send(value) {
    const receive = this.#receivers.shift();
    if (receive) receive(value);
    else if (this.#values.length < this.cap) this.#values.push(value);
    else return new Promise((resolve) => { this.#senders.push({ value, resolve }); });
    return Promise.resolve();
  }
  recv() {
    const buffered = this.#values.length > 0;
    const sender = this.#senders.shift();
    sender?.resolve();
    if (buffered) {
      if (sender) this.#values.push(sender.value);
      return Promise.resolve(this.#values.shift());
    }
    return sender ? Promise.resolve(sender.value) : new Promise((resolve) => { this.#receivers.push(resolve); });
  }
}

class Lock {
  #tail = Promise.resolve();
  async do(fn) {
    const before = this.#tail;
    let unlock;
    this.#tail = new Promise((resolve) => { unlock = resolve; });
    await before;
    try {
      return await fn();
    } finally {
      unlock();
    }
  }
}

const generator = (fn) => rt.go(fn).wait();

async function pingpongAsync(a, b, go) {
  const other = go(async () => { for (let i = 0; i < N; i++) { await a.recv(); await b.send(i); } });
  for (let i = 0; i < N; i++) { await a.send(i); await b.recv(); }
  await other;
}

async function streamAsync(ch, go) {
  const other = go(async () => { for (let i = 0; i < N; i++) await ch.send(i); });
  for (let i = 0; i < N; i++) await ch.recv();
  await other;
}

const byHand = (fn) => fn();
const byRuntime = (fn) => rt.go(fn).wait();
const contend = (lock) => Promise.all([1, 2, 3, 4].map(async () => { for (let i = 0; i < N / 4; i++) await lock.do(() => {}); }));

/** @type {Record<string, Record<string, () => Promise<unknown>>>} */
const ROWS = {
  'ping-pong': {
    generators() {
      const a = rt.chan(), b = rt.chan();
      rt.go(function* () { for (let i = 0; i < N; i++) { yield* a.recv(); yield* b.send(i); } });
      return generator(function* () { for (let i = 0; i < N; i++) { yield* a.send(i); yield* b.recv(); } });
    },
    async: () => pingpongAsync(rt.chan(), rt.chan(), byRuntime),
    'by hand': () => pingpongAsync(new Queue(), new Queue(), byHand),
  },
  'buffered 64': {
    generators() {
      const ch = rt.chan(64);
      rt.go(function* () { for (let i = 0; i < N; i++) yield* ch.send(i); });
      return generator(function* () { for (let i = 0; i < N; i++) yield* ch.recv(); });
    },
    async: () => streamAsync(rt.chan(64), byRuntime),
    'by hand': () => streamAsync(new Queue(64), byHand),
  },
  spawn: {
    generators: () => generator(function* () {
      const wg = rt.waitGroup();
      for (let i = 0; i < N; i++) wg.go(function* () {});
      yield* wg.wait();
    }),
    async: async () => { for (let i = 0; i < N; i++) await rt.go(async () => {}).wait(); },
    'by hand': async () => { for (let i = 0; i < N; i++) await (async () => { await null; })(); },
  },
  'select of 4': {
    generators: () => generator(function* () {
      const [a, b, c, d] = [rt.chan(1), rt.chan(1), rt.chan(1), rt.chan(1)];
      for (let i = 0; i < N; i++) yield* rt.select(i & 1 ? { a, b, c, d } : { a, b, c, put: send(d, i) });
    }),
    async: async () => {
      const [a, b, c, d] = [rt.chan(1), rt.chan(1), rt.chan(1), rt.chan(1)];
      for (let i = 0; i < N; i++) await rt.select(i & 1 ? { a, b, c, d } : { a, b, c, put: send(d, i) });
    },
  },
  'mutex, 4 contend': {
    async: () => contend(rt.mutex()),
    'by hand': () => contend(new Lock()),
  },
};

const best = new Map();
for (let round = 0; round < ROUNDS; round++) {
  for (const [row, kinds] of Object.entries(ROWS)) {
    for (const [kind, run] of Object.entries(kinds)) {
      const from = performance.now();
      await run();
      const ns = ((performance.now() - from) * 1e6) / N;
      best.set(`${row} ${kind}`, Math.min(ns, best.get(`${row} ${kind}`) ?? Infinity));
    }
  }
}

const cell = (row, kind) => (best.has(`${row} ${kind}`) ? String(Math.round(best.get(`${row} ${kind}`))) : '–').padStart(12);
const columns = ['generators', 'async', 'by hand'];
console.log(`${'ns per operation'.padEnd(18)}${columns.map((name) => name.padStart(12)).join('')}   node ${process.version}`);
for (const row of Object.keys(ROWS)) console.log(row.padEnd(18) + columns.map((kind) => cell(row, kind)).join(''));
await rt.close();
