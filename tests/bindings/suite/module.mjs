// Functions of modules: on workers, and without them on this thread.
import {
  Chan, ChanClosedError, DeadlineExceededError, LoadError, recv, RuntimeClosedError, select, transfer, UsageError,
} from '../../../bindings/dist/index.js';
import { assert, begin, test, testAnywhere } from './harness.mjs';

const CRUNCH = new URL('./modules/crunch.js', import.meta.url);
const crunchOf = (rt) => rt.module(CRUNCH);

testAnywhere('module: functions of all kinds', async (rt) => {
  const crunch = crunchOf(rt);
  assert.equal(await crunch.add(1, 2), 3);
  assert.equal(await crunch.addSoon('a', 'b'), 'ab');
  assert.equal(await crunch.addInSteps(1n, 2n), 3n);
  assert.equal(await crunch.nothing(), undefined);
  assert.equal(await rt.module(CRUNCH.href).add(1, 1), 2);
  assert.equal(crunch.then, undefined);
  assert.equal(crunch.add, crunch.add);
  const inSteps = rt.go(function* () { return (yield* crunch.add(20, 22)) + (yield* crunch.addSoon(0, 0)); });
  assert.equal(await inSteps.wait(), 42);
  assert.equal(await rt.go(crunch.add, 4, 5).wait(), 9);
  assert.equal(await rt.run(async () => crunch.add(1, 1)), 2);
});

// However soon the answers come: who waits for them may stand still, but not for long.
testAnywhere('module: the event loop has its turns between calls', async (rt) => {
  const { add } = crunchOf(rt);
  let fired = 0;
  const timer = setInterval(() => fired++, 1);
  for (let n = 0; fired < 3; n++) assert.equal(await add(n, 1), n + 1);
  const calls = Array.from({ length: 200 }, (_, n) => add(n, n));
  for (const before = fired; fired === before;) await add(1, 1);
  clearInterval(timer);
  assert.deepEqual(await Promise.all(calls), calls.map((_, n) => 2 * n));
});

testAnywhere('module: values are copied, both ways', async (rt) => {
  const crunch = crunchOf(rt);
  const sent = { list: [1, { x: 'é' }], when: new Date(5), map: new Map([[1, new Set([2])]]), bytes: new Uint8Array([1, 2]), big: 2n ** 70n };
  const [back, again, ...more] = await crunch.echo(sent, sent, 1.5, undefined, null);
  assert.ok(back !== sent && back === again);
  assert.deepEqual(back.list, sent.list);
  assert.deepEqual([back.when.getTime(), back.map.get(1).has(2), back.bytes[1], back.big], [5, true, 2, 2n ** 70n]);
  assert.deepEqual(more, [1.5, undefined, null]);
  const mine = {};
  assert.equal((await crunch.change(mine)).changed, true);
  assert.equal(mine.changed, undefined);
  const long = 'x'.repeat(300_000);
  assert.equal((await crunch.echo(long))[0], long);
});

testAnywhere('module: transfer', async (rt) => {
  const crunch = crunchOf(rt);
  const bytes = new Uint8Array(1000).fill(3);
  const [back] = await crunch.echo(transfer(bytes, [bytes.buffer]));
  assert.deepEqual([bytes.length, back.length, back[999]], [0, 1000, 3]);
  assert.equal((await crunch.fill(2_000_000))[1_999_999], 7);
});

testAnywhere('module: errors are the function\'s own', async (rt) => {
  const crunch = crunchOf(rt);
  const error = await crunch.fail('too far').catch((e) => e);
  assert.ok(error instanceof RangeError);
  assert.equal(error.message, 'too far');
  assert.match(error.stack, /fail[^]*crunch\.js/);
  assert.deepEqual(error.cause, { code: 7 });
  assert.equal(await crunch.failLater('a string').catch((e) => e), 'a string');
  assert.equal(await crunch.failLater(undefined).catch((e) => e), undefined);
  await assert.rejects(rt.go(crunch.fail, 'in a goroutine').wait(), /in a goroutine/);
  await assert.rejects(rt.group(async (g) => { g.go(crunch.fail, 'in a group'); }), /in a group/);
  const ch = rt.chan(1);
  ch.close();
  await assert.rejects(crunch.failClosed(ch), ChanClosedError);
  assert.equal(await crunch.add(1, 1), 2);
});

