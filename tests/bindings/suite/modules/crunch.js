// Functions for module.mjs. They import the package as a program's module does,
// which is another copy than a worker's own.
import { after, ChanClosedError, Chan, Context, DeadlineExceededError, recv, runtime, select, send, transfer, UsageError } from '../../../../bindings/dist/index.js';

export const notAFunction = 1;
export const add = (a, b) => a + b;
export const addSoon = async (a, b) => a + b;
export function* addInSteps(a, b) {
  yield* runtime().sleep(1);
  return a + b;
}
export const echo = (...args) => args;
export const nothing = () => {};
export const aFunction = () => () => 1;
export const fill = (n) => { const bytes = new Uint8Array(n).fill(7); return transfer(bytes, [bytes.buffer]); };
export const change = (o) => { o.changed = true; return o; };

export function brighten({ block, by }) {
  const { bytes } = block;
  for (let i = 0; i < bytes.length; i++) bytes[i] += by;
  return block;
}
/** Keeps its worker to itself until the channel is closed. */
export function* occupy(begun, until) {
  yield* begun.send(1);
  while (until.tryRecv() === undefined);
}
export function* brightenAll(work, done, by) {
  for (;;) {
    const { value: block, done: over } = yield* work.recv();
    if (over) return;
    yield* done.send(brighten({ block, by }));
  }
}

export function fail(message) {
  throw new RangeError(message, { cause: { code: 7 } });
}
export const failLater = async (value) => { await null; throw value; };
export const failClosed = async (ch) => { await ch.send(1); };

export async function work(jobs, out) {
  let n = 0;
  for await (const job of jobs) {
    await out.send({ job, squared: job.n * job.n });
    n++;
  }
  return n;
}

export async function workUntil(jobs, out, ctx) {
  for await (const job of jobs.values({ ctx })) await out.send(job, { ctx });
}

export function* workInSteps(jobs, out) {
  for (let n = 0; ; n++) {
    const { value, done } = yield* jobs.recv();
    if (done) return n;
    yield* out.send({ job: value, squared: value.n * value.n });
  }
}

/** Its part of a once: waits at the gate. */
export async function first(once, begun, gate, ran) {
  await once.do(async () => {
    await begun.send(1);
    await gate.recv();
    await ran.send(1);
  });
}

/** A channel of its own, through the one it has got. */
export async function serve(requests) {
  for await (const { value, reply } of requests) await reply.send(value + 1);
}

export async function open(cap) {
  const ch = runtime().chan(cap);
  ch.trySend('left behind');
  return ch;
}

export async function choose(a, b, quit) {
  const log = [];
  for (;;) {
    const r = await select({ a: recv(a), b: recv(b), quit: recv(quit), late: after(10_000) });
    if (r.key === 'quit') return log;
    log.push([r.key, r.value]);
  }
}

export async function put(ch, value) {
  return (await select({ put: send(ch, value), late: after(10_000) })).key;
}

export async function waitFor(ctx) {
  const { done } = await ctx.done.recv();
  return [done, ctx.err.name, ctx.err instanceof DeadlineExceededError, String(ctx.cause?.message ?? ctx.cause), ctx.value('user'), ctx instanceof Context];
}

/** of: a context, or a group. keys: also as symbols. */
export function valuesOf(of, keys) {
  const ctx = of instanceof Context ? of : of.ctx;
  return keys.map((key) => ctx.value(key) ?? (typeof key === 'string' ? ctx.value(Symbol.for(key)) : undefined));
}
export const endItself = (ctx) => { ctx.cancel(); return ctx.err.name; };

export async function untilAborted(signal) {
  await new Promise((resolve) => { signal.aborted ? resolve() : signal.addEventListener('abort', resolve); });
  return signal.reason.message;
}

export function* sleepy(log) {
  try {
    yield* log.send('begins');
    yield* runtime().sleep(60_000);
  } finally {
    log.trySend('ends');
  }
}

