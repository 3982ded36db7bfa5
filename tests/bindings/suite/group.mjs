import { CanceledError, DeadlineExceededError, RuntimeClosedError, UsageError } from '../../../bindings/dist/index.js';
import { assert, settle, test } from './harness.mjs';

const CRUNCH = new URL('./modules/crunch.js', import.meta.url);

test('group: waits for all, and returns what body does', async (rt) => {
  const log = [];
  const v = await rt.group(async (g) => {
    g.go(async () => { await rt.sleep(2); log.push('a'); });
    g.go(function* () { yield* rt.sleep(1); log.push('g'); g.go(async () => { await null; log.push('nested'); }); });
    return 'result';
  });
  assert.equal(v, 'result');
  assert.deepEqual(log.sort(), ['a', 'g', 'nested']);
});

test('group: the first error cancels the rest and is what it rejects with', async (rt) => {
  const error = new Error('first');
  const ended = [];
  const group = rt.group(async (g, ctx) => {
    g.go(async () => { await rt.sleep(1); throw error; });
    g.go(function* () { try { yield* rt.chan().recv(); } finally { ended.push('generator'); } });
    g.go(async () => { try { await rt.chan().recv({ ctx }); } finally { ended.push('async'); } });
    await rt.chan().recv({ ctx });
  });
  assert.equal(await group.catch((e) => e), error);
  assert.deepEqual(ended.sort(), ['async', 'generator']);
});

test('group: timeoutMs, signal, parent', async (rt) => {
  await assert.rejects(rt.group({ timeoutMs: 3 }, async (g, ctx) => {
    g.go(function* () { yield* rt.chan().recv(); });
    await ctx.done.recv();
  }), DeadlineExceededError);
  const controller = new AbortController();
  const group = rt.group({ signal: controller.signal }, async (g) => { g.go(function* () { yield* rt.sleep(10000); }); });
  controller.abort(new Error('signal'));
  await assert.rejects(group, /signal/);
  const parent = rt.context();
  const inner = rt.group({ ctx: parent }, async (_, ctx) => { await rt.chan().recv({ ctx }); });
  parent.cancel(new Error('parent'));
  await assert.rejects(inner, /parent/);
});

test('group: its context ends with it', async (rt) => {
  let kept;
  await rt.group(async (g) => { kept = g.ctx; });
  assert.ok(kept.signal.aborted);
});

test('group: a timeout ends loops over channels, here and in functions of modules', async (rt) => {
  const { workUntil } = rt.module(CRUNCH);
  const jobs = rt.chan(), out = rt.chan();
  await assert.rejects(rt.group({ timeoutMs: 20 }, async (g, ctx) => {
    for await (const _ of out.values({ ctx }));
  }), DeadlineExceededError);
  await assert.rejects(rt.group({ timeoutMs: 20 }, async (g, ctx) => { g.go(workUntil, jobs, out, ctx); }), DeadlineExceededError);
  await rt.group(async (g, ctx) => {
    g.go(async () => { await g.go(workUntil, jobs, out, ctx).wait(); out.close(); });
    g.go(async () => { await jobs.send(7); jobs.close(); });
    for await (const v of out.values({ ctx })) assert.equal(v, 7);
  });
});

const end = Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose');

test('group: without a body, wait is its end', async (rt) => {
  const g = rt.group({ timeoutMs: 60000 }), log = [];
  g.go(async () => { await rt.sleep(1); log.push('async'); });
  g.go(function* () { yield* rt.sleep(1); g.go(() => { log.push('nested'); }); log.push('generator'); });
  await g.wait();
  assert.deepEqual(log.sort(), ['async', 'generator', 'nested']);
  assert.ok(g.ctx.signal.aborted);
  assert.equal(rt.core.deadlines.size, 0);
  assert.throws(() => g.go(async () => {}), UsageError);
  await g.wait();
  await g[end]();
});

test('group: without a body, the first error cancels the rest', async (rt) => {
  const g = rt.group(), error = new Error('first');
  let ended = false;
  g.go(function* () { try { yield* rt.chan().recv(); } finally { ended = true; } });
  g.go(async () => { await rt.sleep(1); throw error; });
  assert.equal(await g.wait().catch((e) => e), error);
  assert.equal(ended, true);
  await g[end](); // which has been told
  const untold = rt.group();
  untold.go(async () => { throw error; });
  await settle();
  assert.equal(await untold[end]().catch((e) => e), error);
  const called = rt.group();
  called.go(function* () { yield* rt.chan().recv(); });
  called.ctx.cancel(new Error('called off'));
  await assert.rejects(called[end](), /called off/);
  await rt.group(async (inner) => { await assert.rejects(inner[end](), UsageError); });
});

test('group: what still runs when it is disposed of is waited for', async (rt) => {
  const { recruit } = rt.module(CRUNCH);
  const log = rt.chan(10), out = rt.chan(20), gate = rt.chan(), lines = [];
  const g = rt.group();
  g.go(function* () { yield* gate.recv(); log.trySend('generator'); });
  g.go(async () => { await rt.sleep(1); await gate.send(0); log.trySend('async'); });
  g.go(recruit, g, 3, out);
  await g[end]();
  log.close();
  for await (const line of log) lines.push(line);
  assert.deepEqual([lines.sort(), out.len], [['async', 'generator'], 6]);
});

test('group: an error that no wait has told is told when it is disposed of', async (rt) => {
  const gate = rt.chan(), late = new Error('late');
  const made = () => {
    const g = rt.group();
    g.go(function* () { yield* gate.recv(); throw late; });
    return g;
  };
  const calledOff = made(), controller = new AbortController();
  await assert.rejects(calledOff.wait({ ctx: rt.context().withTimeout(1) }), DeadlineExceededError);
  await assert.rejects(calledOff.wait({ signal: AbortSignal.abort(new Error('before')) }), /before/);
  await gate.send(0);
  assert.equal(await calledOff[end]().catch((e) => e), late);
  const told = made();
  const waits = told.wait({ signal: controller.signal }).catch((e) => e);
  await gate.send(0);
  assert.equal(await waits, late);
  controller.abort();
  await told[end]();
});