testAnywhere('module: what cannot be called or copied', async (rt) => {
  const crunch = crunchOf(rt);
  await assert.rejects(crunch.missing(), /exports no function missing; it exports .*add/);
  await assert.rejects(crunch.notAFunction(), UsageError);
  await assert.rejects(crunch.echo(() => 1), /function .*export it/);
  await assert.rejects(crunch.aFunction(), /function/);
  await assert.rejects(rt.module(new URL('./modules/none.js', import.meta.url)).f(), LoadError);
  await assert.rejects(rt.module(new URL('./modules/broken.js', import.meta.url)).f(), /broken at once/);
  assert.throws(() => rt.module('http://[bad'), UsageError);
  const other = await begin();
  await assert.rejects(crunch.echo(other.chan()), /another runtime/);
  await other.close();
  assert.equal(await crunch.add(1, 1), 2);
});

for (const name of ['work', 'workInSteps']) {
  testAnywhere(`module: workers on channels: ${name}`, async (rt) => {
    const crunch = crunchOf(rt);
    const jobs = rt.chan(4), out = rt.chan();
    const done = [];
    const sum = await rt.group(async (g) => {
      const all = [1, 2, 3].map(() => g.go(crunch[name], jobs, out));
      g.go(async () => {
        for (let n = 1; n <= 200; n++) await jobs.send({ n });
        jobs.close();
      });
      let sum = 0;
      for (let i = 0; i < 200; i++) sum += (await out.recv()).value.squared;
      for (const g of all) done.push(await g.wait());
      return sum;
    });
    assert.equal(sum, 200 * 201 * 401 / 6);
    assert.equal(done.reduce((a, b) => a + b), 200);
  });
}

testAnywhere('module: channels through channels', async (rt) => {
  const crunch = crunchOf(rt);
  const requests = rt.chan();
  const serving = crunch.serve(requests);
  for (let i = 0; i < 20; i++) {
    const reply = rt.chan();
    await requests.send({ value: i, reply });
    assert.equal((await reply.recv()).value, i + 1);
  }
  requests.close();
  assert.equal(await serving, undefined);
});

testAnywhere('module: a channel that comes back is the same', async (rt) => {
  const crunch = crunchOf(rt);
  const ch = rt.chan(2);
  const [a, [b]] = await crunch.echo(ch, [ch]);
  assert.ok(a === ch && b === ch);
  const theirs = await crunch.open(3);
  assert.ok(theirs instanceof Chan);
  assert.deepEqual([theirs.cap, theirs.len, (await theirs.recv()).value], [3, 1, 'left behind']);
  assert.deepEqual(await crunch.kinds(theirs), [true, 3]);
  assert.equal((await theirs.recv()).value, 1);
});

testAnywhere('module: what is sent is copied from then on', async (rt) => {
  const crunch = crunchOf(rt);
  const ch = rt.chan(8), value = { n: 1 };
  await ch.send(value);
  assert.equal((await ch.recv()).value, value);
  await ch.send(() => 1);
  assert.equal((await ch.recv()).value(), 1);
  assert.deepEqual(await crunch.kinds(ch), [true, 8]);
  assert.equal((await ch.recv()).value, 1);
  await ch.send(value);
  const copy = (await ch.recv()).value;
  assert.ok(copy !== value && copy.n === 1);
  await assert.rejects(async () => ch.send(() => 1), UsageError);
  assert.throws(() => ch.trySend(Symbol('s')), UsageError);
  const bytes = new Uint8Array(10);
  await ch.send({ bytes }, { transfer: [bytes.buffer] });
  assert.deepEqual([bytes.length, (await ch.recv()).value.bytes.length], [0, 10]);
  assert.equal((await rt.select({ put: (await import('../../../bindings/dist/index.js')).send(ch, value) })).key, 'put');
  assert.ok((await ch.recv()).value !== value);
});

