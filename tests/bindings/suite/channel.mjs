import { ChanClosedError, NilChanError, PanicError, send, UsageError } from '../../../bindings/dist/index.js';
import { assert, settle, test, watched } from './harness.mjs';

test('channel: unbuffered, async both', async (rt) => {
  const ch = rt.chan();
  rt.go(async () => {
    for (let i = 0; i < 100; i++) await ch.send(i);
    ch.close();
  });
  let n = 0;
  for await (const v of ch) assert.equal(v, n++);
  assert.equal(n, 100);
});

test('channel: generators both', async (rt) => {
  const ch = rt.chan();
  rt.go(function* () {
    for (let i = 0; i < 1000; i++) yield* ch.send(i);
    ch.close();
  });
  const sum = await rt.run(function* () {
    let sum = 0;
    for (;;) {
      const r = yield* ch.recv();
      if (r.done) return sum;
      sum += r.value;
    }
  });
  assert.equal(sum, 499500);
});

test('channel: a generator and an async function', async (rt) => {
  const ch = rt.chan(3), back = rt.chan();
  rt.go(function* () {
    for (;;) {
      const r = yield* ch.recv();
      if (r.done) break;
      yield* back.send(r.value * 2);
    }
    back.close();
  });
  rt.go(async () => {
    for (let i = 0; i < 50; i++) await ch.send(i);
    ch.close();
  });
  const got = [];
  for await (const v of back) got.push(v);
  assert.deepEqual(got, Array.from({ length: 50 }, (_, i) => i * 2));
});

test('channel: values go by reference, all of them', async (rt) => {
  const numbers = [0, -0, 1, -1, 0.5, 2 ** 30 - 1, 2 ** 30, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53, NaN, -Infinity];
  const values = [undefined, null, ...numbers, '', 'x', 1n, Symbol.iterator, {}, [], () => 1, Promise.resolve(), rt.chan()];
  const ch = rt.chan(values.length);
  for (const v of values) await ch.send(v);
  for (const v of values) assert.ok(Object.is((await ch.recv()).value, v), String(v));
  assert.equal(rt.core.values.size, 0);
});

test('channel: a thenable arrives as it is', async (rt) => {
  const thenable = { then: () => { throw new Error('called'); } };
  const ch = rt.chan();
  rt.go(async () => { await ch.send(thenable); });
  assert.equal((await ch.recv()).value, thenable);
});

test('channel: first come, first served', async (rt) => {
  const ch = rt.chan();
  const order = [];
  const waits = [1, 2, 3].map((i) => ch.recv().then(({ value }) => order.push([i, value])));
  for (const v of ['a', 'b', 'c']) await ch.send(v);
  await Promise.all(waits);
  assert.deepEqual(order, [[1, 'a'], [2, 'b'], [3, 'c']]);
});

test('channel: buffer, len, cap, trySend, tryRecv', async (rt) => {
  const ch = rt.chan(2);
  assert.equal(ch.tryRecv(), undefined);
  assert.equal(ch.trySend(1), true);
  assert.equal(ch.trySend(2), true);
  assert.equal(ch.trySend(3), false);
  assert.deepEqual([ch.len, ch.cap], [2, 2]);
  const third = ch.send(3);
  assert.deepEqual(ch.tryRecv(), { done: false, value: 1 });
  await third;
  assert.equal(ch.len, 2);
  ch.close();
  assert.deepEqual(ch.tryRecv(), { done: false, value: 2 });
  assert.deepEqual(ch.tryRecv(), { done: false, value: 3 });
  assert.deepEqual(ch.tryRecv(), { done: true, value: undefined });
  assert.equal(rt.core.values.size, 0);
});

test('channel: trySend and tryRecv meet waiters', async (rt) => {
  const ch = rt.chan();
  const got = ch.recv();
  assert.equal(ch.trySend('v'), true);
  assert.equal((await got).value, 'v');
  const sent = ch.send('w');
  assert.equal(ch.tryRecv().value, 'w');
  await sent;
});

test('channel: close', async (rt) => {
  const ch = rt.chan();
  const waits = [ch.recv(), ch.recv()];
  ch.close();
  for (const r of await Promise.all(waits)) assert.deepEqual(r, { done: true, value: undefined });
  await assert.rejects(ch.send(1), ChanClosedError);
  assert.throws(() => ch.trySend(1), ChanClosedError);
  assert.throws(() => ch.close(), ChanClosedError);
  const full = rt.chan();
  const sends = full.send({});
  full.close();
  await assert.rejects(sends, ChanClosedError);
  assert.equal(rt.core.values.size, 0);
});

