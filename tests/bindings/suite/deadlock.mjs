import { DeadlockError } from '../../../bindings/dist/index.js';
import { assert, test } from './harness.mjs';

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