testAnywhere('module: select on both sides', async (rt) => {
  const crunch = crunchOf(rt);
  const a = rt.chan(), b = rt.chan(1), quit = rt.chan();
  const chosen = crunch.choose(a, b, quit);
  for (let i = 0; i < 10; i++) await (i % 2 ? a : b).send(i);
  quit.close();
  const log = await chosen;
  assert.deepEqual(log.filter(([key]) => key === 'a').map(([, v]) => v), [1, 3, 5, 7, 9]);
  assert.deepEqual(log.filter(([key]) => key === 'b').map(([, v]) => v).slice(0, 4), [0, 2, 4, 6]);
  const puts = ['x', 'y'].map((v) => crunch.put(a, v));
  const got = [];
  while (got.length < 2) {
    const r = await select({ got: recv(a), never: recv(quit === a ? null : rt.nil()) });
    got.push(r.value);
  }
  assert.deepEqual(got.sort(), ['x', 'y']);
  assert.deepEqual(await Promise.all(puts), ['put', 'put']);
});

testAnywhere('module: contexts', async (rt) => {
  const crunch = crunchOf(rt);
  const ctx = rt.context().withCancel();
  const waits = crunch.waitFor(ctx.withValue('user', 'gopher'));
  await rt.sleep(5);
  ctx.cancel(new Error('enough'));
  assert.deepEqual(await waits, [true, 'CanceledError', false, 'enough', 'gopher', true]);
  assert.deepEqual((await crunch.waitFor(ctx)).slice(0, 4), [true, 'CanceledError', false, 'enough']);
  const late = await crunch.waitFor(rt.context().withTimeout(5));
  assert.deepEqual(late.slice(0, 3), [true, 'DeadlineExceededError', true]);
  const controller = new AbortController();
  const aborted = crunch.untilAborted(controller.signal);
  await rt.sleep(5);
  controller.abort(new Error('by signal'));
  assert.equal(await aborted, 'by signal');
});

testAnywhere('module: calls with options', async (rt) => {
  const crunch = crunchOf(rt), log = rt.chan(4), ctx = rt.context();
  const waits = [crunch.with({ ctx }).sleepy(log), rt.group(async (g) => { g.go(crunch.with({ signal: ctx.signal }).sleepy, log); })];
  for (const line of ['begins', 'begins']) assert.equal((await log.recv()).value, line);
  ctx.cancel(new Error('off'));
  for (const { reason } of await Promise.allSettled(waits)) assert.equal(reason?.message, 'off');
  for (const line of ['ends', 'ends']) assert.equal((await log.recv()).value, line);
  const off = rt.module(CRUNCH, { ctx });
  await assert.rejects(off.add(1, 2), /off/);
  assert.equal(await off.with({ ctx: undefined }).add(1, 2), 3);
  assert.throws(() => crunch.with({ timeoutMs: 5 }), UsageError);
});

testAnywhere('module: values of contexts', async (rt) => {
  const { valuesOf, endItself, nothing } = crunchOf(rt);
  const object = {}, own = Symbol('own');
  const value = { copied: true };
  const ctx = rt.context().withValue(object, 1).withValue(own, 2).withValue(Symbol.for('shared'), value).withValue('text', 3).withCancel().withValue(7, 8);
  assert.deepEqual(await valuesOf(ctx, [object, own, Symbol.for('shared'), 'text', 7].map((key) => (typeof key === 'symbol' ? key.description : key))),
    [undefined, undefined, { copied: true }, 3, 8]);
  value.copied = false;
  assert.deepEqual(await valuesOf(ctx, ['shared']), [{ copied: false }]);
  assert.equal(await rt.group({ ctx }, async (g) => g.go(valuesOf, g, ['text']).wait()).then(([text]) => text), 3);
  assert.equal(await endItself(ctx), 'CanceledError');
  assert.equal(ctx.err, undefined);
  await assert.rejects(nothing(ctx.withValue('fn', () => 1)), /function/);
});

