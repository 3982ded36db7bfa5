import { DeadlineExceededError, DeadlockError } from '../../../bindings/dist/index.js';
import { assert, test } from './harness.mjs';

const CRUNCH = new URL('./modules/crunch.js', import.meta.url);

test('deadlock: the dump names goroutine and reason', async (rt) => {
  const ch = rt.chan(), mu = rt.mutex();
  const error = await rt.run(function* outer() {
    rt.go(function* inner() { yield* ch.send(1); yield* ch.send(2); });
    rt.go(function* locker() { yield* mu.lock(); yield* mu.lock(); });
    yield* ch.recv();
    yield* rt.select({ never: rt.chan() });
  }).catch((e) => e);
  assert.ok(error instanceof DeadlockError);
  assert.match(error.dump, /goroutine \d+ \[select\]:\nouter/);
  assert.match(error.dump, /\[chan send\]:\ninner/);
  assert.match(error.dump, /\[sync.Mutex.Lock\]:\nlocker/);
});

test('deadlock: not while there is a timer, a promise, or an async goroutine', async (rt) => {
  const ch = rt.chan();
  setTimeout(() => {}, 0);
  assert.equal(await rt.run(function* () {
    rt.go(function* () { yield* rt.sleep(3); yield* ch.send('timer'); });
    return (yield* ch.recv()).value;
  }), 'timer');
  assert.equal(await rt.run(function* () {
    rt.go(function* () {
      yield* rt.await(new Promise((resolve) => setTimeout(resolve, 3)));
      yield* ch.send('promise');
    });
    return (yield* ch.recv()).value;
  }), 'promise');
  assert.equal(await rt.run(function* () {
    rt.go(async () => { await new Promise((resolve) => setTimeout(resolve, 3)); await ch.send('async'); });
    return (yield* ch.recv()).value;
  }), 'async');
});

/** Run fn with a clock that goes on by as many ms as its argument is called with. */
async function withClock(fn) {
  const { now } = performance;
  let ahead = 0;
  performance.now = () => now.call(performance) + ahead;
  try {
    await fn((ms) => { ahead += ms; });
  } finally {
    performance.now = now;
  }
}

test('deadlock: also if the verdict falls where the event loop has its turn', (rt) => withClock(async (pass) => {
  const mu = rt.mutex(), never = rt.chan();
  let turns = 0;
  for (let i = 0; i < 1000 && turns < 2; i++) { // one of so many waits is where the clock is looked at
    await mu.lock();
    const waits = mu.lock(), main = rt.run(function* () { yield* never.recv(); });
    pass(1000); // the loop should have had it by now
    mu.unlock();
    if (rt.core.tells === 0) turns++;
    await assert.rejects(main, DeadlockError);
    await waits;
    for (let more = i % 5; more > 0; more--) {
      const next = mu.lock();
      mu.unlock();
      await next;
    }
    mu.unlock();
  }
  assert.equal(turns, 2);
}));

test('deadlock: not before who has waited for what is over has heard', async (rt) => {
  const { nothing } = rt.module(CRUNCH);
  await nothing();
  for (const start of [
    () => { const wg = rt.waitGroup(); wg.go(async () => {}); return wg.wait(); },
    () => rt.go(async () => {}).wait(),
    () => nothing(),
  ]) {
    const ch = rt.chan();
    void start().then(() => ch.close());
    assert.ok((await rt.run(function* () { return yield* ch.recv(); })).done, `${start}`);
  }
});

test('deadlock: when the last goroutines of a call have ended, after the call', async (rt) => {
  const name = `goro ${Math.random()}`, host = new BroadcastChannel(name);
  await rt.module(CRUNCH).handOver(name);
  const main = rt.run(function* () { yield* rt.chan().recv(); });
  host.postMessage('go on');
  await assert.rejects(main, DeadlockError);
  host.close();
});

test('deadlock: after the last async goroutine has ended', async (rt) => {
  await assert.rejects(rt.run(function* () {
    rt.go(async () => { await null; });
    yield* rt.chan().recv();
  }), DeadlockError);
});

test('deadlock: not while a hold is there, and then', async (rt) => {
  const ch = rt.chan();
  const hold = rt.hold();
  const main = rt.run(function* () { yield* ch.recv(); yield* ch.recv(); });
  await new Promise((resolve) => setTimeout(resolve, 3));
  ch.trySend(1);
  await new Promise((resolve) => setTimeout(resolve, 3));
  hold[Symbol.dispose ?? Symbol.for('Symbol.dispose')]();
  await assert.rejects(main, DeadlockError);
});

test('deadlock: not while a deadline or a signal can end a wait', async (rt) => {
  const never = new AbortController().signal;
  const main = (options) => rt.run(function* () { yield* rt.chan().recv(options()); });
  await assert.rejects(main(() => ({ ctx: rt.context().withTimeout(5) })), DeadlineExceededError);
  await assert.rejects(main(() => ({ signal: AbortSignal.timeout(5) })), /TimeoutError/);
  await assert.rejects(main(() => ({ signal: AbortSignal.timeout(5), ctx: rt.context() })), /TimeoutError/);
  await assert.rejects(main(() => ({ ctx: rt.context(AbortSignal.timeout(5)).withValue('k', 1) })), /TimeoutError/);
  assert.equal(await rt.run(function* () {
    const ctx = rt.context().withTimeout(5);
    return (yield* rt.select({ never: rt.chan(), gone: ctx.done })).key;
  }), 'gone');
  await assert.rejects(main(() => ({ ctx: rt.context() })), DeadlockError);
  await assert.rejects(rt.run(function* () {
    const ch = rt.chan();
    rt.go(function* () { yield; yield* ch.send(1); });
    yield* ch.recv({ signal: never });
    yield* ch.recv();
  }), DeadlockError);
  assert.equal(rt.core.holds, 0);
});

test('deadlock: when the last deadline has passed, or is no more', async (rt) => {
  let ctx;
  const stuck = function* () { yield* rt.chan().recv(); };
  rt.context().withTimeout(3);
  await assert.rejects(rt.run(stuck), DeadlockError);
  ctx = rt.context().withTimeout(60000);
  const main = rt.run(stuck);
  setTimeout(() => ctx.cancel(), 3);
  await assert.rejects(main, DeadlockError);
  ctx = rt.context(new AbortController().signal);
  const other = rt.run(stuck);
  setTimeout(() => ctx.cancel(), 3);
  await assert.rejects(other, DeadlockError);
});
