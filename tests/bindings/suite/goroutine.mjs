import { RuntimeClosedError, start, UsageError } from '../../../bindings/dist/index.js';
import { assert, settle, test, testAnywhere } from './harness.mjs';

test('go: results and arguments', async (rt) => {
  assert.equal(await rt.go(async (a, b) => a + b, 1, 2).wait(), 3);
  assert.equal(await rt.go(function* (a) { return a; }, 'x').wait(), 'x');
  assert.equal(await rt.go(() => 'plain').wait(), 'plain');
  const lent = function* () { return 'lent'; };
  assert.equal(await rt.go(() => lent()).wait(), 'lent');
});

test('go: starts when the caller gives way', async (rt) => {
  const order = [];
  const a = rt.go(async () => order.push('async'));
  const b = rt.go(function* () { order.push('generator'); });
  order.push('caller');
  await a.wait();
  await b.wait();
  assert.equal(order[0], 'caller');
  assert.equal(order.length, 3);
});

test('go: exceptions keep their stack', async (rt) => {
  function culprit() { throw new TypeError('mine'); }
  const a = rt.go(async () => culprit()), b = rt.go(function* () { culprit(); });
  for (const g of [a, b]) {
    const error = await g.wait().then(() => undefined, (e) => e);
    assert.ok(error instanceof TypeError);
    assert.match(error.stack, /culprit/);
  }
});

test('go: wait in a generator', async (rt) => {
  const slow = rt.go(async () => { await rt.sleep(1); return 4; });
  assert.equal(await rt.go(function* () { return (yield* slow.wait()) + 1; }).wait(), 5);
  const bad = rt.go(async () => { throw new Error('bad'); });
  assert.equal(await rt.go(function* () {
    try {
      yield* bad.wait();
    } catch (error) {
      return error.message;
    }
  }).wait(), 'bad');
});

test('go: a plain yield gives way', async (rt) => {
  const order = [];
  const run = (name) => rt.go(function* () {
    for (let i = 0; i < 3; i++) {
      order.push(name);
      yield;
    }
  }).wait();
  await Promise.all([run('a'), run('b')]);
  assert.deepEqual(order.slice().sort(), ['a', 'a', 'a', 'b', 'b', 'b']);
  assert.ok(order.join('') !== 'aaabbb' && order.join('') !== 'bbbaaa', order.join(''));
});

test('go: forgotten yield* is found', async (rt) => {
  const ch = rt.chan();
  await assert.rejects(rt.go(function* () { ch.recv(); }).wait(), UsageError);
  await assert.rejects(rt.go(function* () { ch.recv(); yield; }).wait(), UsageError);
  await assert.rejects(rt.go(function* () { ch.recv(); yield* ch.recv(); }).wait(), UsageError);
  assert.equal(ch.trySend(1), false, 'a waiter is left');
  assert.equal(rt.dump(), '');
});

test('go: await inside a generator is found', async (rt) => {
  const ch = rt.chan();
  let inner;
  await assert.rejects(rt.go(function* () {
    inner = (async () => { await ch.recv(); })();
  }).wait(), UsageError);
  await assert.rejects(inner, UsageError);
});

test('go: what is no function', (rt) => {
  assert.throws(() => rt.go(null), UsageError);
});

test('go: an async generator, which nobody would run', async (rt) => {
  async function* each() { yield 1; }
  for (const go of [rt, rt.waitGroup()]) assert.throws(() => go.go(each), /UsageError: go of an async generator/);
  await rt.group(async (g) => { assert.throws(() => g.go(each), UsageError); });
  await assert.rejects(rt.group({ limit: 1 }, async (g) => { g.go(() => rt.sleep(1)); g.go(each); }), UsageError);
  await rt.waitGroup().wait();
});

test('options of waits that do nothing', async (rt) => {
  const ch = rt.chan(1);
  assert.throws(() => ch.recv(AbortSignal.abort()), /UsageError: a wait takes { signal }/);
  assert.throws(() => ch.send(1, { timeoutMs: 5 }), /UsageError: a wait: there is no option timeoutMs/);
  assert.throws(() => rt.sleep(1, { timeout: 1 }), UsageError);
  assert.throws(() => rt.module('x:y', { grace: 5 }), UsageError);
  await ch.send(1, { transfer: [] });
  assert.equal((await ch.recv({ signal: undefined, ctx: undefined })).value, 1);
});

test('sleep: never too short, in both forms', async (rt) => {
  const from = performance.now();
  const late = (ms) => () => assert.ok(performance.now() - from >= ms - 0.01, `${ms} ms`);
  const wait = (ms) => rt.go(function* () { yield* rt.sleep(ms); }).wait().then(late(ms));
  await Promise.all([wait(30), wait(10), wait(20), rt.sleep(15).then(late(15))]);
  await rt.sleep(0);
  await rt.sleep(-1);
});

test('sleep: signal', async (rt) => {
  const controller = new AbortController();
  const waits = [rt.sleep(100000, controller), rt.go(function* () { yield* rt.sleep(100000, controller); }).wait()];
  await settle();
  controller.abort(new Error('up'));
  for (const wait of waits) await assert.rejects(wait, /up/);
});

test('sleep: a timer that is set while another is due later', async (rt) => {
  const late = rt.sleep(60000, { signal: AbortSignal.timeout(5000) }).catch(() => {});
  await rt.sleep(5);
  await rt.sleep(1);
  void late;
});

