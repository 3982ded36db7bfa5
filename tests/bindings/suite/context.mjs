import { CanceledError, DeadlineExceededError, recv, UsageError } from '../../../bindings/dist/index.js';
import { assert, settle, test } from './harness.mjs';

const CRUNCH = new URL('./modules/crunch.js', import.meta.url);

test('context: cancel reaches children, with the cause', async (rt) => {
  const root = rt.context(), child = root.withCancel(), grandchild = child.withValue('k', 'v');
  const other = root.withoutCancel();
  const done = grandchild.done.recv();
  const cause = new Error('why');
  child.cancel(cause);
  assert.equal((await done).done, true);
  assert.equal(root.err, undefined);
  for (const ctx of [child, grandchild]) {
    assert.ok(ctx.err instanceof CanceledError);
    assert.match(ctx.err.message, /^context canceled; /);
    assert.equal(ctx.cause, cause);
    assert.equal(ctx.signal.reason, cause);
  }
  assert.ok(child.withCancel().err instanceof CanceledError, 'born done');
  root.cancel();
  assert.equal(other.err, undefined);
  assert.equal(root.cause, root.err);
});

test('context: deadlines', async (rt) => {
  const ctx = rt.context().withTimeout(15);
  assert.ok(ctx.withTimeout(10000).deadline === ctx.deadline, 'the earlier one');
  await assert.rejects(rt.chan().recv({ ctx }), DeadlineExceededError);
  assert.ok(ctx.err instanceof DeadlineExceededError);
  assert.ok(rt.context().withDeadline(new Date(0)).err instanceof DeadlineExceededError);
  for (const ms of [NaN, 'soon', undefined]) assert.throws(() => rt.context().withTimeout(ms), UsageError);
  assert.throws(() => rt.context().withDeadline(new Date('never')), UsageError);
  const g = rt.go(function* () { yield* rt.sleep(10000, { ctx: rt.context().withTimeout(3) }); });
  await assert.rejects(g.wait(), DeadlineExceededError);
});

test('context: the cause of a deadline', async (rt) => {
  const why = new Error('why'), parent = rt.context();
  for (const ctx of [parent.withTimeout(1, why), parent.withDeadline(Date.now() + 1, why), parent.withTimeout(0, why)]) {
    const waits = rt.chan().recv({ ctx });
    assert.equal(await waits.catch((e) => e), why);
    assert.ok(ctx.err instanceof DeadlineExceededError);
    assert.equal(ctx.err.cause, why);
    assert.deepEqual([ctx.cause, ctx.signal.reason, ctx.withCancel().cause], [why, why, why]);
  }
  const early = parent.withTimeout(1).withTimeout(1000, why);
  await assert.rejects(rt.chan().recv({ ctx: early }), DeadlineExceededError);
  const cancelled = parent.withTimeout(60_000, why);
  cancelled.cancel();
  assert.equal(cancelled.cause, cancelled.err);
  assert.deepEqual((await rt.module(CRUNCH).waitFor(parent.withTimeout(5, why))).slice(0, 4), [true, 'DeadlineExceededError', true, 'why']);
});

test('context: afterFunc', async (rt) => {
  const ctx = rt.context(), log = [];
  const out = rt.chan(3);
  const stops = [
    ctx.afterFunc(async () => { log.push('async'); await out.send(1); }),
    ctx.withValue('k', 1).afterFunc(function* () { log.push('generator'); yield* out.send(2); }),
    ctx.withCancel().afterFunc(() => { log.push('child'); out.trySend(3); }),
  ];
  const stopped = ctx.afterFunc(() => { log.push('never'); });
  assert.deepEqual([stopped(), stopped()], [true, false]);
  assert.deepEqual(log, []);
  ctx.cancel();
  for (let i = 0; i < 3; i++) await out.recv();
  assert.deepEqual(log.sort(), ['async', 'child', 'generator']);
  assert.deepEqual(stops.map((stop) => stop()), [false, false, false]);
  const late = ctx.afterFunc(() => out.send(4));
  assert.equal(late(), false);
  assert.equal((await out.recv()).value, 4);
  assert.throws(() => ctx.afterFunc(null), UsageError);
  const rest = rt.context();
  rest.afterFunc(() => { log.push('never'); });
  await rt.close();
  rest.cancel();
  assert.equal(log.length, 3);
});