test('module: what belongs to another runtime, or to this thread', async (rt) => {
  const { echo } = crunchOf(rt);
  const other = await begin();
  const mu = other.mutex(), ctx = other.context();
  for (const each of [mu, other.cond(mu), other.semaphore(1), ctx, ctx.withValue('k', 1), other.group(), other.singleFlight(), other.chan()]) {
    await assert.rejects(echo({ each }), /UsageError: a (lock|context|group|single flight|channel) of another runtime/);
  }
  await other.close();
  await assert.rejects(echo(rt.go(async () => 1)), /UsageError: a Goroutine cannot be copied/);
  await assert.rejects(echo(rt), /UsageError: a Runtime cannot be copied/);
});

testAnywhere('module: what calls a generator off', async (rt) => {
  const log = rt.chan(4);
  const group = rt.group({ timeoutMs: 20 }, async (g) => { g.go(crunchOf(rt).sleepy, log); });
  await assert.rejects(group, DeadlineExceededError);
  assert.deepEqual([log.tryRecv().value, (await log.recv()).value], ['begins', 'ends']);
  const controller = new AbortController();
  const sleeps = rt.module(CRUNCH, controller).sleepy(log);
  assert.equal((await log.recv()).value, 'begins');
  controller.abort(new Error('halt'));
  await assert.rejects(sleeps, /halt/);
  assert.equal((await log.recv()).value, 'ends');
  await assert.rejects(rt.module(CRUNCH, controller).add(1, 1), /halt/);
});

testAnywhere('module: channels of numbers, bytes and signals', async (rt) => {
  const numbers = rt.chan.f64(), bytes = rt.chan.bytes(), signal = rt.chan.signal();
  const relayed = crunchOf(rt).relay(numbers, bytes, signal);
  for (let i = 0; i < 50; i++) await numbers.send(i / 2);
  numbers.close();
  await bytes.send(new Uint8Array([1, 2, 3]));
  assert.deepEqual([...(await bytes.recv()).value], [2, 3, 4]);
  await signal.recv();
  assert.equal(await relayed, 612.5);
});

testAnywhere('module: locks are one on both sides', async (rt) => {
  const crunch = crunchOf(rt);
  const mu = rt.mutex(), wg = rt.waitGroup(), sem = rt.semaphore(2), total = rt.chan(1);
  await total.send(0);
  wg.add(3);
  const all = [1, 2, 3].map(() => crunch.count(mu, wg, sem, total, 20));
  for (let i = 0; i < 20; i++) {
    await mu.do(async () => {
      const { value } = await total.recv();
      await total.send(value + 1);
    });
  }
  await wg.wait();
  await Promise.all(all);
  assert.equal((await total.recv()).value, 80);
  const rw = rt.rwmutex(), cond = rt.cond(mu), held = rt.chan();
  const holds = crunch.hold(rw, cond, held);
  await held.recv();
  assert.deepEqual([rw.tryLock(), rw.tryRLock()], [false, true]);
  rw.runlock();
  await mu.do(() => cond.broadcast());
  await holds;
  assert.equal(rw.tryLock(), true);
});

testAnywhere('module: once is once on all sides', async (rt) => {
  const crunch = crunchOf(rt);
  const once = rt.once(), begun = rt.chan(), gate = rt.chan(), ran = rt.chan(8);
  const first = crunch.first(once, begun, gate, ran);
  await begun.recv();
  const never = () => assert.ok(false, 'a second call');
  const waits = [once.do(never), rt.go(function* () { yield* once.do(never); }).wait(), crunch.first(once, begun, gate, ran)];
  await rt.sleep(1);
  assert.equal(ran.len, 0);
  await gate.send('go');
  await Promise.all([first, ...waits, once.do(never)]);
  assert.equal(ran.len, 1);
  const another = rt.once();
  await assert.rejects(another.do(() => { throw new RangeError('first'); }), /first/);
  await crunch.first(another, begun, gate, ran);
  assert.equal(ran.len, 1);
});