test('await: promises in generators', async (rt) => {
  const v = await rt.run(function* () {
    const a = yield* rt.await(Promise.resolve(1));
    const b = yield* rt.await(new Promise((resolve) => setTimeout(resolve, 2, 2)));
    try {
      yield* rt.await(Promise.reject(new Error('r')));
    } catch (error) {
      return [a, b, error.message];
    }
  });
  assert.deepEqual(v, [1, 2, 'r']);
  assert.equal(await rt.await(3), 3);
});

test('the event loop has its turns', async (rt) => {
  let turns = 0, over = false;
  const ping = rt.chan(), pong = rt.chan();
  const spin = rt.chan(1);
  rt.go(async () => { while (!over) { await ping.send(0); await pong.recv(); } ping.close(); });
  rt.go(async () => { for await (const v of ping) await pong.send(v); });
  rt.go(function* () { while (!over) yield; });
  rt.go(async () => { while (!over) { await spin.send(0); await spin.recv(); } });
  await new Promise((resolve) => {
    const timer = setInterval(() => {
      if (++turns < 5) return;
      over = true;
      clearInterval(timer);
      resolve();
    }, 1);
  });
  assert.equal(turns, 5);
});

test('close: everything that waits is told', async (rt) => {
  const ch = rt.chan();
  const log = [];
  const waits = [ch.recv(), rt.chan().send(1), rt.sleep(10000), rt.select({ ch })];
  const begun = rt.chan(1);
  const g = rt.go(function* () {
    try {
      begun.trySend();
      yield* ch.recv();
    } finally {
      log.push('finally');
    }
  });
  const told = g.wait();
  await begun.recv();
  await rt.close();
  assert.deepEqual(log, ['finally']);
  for (const wait of [...waits, told]) await assert.rejects(wait, RuntimeClosedError);
  await assert.rejects(ch.recv(), RuntimeClosedError);
  await assert.rejects(ch.send(1), RuntimeClosedError);
  await assert.rejects(rt.sleep(1), RuntimeClosedError);
  assert.throws(() => rt.chan(), RuntimeClosedError);
  assert.throws(() => rt.go(async () => {}), RuntimeClosedError);
  assert.throws(() => ch.trySend(1), RuntimeClosedError);
});

test('a promise that tells twice ends its goroutine once', async (rt) => {
  const twice = Object.assign(Promise.resolve(), { then: (heard) => { heard(1); heard(2); } });
  assert.equal(await rt.go(() => twice).wait(), 1);
  const others = [1, 2, 3].map((n) => rt.go(async () => { await rt.sleep(1); return n; }));
  assert.equal(rt.core.goroutines, 3);
  assert.deepEqual(await Promise.all(others.map((g) => g.wait())), [1, 2, 3]);
  assert.equal(rt.core.goroutines, 0);
});

test('100,000 goroutines wait', async (rt) => {
  const ch = rt.chan();
  const n = 100000;
  let sum = 0;
  for (let i = 0; i < n; i++) rt.go(function* () { sum += (yield* ch.recv()).value; });
  await rt.go(function* () { for (let i = 0; i < n; i++) yield* ch.send(1); }).wait();
  await settle();
  await rt.sleep(1);
  assert.equal(sum, n);
});

test('close: by a generator, which runs on', async (rt) => {
  const a = rt.chan(), log = [];
  const waits = a.recv();
  const other = rt.go(function* () { try { yield* rt.chan().recv(); } finally { log.push('other'); } }).wait();
  const closer = rt.go(function* () {
    yield;
    a.trySend(1);
    rt.close();
    try {
      yield* a.recv();
    } catch (error) {
      return error;
    }
  }).wait();
  for (const wait of [waits, other]) await assert.rejects(wait, RuntimeClosedError);
  assert.ok((await closer) instanceof RuntimeClosedError);
  assert.deepEqual(log, ['other']);
  await assert.rejects(a.recv(), RuntimeClosedError);
});

test('close: by a generator that gives way then, and by a signal', async () => {
  const controller = new AbortController();
  const rt = await start({ signal: controller.signal });
  const log = [], why = new Error('why');
  const g = rt.go(function* () {
    controller.abort(why);
    try {
      yield;
    } finally {
      log.push('finally');
    }
  });
  assert.equal(await g.wait().catch((e) => e), why);
  assert.deepEqual(log, ['finally']);
});

/** What a program makes of a seed: who receives what, and which case of a select is chosen. */
async function schedule(seed) {
  const rt = await start({ seed });
  const ch = rt.chan(), all = rt.waitGroup(), log = [];
  for (let i = 0; i < 20; i++) {
    all.add(1);
    rt.go(function* () {
      const { key, value } = yield* rt.select({ a: ch, b: ch });
      log.push(`${i}${key}${value}`);
      all.done();
    });
  }
  rt.go(function* () { for (let i = 0; i < 20; i++) yield* ch.send(i); });
  await all.wait();
  await rt.close();
  return log.join();
}

testAnywhere('seed: the same schedule again, and others', async () => {
  const first = await schedule(1);
  assert.equal(await schedule(1), first);
  assert.ok(await schedule(0xffffffff) !== first);
  for (const seed of [0, -1, 1.5, 2 ** 32, '1']) await assert.rejects(start({ seed }), UsageError);
});

test('goroutine: an async function that returns a generator when all is closed', async (rt) => {
  let begun;
  const begins = new Promise((resolve) => { begun = resolve; });
  let go;
  const g = rt.go(async () => {
    begun();
    await new Promise((resolve) => { go = resolve; });
    return (function* never() { assert.ok(false, 'it runs'); })();
  });
  await begins;
  await rt.close();
  go();
  await assert.rejects(g.wait(), RuntimeClosedError);
});
