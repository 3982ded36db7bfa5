import { DeadlineExceededError, FatalError, PanicError, RuntimeClosedError, UsageError } from '../../../bindings/dist/index.js';
import { assert, settle, test } from './harness.mjs';

const dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose');

test('mutex: excludes, in both forms', async (rt) => {
  const mu = rt.mutex();
  let inside = 0, n = 0;
  const enter = () => { assert.equal(++inside, 1); n++; };
  await rt.group(async (g) => {
    for (let i = 0; i < 20; i++) {
      g.go(async () => {
        const held = await mu.lock();
        enter();
        await null;
        inside--;
        held[dispose]();
      });
      g.go(function* () {
        yield* mu.lock();
        enter();
        yield;
        inside--;
        mu.unlock();
      });
    }
  });
  assert.equal(n, 40);
  assert.equal(mu.tryLock(), true);
  assert.equal(mu.tryLock(), false);
  mu.unlock();
  assert.throws(() => mu.unlock(), PanicError);
});

test('mutex: do, in both forms, with functions of each kind', async (rt) => {
  const mu = rt.mutex();
  const fns = [() => 1, async () => { await null; return 2; }, function* () { yield* rt.sleep(0.1); return mu.tryLock() ? 0 : 3; }];
  const inSteps = function* () {
    const all = [];
    for (const fn of fns) all.push(yield* mu.do(fn));
    return all;
  };
  assert.deepEqual(await rt.go(inSteps).wait(), [1, 2, 3]);
  const all = [];
  for (const fn of fns) all.push(await mu.do(fn));
  assert.deepEqual(all, [1, 2, 3]);
  const oops = new Error('oops');
  for (const fn of [() => { throw oops; }, async () => { throw oops; }, function* () { yield* rt.sleep(0.1); throw oops; }]) {
    assert.equal(await rt.go(function* () { yield* mu.do(fn); }).wait().catch((e) => e), oops);
    assert.equal(await mu.do(fn).catch((e) => e), oops);
  }
  await mu.lock();
  await assert.rejects(rt.go(function* () { yield* mu.do(() => {}, { ctx: rt.context().withTimeout(1) }); }).wait(), DeadlineExceededError);
  await assert.rejects(mu.do(() => {}, { ctx: rt.context().withTimeout(1) }), DeadlineExceededError);
  mu.unlock();
  await assert.rejects(rt.group({ timeoutMs: 1 }, async (g) => { g.go(function* () { yield* mu.do(() => new Promise(() => {})); }); }), DeadlineExceededError);
  assert.equal(mu.tryLock(), true);
});

test('mutex: signal leaves no waiter', async (rt) => {
  const mu = rt.mutex(), controller = new AbortController();
  await mu.lock();
  const waits = mu.lock(controller);
  controller.abort(new Error('off'));
  await assert.rejects(waits, /off/);
  mu.unlock();
  assert.equal(mu.tryLock(), true);
});

test('rwmutex: readers together, writers alone', async (rt) => {
  const rw = rt.rwmutex();
  let readers = 0, writers = 0, most = 0;
  await rt.group(async (g) => {
    for (let i = 0; i < 30; i++) {
      g.go(function* () {
        yield* rw.rlock();
        most = Math.max(most, ++readers);
        assert.equal(writers, 0);
        yield* rt.sleep(0.1);
        readers--;
        rw.runlock();
      });
      if (i % 5 === 0) g.go(async () => {
        await rw.lock();
        assert.equal(++writers, 1);
        assert.equal(readers, 0);
        await null;
        writers--;
        rw.unlock();
      });
    }
  });
  assert.ok(most > 1);
  assert.equal(rw.tryLock(), true);
  assert.equal(rw.tryRLock(), false);
  rw.unlock();
  assert.throws(() => rw.unlock(), PanicError);
  assert.throws(() => rw.runlock(), PanicError);
});

test('rwmutex: a writer that is called off lets readers in', async (rt) => {
  const rw = rt.rwmutex(), controller = new AbortController();
  await rw.rlock();
  const writer = rw.lock(controller), reader = rw.rlock();
  controller.abort(new Error('off'));
  await assert.rejects(writer, /off/);
  await reader;
  rw.runlock();
  rw.runlock();
});

