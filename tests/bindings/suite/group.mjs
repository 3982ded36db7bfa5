import { DeadlineExceededError, UsageError } from '../../../bindings/dist/index.js';
import { assert, test } from './harness.mjs';

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

test('group: without a body, it ends when it is disposed of', async (rt) => {
  const g = rt.group({ timeoutMs: 60000 }), log = [];
  g.go(async () => { await rt.sleep(1); log.push('async'); });
  g.go(function* () { yield* rt.sleep(1); g.go(() => { log.push('nested'); }); log.push('generator'); });
  await g[end]();
  assert.deepEqual(log.sort(), ['async', 'generator', 'nested']);
  assert.ok(g.ctx.signal.aborted);
  assert.equal(rt.core.deadlines.size, 0);
});

test('group: without a body, the first error cancels the rest', async (rt) => {
  const g = rt.group(), error = new Error('first');
  let ended = false;
  g.go(function* () { try { yield* rt.chan().recv(); } finally { ended = true; } });
  g.go(async () => { await rt.sleep(1); throw error; });
  assert.equal(await g[end]().catch((e) => e), error);
  assert.equal(ended, true);
  const called = rt.group();
  called.go(function* () { yield* rt.chan().recv(); });
  called.ctx.cancel(new Error('called off'));
  await assert.rejects(called[end](), /called off/);
  await rt.group(async (inner) => { await assert.rejects(inner[end](), UsageError); });
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
