import { after, ChanClosedError, recv, select, send, UsageError } from '../../../bindings/dist/index.js';
import { assert, begin, settle, test } from './harness.mjs';

test('select: what is ready', async (rt) => {
  const a = rt.chan(1), b = rt.chan(1);
  a.trySend(1);
  assert.deepEqual(await rt.select({ a: recv(a), b: recv(b) }), { key: 'a', done: false, value: 1 });
  assert.deepEqual(await rt.select({ a: recv(a), b: send(b, 5) }), { key: 'b' });
  assert.equal(b.tryRecv().value, 5);
  assert.equal(rt.core.values.size, 0);
});

test('select: default', async (rt) => {
  const a = rt.chan();
  assert.deepEqual(await rt.select({ a: recv(a), default: true }), { key: 'default' });
  assert.deepEqual(await rt.select({ a: send(a, {}), default: true }), { key: 'default' });
  assert.deepEqual(await rt.select({ default: true }), { key: 'default' });
  assert.equal(rt.core.values.size, 0);
});

test('select: waits, in both forms, and leaves nothing behind', async (rt) => {
  const a = rt.chan(), b = rt.chan();
  const waits = rt.select({ a, b: recv(b), put: send(a, 'mine') });
  await settle();
  await b.send('v');
  assert.deepEqual(await waits, { key: 'b', done: false, value: 'v' });
  assert.equal(a.tryRecv(), undefined);
  assert.equal(a.trySend(1), false);
  const g = rt.go(function* () { return yield* rt.select({ a, put: send(b, 'w') }); });
  await settle();
  assert.equal((await b.recv()).value, 'w');
  assert.deepEqual(await g.wait(), { key: 'put' });
  assert.equal(rt.core.values.size, 0);
  assert.equal(rt.dump(), '');
});

test('select: close wakes it', async (rt) => {
  const a = rt.chan(), b = rt.chan();
  const waits = rt.select({ a, b });
  b.close();
  assert.deepEqual(await waits, { key: 'b', done: true, value: undefined });
  await assert.rejects(rt.select({ put: send(b, 1) }), ChanClosedError);
  const sends = rt.select({ put: send(a, 1) });
  a.close();
  await assert.rejects(sends, ChanClosedError);
  assert.equal(rt.core.values.size, 0);
});

test('select: null cases are off, and none at all waits for ever', async (rt) => {
  const a = rt.chan(1);
  a.trySend(1);
  assert.equal((await rt.select({ off: recv(null), put: send(null, 1), a })).key, 'a');
  const controller = new AbortController();
  const waits = rt.select({ off: recv(null) }, { signal: controller.signal });
  assert.match(rt.dump(), /select \(no cases\)/);
  controller.abort(new Error('over'));
  await assert.rejects(waits, /over/);
  await assert.rejects(rt.run(function* () { yield* rt.select({}); }), /select \(no cases\)/);
});

test('select: after', async (rt) => {
  const a = rt.chan();
  const from = performance.now();
  assert.deepEqual(await select({ a: recv(a), late: after(20) }), { key: 'late' });
  assert.ok(performance.now() - from >= 19.9, 'too early');
  a.close();
  assert.equal((await select({ a: recv(a), late: after(10000) })).key, 'a');
  assert.equal((await rt.go(function* () { return yield* select({ late: after(1) }); }).wait()).key, 'late');
});

test('select: each ready case has its turn', async (rt) => {
  const a = rt.chan(1), b = rt.chan(1);
  const seen = { a: 0, b: 0 };
  for (let i = 0; i < 400; i++) {
    a.trySend(1);
    b.trySend(1);
    seen[(await rt.select({ a, b })).key]++;
  }
  assert.ok(seen.a > 100 && seen.b > 100, JSON.stringify(seen));
});

test('select: exactly one of two that both can', async (rt) => {
  const a = rt.chan(), b = rt.chan();
  let got = 0;
  rt.go(async () => {
    for (let i = 0; i < 500; i++) {
      await rt.select({ x: send(a, i), y: send(b, i) });
    }
    a.close();
    b.close();
  });
  const take = (ch) => rt.go(function* () {
    while (!(yield* ch.recv()).done) got++;
  }).wait();
  await Promise.all([take(a), take(b)]);
  assert.equal(got, 500);
});

test('select: signal', async (rt) => {
  const a = rt.chan(), controller = new AbortController();
  const value = {};
  const waits = rt.select({ a, put: send(a, value), late: after(60000) }, { signal: controller.signal });
  controller.abort(new Error('no more'));
  await assert.rejects(waits, /no more/);
  assert.equal(a.trySend(1), false);
  assert.equal(rt.core.values.size, 0);
});

test('select: many cases, and the same channel twice', async (rt) => {
  const chans = Array.from({ length: 60 }, () => rt.chan());
  const cases = Object.fromEntries(chans.map((ch, i) => [`c${i}`, recv(ch)]));
  const waits = rt.select({ ...cases, again: recv(chans[0]) });
  await chans[59].send('last');
  assert.deepEqual(await waits, { key: 'c59', done: false, value: 'last' });
});

test('select: a time without end, and times that are none', async (rt) => {
  assert.equal((await rt.select({ never: after(Infinity), late: after(5) })).key, 'late');
  assert.equal((await rt.select({ never: after(1e300), late: after(5) })).key, 'late');
  for (const ms of [0, -1, NaN]) assert.equal((await rt.select({ now: after(ms), late: after(60_000) })).key, 'now');
});

test('select: null and undefined are the nil channel', async (rt) => {
  const a = rt.chan(1);
  a.trySend(1);
  assert.deepEqual(await select({ off: null, none: undefined, a }), { key: 'a', done: false, value: 1 });
  assert.equal((await rt.select({ off: null, none: undefined, default: true })).key, 'default');
  assert.equal((await rt.select({ off: null, late: after(1), default: undefined })).key, 'late');
  assert.equal((await rt.select({ 0: null, 1: after(1) })).key, '1');
});

test('select: what is no case', (rt) => {
  assert.throws(() => rt.select({ x: 5 }), UsageError);
  assert.throws(() => rt.select({ x: true }), UsageError);
  for (const each of [rt.chan(), recv(rt.chan()), false, null]) assert.throws(() => rt.select({ default: each }), /default is true/);
});

test('select: channels that are not of this runtime, or no more, or none', async (rt) => {
  const other = await begin();
  const a = rt.chan(), gone = rt.chan(1);
  gone[Symbol.dispose ?? Symbol.for('Symbol.dispose')]();
  for (const bad of [other.chan(), recv(other.chan()), send(other.chan(), {}), gone, send(gone, {}), recv({})]) {
    assert.throws(() => rt.select({ put: send(a, {}), late: after(1), bad }), UsageError);
  }
  assert.equal(rt.core.values.size, 0);
  await other.close();
});

test('select: meets selects that wait', async (rt) => {
  const ch = rt.chan();
  const puts = [1, 2, 3, 4].map((v) => rt.select({ put: send(ch, v), other: rt.chan() }));
  for (const want of [1, 2]) assert.deepEqual(await rt.select({ ch }), { key: 'ch', done: false, value: want });
  assert.equal((await ch.recv()).value, 3);
  assert.equal(ch.tryRecv().value, 4);
  for (const put of puts) assert.equal((await put).key, 'put');
  const gets = [1, 2].map(() => rt.select({ ch, other: rt.chan() }));
  assert.equal((await rt.select({ put: send(ch, 'a') })).key, 'put');
  await ch.send('b');
  assert.deepEqual((await Promise.all(gets)).map((r) => r.value), ['a', 'b']);
});