export const kinds = async (ch) => {
  await ch.send(1).catch((error) => { if (!(error instanceof ChanClosedError)) throw error; });
  return [ch instanceof Chan, ch.cap];
};

/** Two goroutines run on when the call is over, from a word on that channel of the host's; nobody hears of them. */
export function handOver(name) {
  const rt = runtime(), mu = rt.mutex(), host = new BroadcastChannel(name);
  const word = new Promise((resolve) => { host.onmessage = resolve; });
  rt.go(async () => { await mu.lock(); await word; host.close(); mu.unlock(); });
  rt.go(async () => { await mu.lock(); mu.unlock(); });
}

export const mode = () => runtime().info.mode;
export const closeHere = () => runtime().close().then(() => 'closed', (error) => error instanceof UsageError);

export async function fanOut(url, n) {
  const { add } = runtime().module(url);
  const all = await Promise.all(Array.from({ length: n }, (_, i) => add(i, 1)));
  return all.reduce((a, b) => a + b);
}

export async function relay(numbers, bytes, signal) {
  let sum = 0;
  for await (const v of numbers) sum += v;
  const { value } = await bytes.recv();
  await bytes.send(value.map((b) => b + 1));
  await signal.send();
  return sum;
}

export async function pingpong(a, b, n) {
  for (let i = 0; i < n; i++) {
    await a.recv();
    await b.send(i);
  }
}

export async function count(mu, wg, sem, total, n) {
  for (let i = 0; i < n; i++) {
    await sem.acquire();
    await mu.do(async () => {
      const { value } = await total.recv();
      await total.send(value + 1);
    });
    sem.release();
  }
  wg.done();
}

export async function hold(rw, cond, held) {
  await rw.rlock();
  await cond.lock.lock();
  await held.send('held');
  await cond.wait();
  cond.lock.unlock();
  rw.runlock();
}

/** One caller of a single flight; its own work says so, and waits at the gate. */
export async function fly(flight, key, begun, gate, joins) {
  const work = async () => {
    await begun.send(key);
    const { value } = await gate.recv();
    if (value instanceof Error) throw value;
    return value;
  };
  const flown = flight.do(key, work);
  joins?.trySend(key);
  return await flown;
}

export async function flyThere(flight, value) {
  return await flight.do('there', async () => value);
}

/** More members for a group; it does not wait for them. */
export function recruit(group, n, out) {
  for (let i = 0; i < n; i++) {
    group.go(function* () { yield* runtime().sleep(i % 3); yield* out.send(i); });
    group.go(async () => { await runtime().sleep(i % 3); await out.send(i); });
  }
}

export const waits = async (group) => { await group.wait(); };

/** Members that wait until the group ends; and one that throws, as soon as it is told to. All have begun. */
export async function recruitRebel(group, word, ended) {
  const begun = runtime().chan(2);
  group.go(function* () {
    try {
      begun.trySend('generator');
      yield* runtime().chan().recv();
    } finally {
      ended.trySend('generator');
    }
  });
  group.go(async () => {
    try {
      begun.trySend('async');
      await runtime().chan().recv(group);
    } finally {
      ended.trySend('async');
    }
  });
  group.go(async () => {
    const { value } = await word.recv();
    throw new RangeError(value);
  });
  await begun.recv();
  await begun.recv();
}

export async function passOn(group, url, out) {
  await runtime().module(url).recruit(group, 4, out);
}

/** A result whose buffers are marked. */
export const flyMarked = (flight, begun, gate) => flight.do('marked', async () => {
  await begun.send('begins');
  await gate.recv();
  const bytes = new Uint8Array([1, 2, 3]);
  return transfer(bytes, [bytes.buffer]);
});

/** What is thrown can neither be copied nor shown. */
export function recruitOdd(group) {
  group.go(async () => { throw Object.create(null, { toString: { value() { throw new Error('no text'); } }, fn: { enumerable: true, value() {} } }); });
}