test('waitgroup', async (rt) => {
  const wg = rt.waitGroup();
  await wg.wait();
  let n = 0;
  wg.add(2);
  const waits = [wg.wait(), rt.go(function* () { yield* wg.wait(); return n; }).wait()];
  wg.go(async () => { await rt.sleep(1); n++; });
  wg.go(function* () { yield* rt.sleep(1); n++; });
  wg.done();
  wg.done();
  await waits[0];
  assert.equal(await waits[1], 2);
  assert.throws(() => wg.done(), PanicError);
  assert.throws(() => wg.add(0.5), UsageError);
});

test('waitgroup: its goroutines are tasks up to their ends, whatever they are', async (rt) => {
  const wg = rt.waitGroup(), gate = rt.chan(), ended = [];
  const note = (name) => { ended.push(name); };
  const all = [
    wg.go(function* (name) { yield* gate.recv(); note(name); return name; }, 'generator'),
    wg.go(async (name) => { await gate.recv(); note(name); return name; }, 'async'),
    wg.go(() => (function* () { yield* gate.recv(); note('steps'); return 'steps'; })()),
    wg.go(() => { note('function'); return 'function'; }),
  ];
  const bad = [
    wg.go(function* () { yield* gate.recv(); note('throws'); throw new Error('generator'); }),
    wg.go(async () => { await gate.recv(); note('rejects'); throw new Error('async'); }),
    wg.go(function* () { note('forgets'); gate.recv(); }), // and that is called off
  ];
  for (const each of bad) each.wait().catch(() => {});
  let over = false;
  const waits = wg.wait().then(() => { over = true; });
  while (ended.length < 2) await rt.sleep(0);
  for (let i = 0; i < 5; i++) {
    assert.ok(!over, `${ended}`);
    await gate.send(i);
  }
  await waits;
  assert.deepEqual([...ended].sort(), ['async', 'forgets', 'function', 'generator', 'rejects', 'steps', 'throws']);
  assert.deepEqual(await Promise.all(all.map((g) => g.wait())), ['generator', 'async', 'steps', 'function']);
  await assert.rejects(bad[0].wait(), /generator/);
  await assert.rejects(bad[1].wait(), /async/);
  await assert.rejects(bad[2].wait(), UsageError);
  assert.throws(() => wg.done(), PanicError);
});

test('waitgroup: one done too many is not let pass when a goroutine ends', async (rt) => {
  const wg = rt.waitGroup(), waits = rt.chan().recv();
  const g = wg.go(function* () { wg.done(); }); // an async one's is an unhandled rejection
  const error = await waits.catch((e) => e);
  assert.ok(error instanceof FatalError, `${error}`);
  assert.match(error.message, /sync: negative WaitGroup counter/);
  await assert.rejects(wg.wait(), RuntimeClosedError);
  g.wait().catch(() => {});
});

test('once', async (rt) => {
  const once = rt.once();
  let n = 0;
  await Promise.all([1, 2, 3].map(() => once.do(async () => { await rt.sleep(1); n++; })));
  assert.equal(n, 1);
  const bad = rt.once();
  await assert.rejects(bad.do(() => { throw new Error('first'); }), /first/);
  await bad.do(() => { n++; });
  assert.equal(n, 1);
  await rt.go(function* () { yield* rt.once().do(async () => { n++; }); }).wait();
  assert.equal(n, 2);
});

test('cond: signal and broadcast', async (rt) => {
  const mu = rt.mutex(), cond = rt.cond(mu);
  let n = 0, woken = 0;
  const generator = function* () {
    yield* mu.lock();
    while (n === 0) yield* cond.wait();
    n--;
    woken++;
    mu.unlock();
  };
  const both = [];
  for (let i = 0; i < 3; i++) {
    both.push(rt.go(generator).wait(), rt.go(async () => {
      await mu.lock();
      while (n === 0) await cond.wait();
      n--;
      woken++;
      mu.unlock();
    }).wait());
  }
  await settle();
  await mu.do(() => { n++; });
  cond.signal();
  await settle();
  assert.equal(woken, 1);
  await mu.do(() => { n += 5; });
  cond.broadcast();
  await Promise.all(both);
  assert.equal(woken, 6);
});