test('channel: errors arrive where a generator waits', async (rt) => {
  const ch = rt.chan();
  const g = rt.go(function* () {
    try {
      yield* ch.send(1);
    } catch (error) {
      return error;
    }
  });
  await settle();
  ch.close();
  assert.ok(await g.wait() instanceof ChanClosedError);
  await assert.rejects(rt.go(function* () { yield* ch.send(1); }).wait(), ChanClosedError);
});

test('channel: nil', async (rt) => {
  const nil = rt.nil();
  assert.equal(nil.trySend(1), false);
  assert.equal(nil.tryRecv(), undefined);
  assert.deepEqual([nil.len, nil.cap], [0, 0]);
  assert.throws(() => nil.close(), NilChanError);
  const controller = new AbortController();
  const waits = [nil.recv({ signal: controller.signal }), nil.send(1, { signal: controller.signal })];
  assert.match(rt.dump(), /chan receive \(nil chan\)[^]*chan send \(nil chan\)/);
  controller.abort(new Error('enough'));
  for (const wait of waits) await assert.rejects(wait, /enough/);
  assert.equal(rt.core.values.size, 0);
});

test('channel: capacities that make no sense', (rt) => {
  for (const cap of [-1, 0.5, NaN, 1e9]) assert.throws(() => rt.chan(cap), PanicError);
});

test('channel: break leaves it open', async (rt) => {
  const ch = rt.chan(2);
  ch.trySend(1);
  ch.trySend(2);
  for await (const v of ch) {
    assert.equal(v, 1);
    break;
  }
  assert.equal(ch.tryRecv().value, 2);
  assert.equal(ch.trySend(3), true);
});

test('channel: values is the same, and can be called off', async (rt) => {
  const ch = rt.chan(3), ctx = rt.context(), got = [];
  for (const v of [1, 2, 3]) ch.trySend(v);
  for await (const v of ch.values({ ctx })) {
    got.push(v);
    break;
  }
  await assert.rejects(async () => {
    for await (const v of ch.values({ ctx })) {
      got.push(v);
      if (v === 3) queueMicrotask(() => ctx.cancel(new Error('enough')));
    }
  }, /enough/);
  assert.equal(ch.trySend(4), true);
  ch.close();
  for await (const v of ch.values()) got.push(v);
  assert.deepEqual(got, [1, 2, 3, 4]);
});

test('channel: signal calls off, and leaves no waiter', async (rt) => {
  const ch = rt.chan();
  const controller = new AbortController();
  const { signal } = controller;
  const waits = [ch.recv({ signal }), ch.recv({ signal })];
  controller.abort(new Error('stop'));
  for (const wait of waits) await assert.rejects(wait, /stop/);
  assert.equal(ch.trySend(1), false);
  await assert.rejects(ch.recv({ signal }), /stop/);
  const later = new AbortController();
  const sends = ch.send({ big: true }, { signal: later.signal });
  later.abort(new Error('no'));
  await assert.rejects(sends, /no/);
  assert.equal(ch.tryRecv(), undefined);
  assert.equal(rt.core.values.size, 0);
  assert.equal(rt.dump(), '');
});

test('channel: an abort after the wake comes too late', async (rt) => {
  const ch = rt.chan();
  const controller = new AbortController();
  const got = ch.recv({ signal: controller.signal });
  ch.trySend('there');
  controller.abort();
  assert.equal((await got).value, 'there');
});

test('channel: signal in a generator', async (rt) => {
  const ch = rt.chan();
  const controller = new AbortController();
  const { signal } = controller;
  const g = rt.go(function* () {
    try {
      yield* ch.recv({ signal });
    } catch (error) {
      yield* rt.sleep(1);
      return error.message;
    }
  });
  await settle();
  controller.abort(new Error('halt'));
  assert.equal(await g.wait(), 'halt');
  assert.equal(ch.trySend(1), false);
  await assert.rejects(rt.go(function* () { yield* ch.recv({ signal }); }).wait(), /halt/);
});

test('channel: f64', async (rt) => {
  const ch = rt.chan.f64(1), sync = rt.chan.f64();
  for (const v of [0.1, -0, NaN, Infinity, 1e300]) {
    await ch.send(v);
    assert.ok(Object.is((await ch.recv()).value, v));
  }
  rt.go(function* () { for (let i = 0; i < 10; i++) yield* sync.send(i / 2); sync.close(); });
  let sum = 0;
  for await (const v of sync) sum += v;
  assert.equal(sum, 22.5);
  assert.equal(ch.trySend(1.5), true);
  assert.equal(ch.trySend(2.5), false);
  assert.equal((await rt.select({ ch })).value, 1.5);
  const got = rt.select({ sync: ch });
  ch.trySend(7.25);
  assert.equal((await got).value, 7.25);
});