test('group: wait in a generator, in a body, called off', async (rt) => {
  const gate = rt.chan();
  const open = (g) => { g.go(function* () { yield* gate.recv(); }); return g; };
  const g = open(rt.group());
  await assert.rejects(g.wait({ ctx: rt.context().withTimeout(1) }), DeadlineExceededError);
  assert.equal(g.ctx.err, undefined);
  await gate.send(0);
  await rt.go(function* () { yield* g.wait(); }).wait();
  await rt.go(function* () { yield* rt.group().wait(); }).wait();
  const v = await rt.group(async (inner, ctx) => {
    open(inner);
    await gate.send(0);
    await inner.wait();
    assert.throws(() => inner.go(async () => {}), UsageError);
    return ctx.err instanceof CanceledError;
  });
  assert.equal(v, true);
  await assert.rejects(rt.group(async (inner) => {
    inner.go(async () => { throw new Error('member'); });
    await assert.rejects(inner.wait(), /member/);
  }), /member/);
});

test('group: wait for members that a function of a module has started', async (rt) => {
  const { recruit, recruitRebel, waits } = rt.module(CRUNCH);
  const out = rt.chan(20), word = rt.chan(1);
  const g = rt.group();
  g.go(recruit, g, 3, out);
  await g.wait();
  assert.equal(out.len, 6);
  const rebels = rt.group();
  rebels.go(recruitRebel, rebels, word, rt.chan(2));
  word.trySend('no more');
  await assert.rejects(rebels.wait(), /no more/);
  await rt.group(async (inner) => { await assert.rejects(waits(inner), UsageError); });
});

test('group: limit', async (rt) => {
  const { addSoon } = rt.module(CRUNCH);
  let running = 0, most = 0;
  const begins = () => { most = Math.max(most, ++running); };
  const ends = () => { running--; };
  const order = [];
  const sum = await rt.group({ limit: 2 }, async (g) => {
    const all = [];
    for (let i = 0; i < 6; i++) {
      all.push(g.go(async () => { begins(); order.push(i); await rt.sleep(1); ends(); return i; }));
      all.push(g.go(function* () { begins(); yield* rt.sleep(1); ends(); return i; }));
      all.push(g.go(addSoon, i, i));
    }
    let sum = 0;
    for (const each of all) sum += await each.wait();
    return sum;
  });
  assert.deepEqual([sum, most, running], [60, 2, 0]);
  assert.deepEqual(order, [0, 1, 2, 3, 4, 5]);
  for (const limit of [0, -1, 1.5, '2', NaN]) assert.throws(() => rt.group({ limit }), UsageError);
});

test('group: tryGo', async (rt) => {
  const gate = rt.chan();
  await rt.group({ limit: 1 }, async (g) => {
    const first = g.tryGo(function* () { yield* gate.recv(); });
    assert.equal(g.tryGo(() => {}), undefined);
    await gate.send(0);
    await first.wait();
    assert.equal(await g.tryGo(() => 7).wait(), 7);
  });
  await rt.group(async (g) => { for (let i = 0; i < 9; i++) assert.ok(g.tryGo(() => {})); });
});

test('group: those that wait for a place never begin when it is cancelled, or the runtime closed', async (rt) => {
  let begun = 0;
  const count = () => { begun++; };
  const queued = (g) => [g.go(count), g.go(function* () { count(); })].map((each) => each.wait());
  const stop = new Error('stop');
  await assert.rejects(rt.group({ limit: 1 }, async (g) => {
    const gate = rt.chan();
    g.go(async () => {
      await g.ctx.done.recv(); // it still has its place then
      for (const each of queued(g)) assert.equal(await each.catch((e) => e), stop);
      await gate.send(0);
    });
    const waits = queued(g);
    g.ctx.cancel(stop);
    for (const each of waits) assert.equal(await each.catch((e) => e), stop);
    await gate.recv();
  }), /stop/);
  await assert.rejects(rt.group({ limit: 1 }, async (g) => {
    g.go(async () => { await rt.sleep(1); throw stop; });
    for (const each of queued(g)) assert.equal(await each.catch((e) => e), stop);
  }), /stop/);
  const g = rt.group({ limit: 1 });
  g.go(function* () { yield* rt.chan().recv(); });
  const waits = queued(g);
  await settle();
  await rt.close();
  for (const each of waits) await assert.rejects(each, RuntimeClosedError);
  assert.equal(begun, 0);
});

test('group: options that there are not', (rt) => {
  assert.throws(() => rt.group({ timeout: 5 }), /no option timeout; there are limit, timeoutMs/);
  assert.throws(() => rt.group({ timeoutMs: '5' }), UsageError);
});

test('group: body throws', async (rt) => {
  await assert.rejects(rt.group(() => { throw new Error('sync'); }), /sync/);
});

test('group: leaves nothing on what it was given', async (rt) => {
  const { signal } = new AbortController();
  let listeners = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args) => { listeners++; addEventListener.apply(signal, args); };
  signal.removeEventListener = (...args) => { listeners--; removeEventListener.apply(signal, args); };
  let kept;
  await rt.group({ signal, timeoutMs: 60000 }, async (g) => { assert.equal(listeners, 1); kept = g.ctx; });
  assert.equal(listeners, 0);
  assert.equal(rt.core.deadlines.size, 0);
  assert.ok(kept.signal.aborted);
});