testAnywhere('module: a single flight is one on all sides', async (rt) => {
  const crunch = crunchOf(rt);
  const flight = rt.singleFlight(), begun = rt.chan(), gate = rt.chan(), joins = rt.chan(16);
  const never = () => assert.ok(false, 'a second call');
  const joined = async (n) => { for (; n > 0; n--) await joins.recv(); };
  const there = crunch.fly(flight, 'k', begun, gate);
  assert.equal((await begun.recv()).value, 'k');
  const here = [flight.do('k', never), rt.go(function* () { return yield* flight.do('k', never); }).wait()];
  const others = [crunch.fly(flight, 'k', begun, gate, joins), crunch.fly(flight, 'k', begun, gate, joins)];
  await joined(2);
  const result = { page: 'a'.repeat(100), chan: rt.chan(1) };
  await gate.send(result);
  const all = await Promise.all([there, ...here, ...others]);
  for (const each of all) {
    assert.equal(each.page, result.page);
    assert.equal(each.chan.trySend(1), true);
    assert.deepEqual((await result.chan.recv()).value, 1);
  }
  assert.equal(await flight.do('k', () => 'again'), 'again');
});

testAnywhere('module: a single flight that is under way is passed on', async (rt) => {
  const crunch = crunchOf(rt);
  const flight = rt.singleFlight(), gate = rt.chan(), joins = rt.chan(4), never = rt.chan();
  for (const key of ['text', 7, -0, NaN, 12n, true, null, undefined]) {
    const here = flight.do(key, async () => (await gate.recv()).value);
    const there = crunch.fly(flight, key, never, never, joins);
    await joins.recv();
    await gate.send(String(key));
    assert.deepEqual(await Promise.all([here, there]), [String(key), String(key)]);
  }
  // '7' is no 7, and objects are each agent's own.
  const here = flight.do(7, async () => (await gate.recv()).value);
  assert.equal(await crunch.flyThere(flight, 'other'), 'other');
  assert.equal(await flight.do('7', () => 'text'), 'text');
  const key = {}, own = flight.do(key, async () => (await gate.recv()).value);
  await gate.send('first');
  await gate.send('second');
  assert.deepEqual(await Promise.all([here, own]), ['first', 'second']);
});

testAnywhere('module: a single flight: errors, forget, what is called off', async (rt) => {
  const crunch = crunchOf(rt);
  const flight = rt.singleFlight(), begun = rt.chan(), gate = rt.chan();
  const never = () => assert.ok(false, 'a second call');
  const first = crunch.fly(flight, 'k', begun, gate);
  await begun.recv();
  const second = flight.do('k', never);
  const controller = new AbortController();
  const left = [flight.do('k', never, controller), rt.go(function* () { yield* flight.do('k', never, controller); }).wait()];
  controller.abort(new Error('left'));
  for (const each of left) await assert.rejects(each, /left/);
  const ends = Promise.allSettled([first, second]);
  await gate.send(new RangeError('of the first'));
  for (const { reason } of await ends) assert.match(String(reason), /RangeError: of the first/);
  const old = crunch.fly(flight, 'k', begun, gate);
  await begun.recv();
  const alsoOld = flight.do('k', never);
  flight.forget('k');
  const other = rt.chan(), renewed = flight.do('k', async () => (await other.recv()).value);
  await other.send('new');
  await gate.send('old');
  assert.deepEqual(await Promise.all([old, alsoOld, renewed]), ['old', 'old', 'new']);
  await assert.rejects(flight.do('f', async () => (await crunch.nothing(), () => 1)).then((fn) => crunch.echo(fn)), UsageError);
});

testAnywhere('module: a single flight: what is no function, and buffers that are marked', async (rt) => {
  const crunch = crunchOf(rt);
  const flight = rt.singleFlight(), begun = rt.chan(), gate = rt.chan();
  assert.equal(await crunch.flyThere(flight, 'shared'), 'shared');
  await assert.rejects(async () => flight.do('k', null), UsageError);
  await assert.rejects(rt.go(function* () { yield* flight.do('k', undefined); }).wait(), UsageError);
  assert.equal(await flight.do('k', () => 'works on'), 'works on');
  const there = crunch.flyMarked(flight, begun, gate);
  await begun.recv();
  const here = [flight.do('marked', null), flight.do('marked', null)];
  await gate.send('go');
  for (const bytes of await Promise.all([there, ...here])) assert.deepEqual([...bytes], [1, 2, 3]);
});