test('channel: dispose', async (rt) => {
  const dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose');
  const ch = rt.chan(1);
  ch.trySend({});
  ch[dispose]();
  ch[dispose]();
  assert.throws(() => ch.recv(), UsageError);
  assert.equal(rt.core.values.size, 0);
  const busy = rt.chan();
  const wait = busy.recv();
  assert.throws(() => busy[dispose](), UsageError);
  busy.close();
  await wait;
});

test('channel: many at once', async (rt) => {
  const ch = rt.chan();
  const n = 20000;
  const all = Array.from({ length: n }, () => ch.recv());
  for (let i = 0; i < n; i++) await ch.send(i);
  const got = await Promise.all(all);
  got.forEach(({ value }, i) => assert.equal(value, i));
});

test('channel: every kind of number keeps what fits into it', async (rt) => {
  const kept = {
    i8: [-128, 127], u8: [0, 255], i16: [-32768, 32767], u16: [65535], i32: [-(2 ** 31), 2 ** 31 - 1], u32: [2 ** 32 - 1],
    i64: [-(2n ** 63n), 2n ** 63n - 1n], u64: [2n ** 64n - 1n], f32: [-0.5], f64: [Math.PI, NaN, -Infinity],
  };
  for (const [kind, values] of Object.entries(kept)) {
    const ch = rt.chan[kind](3), sync = rt.chan[kind]();
    for (const value of values) {
      await ch.send(value);
      assert.ok(Object.is((await ch.recv()).value, value), `${kind} ${value}`);
      const waits = sync.recv();
      await sync.send(value);
      assert.ok(Object.is((await waits).value, value), `${kind} ${value}, waited for`);
      const put = sync.send(value);
      assert.ok(Object.is(sync.tryRecv().value, value));
      await put;
      const got = rt.select({ sync });
      assert.equal((await rt.select({ put: send(sync, value) })).key, 'put');
      assert.ok(Object.is((await got).value, value), `${kind} ${value}, selected`);
    }
    ch.close();
    assert.equal((await ch.recv()).done, true);
    await assert.rejects(ch.send(values[0]), ChanClosedError);
  }
  await assert.rejects(async () => rt.chan.i64(1).send(1), TypeError);
});

test('channel: signals', async (rt) => {
  const ch = rt.chan.signal(1), sync = rt.chan.signal();
  await ch.send();
  assert.deepEqual(await ch.recv(), { done: false, value: undefined });
  const waits = sync.recv();
  sync.close();
  assert.equal((await waits).done, true);
});

test('channel: bytes are copied both ways, and none of them stay', async (rt) => {
  const live = watched(rt);
  const ch = rt.chan.bytes(2), sync = rt.chan.bytes();
  const sent = new Uint8Array([1, 2, 3]);
  await ch.send(sent);
  sent[0] = 9;
  assert.deepEqual([...(await ch.recv()).value], [1, 2, 3]);
  await ch.send(new Uint8Array());
  assert.equal((await ch.recv()).value.length, 0);
  await assert.rejects(async () => ch.send('text'), TypeError);
  assert.equal(sync.trySend(sent), false);
  const controller = new AbortController();
  const waits = sync.send(sent, { signal: controller.signal });
  controller.abort(new Error('off'));
  await assert.rejects(waits, /off/);
  assert.equal((await rt.select({ put: send(sync, sent), default: true })).key, 'default');
  const r = rt.select({ put: send(sync, sent), ch });
  await ch.send(new Uint8Array(1 << 20));
  assert.equal((await r).value.length, 1 << 20);
  const big = sync.recv();
  await sync.send(new Uint8Array(3 << 20).fill(7));
  assert.equal((await big).value[(3 << 20) - 1], 7);
  const late = sync.send(sent);
  sync.close();
  await assert.rejects(late, ChanClosedError);
  await assert.rejects(sync.send(sent), ChanClosedError);
  ch.trySend(sent), ch.trySend(sent);
  ch[Symbol.dispose ?? Symbol.for('Symbol.dispose')]();
  assert.equal(live.size, 0);
});

test('channel: printed, it is what it holds', async (rt) => {
  // Browsers show objects as they will.
  const { inspect } = globalThis.process?.getBuiltinModule?.('node:util') ??
    { inspect: (v) => v[Symbol.for('nodejs.util.inspect.custom')](2, {}, (parts) => JSON.stringify(parts)) };
  const ch = rt.chan(3);
  ch.trySend('a');
  assert.match(inspect(ch), /^Chan \{\s*"?len"?:\s*1,\s*"?cap"?:\s*3\s*\}$/);
  assert.ok(inspect(rt.core).length < 20, 'not all of memory, in what has it');
});