test('semaphore: weights, order, signal', async (rt) => {
  const s = rt.semaphore(3);
  await s.acquire(2);
  const controller = new AbortController();
  const order = [];
  const big = s.acquire(3, controller).catch((e) => order.push(e.message));
  const small = s.acquire(1).then(() => order.push('small'));
  await settle();
  assert.deepEqual(order, [], 'nobody passes the first');
  controller.abort(new Error('big'));
  await big;
  await small;
  assert.deepEqual(order.sort(), ['big', 'small']);
  s.release(3);
  assert.throws(() => s.release(), PanicError);
  await assert.rejects(async () => s.acquire(4), UsageError);
  let inside = 0;
  await rt.group(async (g) => {
    for (let i = 0; i < 12; i++) g.go(function* () {
      const held = yield* s.acquire();
      assert.ok(++inside <= 3);
      yield* rt.sleep(0.2);
      inside--;
      held[dispose]();
    });
  });
});

test('singleflight', async (rt) => {
  const flight = rt.singleFlight();
  let calls = 0;
  const work = async () => { calls++; await rt.sleep(1); return calls; };
  assert.deepEqual(await Promise.all([flight.do('k', work), flight.do('k', work), flight.do('other', work)]), [2, 2, 2]);
  assert.equal(await flight.do('k', work), 3);
  await assert.rejects(flight.do('bad', () => { throw new Error('b'); }), /b/);
});

test('once and singleflight: fn is a goroutine of its own', async (rt) => {
  const ch = rt.chan(), once = rt.once(), flight = rt.singleFlight();
  let got;
  const caller = rt.go(function* () {
    yield* once.do(async () => { got = (await ch.recv()).value; });
    const both = [got, yield* flight.do('k', async () => (await ch.recv()).value)];
    return [...both, yield* flight.do('k', function* () { return (yield* ch.recv()).value; })];
  }).wait();
  for (const v of [1, 2, 3]) await ch.send(v);
  assert.deepEqual(await caller, [1, 2, 3]);
  let n = 0;
  await rt.once().do(function* () { yield* rt.sleep(1); n++; });
  assert.equal(n, 1);
  await assert.rejects(async () => rt.once().do(null), UsageError);
});

test('waits for promises can be called off', async (rt) => {
  const once = rt.once(), flight = rt.singleFlight(), gate = rt.chan();
  const work = async () => (await gate.recv()).value;
  const goroutine = rt.go(work), promise = goroutine.wait();
  const waits = (options) => [
    () => once.do(work, options), () => flight.do('k', work, options), () => goroutine.wait(options), () => rt.await(promise, options),
  ];
  const first = waits(undefined).map((wait) => wait());
  const controller = new AbortController(), ctx = rt.context();
  const off = [
    ...waits({ ctx }).map((wait) => wait()),
    ...waits(controller).map((wait) => rt.go(function* () { yield* wait(); }).wait()),
  ].map((wait) => wait.catch((error) => error.message));
  await settle();
  ctx.cancel(new Error('off'));
  controller.abort(new Error('off'));
  assert.deepEqual(await Promise.all(off), Array(8).fill('off'));
  assert.equal(rt.core.holds, 0);
  for (let i = 0; i < 3; i++) await gate.send(i);
  const [nothing, ...values] = await Promise.all(first);
  assert.equal(nothing, undefined);
  assert.equal(values[1], values[2]);
  for (const wait of waits(controller)) await assert.rejects(async () => wait(), /off/);
});

test('cond: without the lock, nothing has begun', async (rt) => {
  const cond = rt.cond(rt.mutex());
  await assert.rejects(cond.wait(), PanicError);
  await assert.rejects(rt.go(function* () { yield* cond.wait(); }).wait(), PanicError);
  assert.equal(rt.dump(), '');
});

test('waitgroup and semaphore: what is refused counts for nothing', async (rt) => {
  const wg = rt.waitGroup(), s = rt.semaphore(2);
  assert.throws(() => wg.go(null), UsageError);
  await wg.wait();
  assert.throws(() => rt.semaphore(-1), UsageError);
  for (const n of [-1, NaN]) {
    assert.throws(() => s.tryAcquire(n), UsageError);
    assert.throws(() => s.release(n), UsageError);
    await assert.rejects(async () => s.acquire(n), UsageError);
  }
  assert.equal(s.tryAcquire(3), false);
  assert.equal(s.tryAcquire(2), true);
});