testAnywhere('module: a group whose member throws what is odd', async (rt) => {
  const crunch = crunchOf(rt);
  const error = await rt.group(async (g) => { await crunch.recruitOdd(g); }).catch((e) => e);
  assert.ok(error !== undefined && typeof error === 'object', 'it has ended');
});

testAnywhere('module: a group has members everywhere', async (rt) => {
  const crunch = crunchOf(rt), out = rt.chan(64);
  const sum = await rt.group(async (g) => {
    g.go(crunch.recruit, g, 5, out);
    g.go(crunch.recruit, g, 5, out);
    g.go(crunch.passOn, g, CRUNCH.href, out);
    g.go(async () => { await out.send(100); });
    return 'sum';
  });
  assert.equal(sum, 'sum');
  assert.equal(out.len, 29, 'it has waited for all');
  let total = 0;
  while (out.len > 0) total += (await out.recv()).value;
  assert.equal(total, 100 + 2 * (10 + 10 + 6));
});

testAnywhere('module: the first error anywhere ends a group everywhere', async (rt) => {
  const crunch = crunchOf(rt), word = rt.chan(), ended = rt.chan(8);
  const error = await rt.group(async (g, ctx) => {
    g.go(function* () { try { yield* rt.chan().recv(); } finally { ended.trySend('here'); } });
    await Promise.all([crunch.recruitRebel(g, word, ended), crunch.recruitRebel(g, word, ended)]);
    await word.send('rebel');
    await word.send('another'); // a member, whatever has become of the group
    await rt.chan().recv({ ctx });
  }).catch((e) => e);
  assert.match(String(error), /RangeError: (rebel|another)/);
  const all = [];
  while (ended.len > 0) all.push((await ended.recv()).value);
  assert.deepEqual(all.sort(), ['async', 'async', 'generator', 'generator', 'here']);
});

testAnywhere('module: a group ends from here', async (rt) => {
  const crunch = crunchOf(rt), word = rt.chan(), ended = rt.chan(8);
  await assert.rejects(rt.group(async (g) => {
    await crunch.recruitRebel(g, word, ended);
    rt.go(async () => { await word.send('after all'); });
    throw new Error('here');
  }), /here/);
  assert.equal(ended.len, 2);
});

testAnywhere('module: functions that call functions', async (rt) => {
  assert.equal(await crunchOf(rt).fanOut(CRUNCH.href, 20), 210);
});

testAnywhere('module: the runtime there', async (rt) => {
  assert.equal(await crunchOf(rt).mode(), rt.info.mode);
});

testAnywhere('module: ping-pong', async (rt) => {
  const a = rt.chan(), b = rt.chan(), n = 500;
  const other = crunchOf(rt).pingpong(a, b, n);
  for (let i = 0; i < n; i++) {
    await a.send(i);
    assert.equal((await b.recv()).value, i);
  }
  await other;
});

testAnywhere('module: 100,000 calls in flight', async (rt) => {
  const { add } = crunchOf(rt);
  const n = 100_000;
  const all = await Promise.all(Array.from({ length: n }, (_, i) => add(i, 1)));
  for (let i = 0; i < n; i++) assert.equal(all[i], i + 1);
});

test('module: closing ends what runs', async (rt) => {
  const crunch = crunchOf(rt);
  await crunch.nothing();
  const log = rt.chan(1), waits = [crunch.sleepy(log), crunch.work(rt.chan(), rt.chan())];
  await log.recv();
  const ends = Promise.allSettled(waits);
  await rt.close();
  for (const { reason } of await ends) assert.ok(reason instanceof RuntimeClosedError, String(reason));
  await assert.rejects(crunch.add(1, 1), RuntimeClosedError);
});