test('context: values', (rt) => {
  const key = Symbol('key');
  const ctx = rt.context().withValue(key, 1).withCancel().withValue('other', 2);
  assert.equal(ctx.value(key), 1);
  assert.equal(ctx.value('other'), 2);
  assert.equal(ctx.value('none'), undefined);
  assert.equal(ctx.withoutCancel().value(key), 1);
});

test('context: from a signal, and to one', async (rt) => {
  const controller = new AbortController();
  const ctx = rt.context(controller.signal);
  const waits = rt.chan().recv({ ctx });
  controller.abort('reason');
  assert.equal(await waits.catch((e) => e), 'reason');
  assert.equal(ctx.cause, 'reason');
  assert.ok(rt.context(controller.signal).err instanceof CanceledError);
});

test('context: done in a select', async (rt) => {
  const ctx = rt.context();
  const g = rt.go(function* () {
    const r = yield* rt.select({ msg: recv(rt.chan()), gone: ctx.done });
    return r.key;
  });
  await settle();
  ctx.cancel();
  assert.equal(await g.wait(), 'gone');
});

test('context: ctx and signal together, whichever is first', async (rt) => {
  const waitWith = [
    (both) => rt.chan().recv(both),
    (both) => rt.go(function* () { yield* rt.chan().recv(both); }).wait(),
    (both) => rt.await(new Promise(() => {}), both),
    (both) => rt.module(CRUNCH, both).sleepy(rt.chan(2)),
  ];
  for (const wait of waitWith) {
    for (const first of ['ctx', 'signal']) {
      const ctx = rt.context(), controller = new AbortController();
      const ends = [() => ctx.cancel(new Error('ctx')), () => controller.abort(new Error('signal'))];
      const waits = wait({ ctx, signal: controller.signal });
      await settle();
      for (const end of first === 'ctx' ? ends : ends.reverse()) end();
      await assert.rejects(waits, new RegExp(`^Error: ${first}$`));
      await assert.rejects(wait({ ctx, signal: controller.signal }), /^Error: (ctx|signal)$/);
      assert.equal(rt.core.holds, 0);
    }
  }
});

test('context: ends after its runtime, with its children', async (rt) => {
  const ctx = rt.context(), child = ctx.withCancel();
  void ctx.done;
  void child.done;
  await rt.close();
  ctx.cancel();
  assert.ok(ctx.signal.aborted && child.signal.aborted);
});

test('context: one with a value ends with its parent, and weighs nothing there', (rt) => {
  const ctx = rt.context(), child = ctx.withValue('k', 1), grandchild = child.withValue('l', 2).withCancel();
  assert.equal(child.signal, ctx.signal);
  assert.equal(child.done, ctx.done);
  assert.throws(() => child.cancel(), UsageError);
  child[Symbol.dispose ?? Symbol.for('Symbol.dispose')]();
  assert.equal(ctx.err, undefined);
  assert.equal(grandchild.value('k'), 1);
  ctx.cancel();
  assert.ok(child.err === ctx.err && grandchild.err === ctx.err);
});

test('context: a long chain ends', (rt) => {
  const root = rt.context();
  let leaf = root;
  for (let i = 0; i < 50000; i++) leaf = leaf.withCancel();
  const cause = new Error('root');
  root.cancel(cause);
  assert.equal(leaf.cause, cause);
  assert.ok(leaf.signal.aborted);
});

test('context: a deadline that passes while its timer is set', async (rt) => {
  const { setTimeout } = globalThis, { now } = performance;
  const delays = [];
  let looks = 0;
  performance.now = () => now.call(performance) + 20 * looks++;
  globalThis.setTimeout = (f, ms) => (delays.push(ms), setTimeout(f, ms)); // Node warns of negative ones
  try {
    const ctx = rt.context().withTimeout(30);
    await assert.rejects(ctx.done.recv().then(() => { throw ctx.err; }), DeadlineExceededError);
  } finally {
    performance.now = now;
    globalThis.setTimeout = setTimeout;
  }
  assert.ok(delays.length > 0 && delays.every((ms) => ms >= 0), String(delays));
});

test('context: deadlines do not follow the clock on the wall', async (rt) => {
  const { now } = Date;
  const ctx = rt.context().withTimeout(10);
  Date.now = () => now() - 3600_000;
  try {
    await assert.rejects(rt.chan().recv({ ctx }), DeadlineExceededError);
  } finally {
    Date.now = now;
  }
  assert.equal(rt.context().withTimeout(Infinity).deadline, undefined);
});
