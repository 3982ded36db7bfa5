// What becomes of the others when a generator's wait is called off.
import { UsageError } from '../../../bindings/dist/index.js';
import { assert, settle, test } from './harness.mjs';

/** A group of which one member throws as soon as `member`, a generator, waits. */
function failing(rt, member, error = new Error('stop')) {
  return rt.group(async (g) => {
    g.go(member);
    g.go(async () => { await settle(); throw error; });
  }).catch((e) => e);
}

test('called off: a promise that settles later wakes nobody', async (rt) => {
  const ch = rt.chan();
  const resolves = [];
  const late = () => new Promise((resolve) => { resolves.push(resolve); });
  const slow = rt.go(late);
  await failing(rt, function* () { yield* rt.await(late()); });
  await failing(rt, function* () { yield* slow.wait(); });
  assert.equal(rt.core.holds, 0);
  const next = rt.go(function* () { return (yield* ch.recv()).value; }).wait(); // in the G of those
  await settle();
  for (const resolve of resolves) resolve();
  await settle();
  assert.equal(rt.core.closed, false);
  assert.equal(ch.trySend(5), true);
  assert.equal(await next, 5);
  assert.equal(rt.core.holds, 0);
});

test('called off: an await in a cancelled group is refused', async (rt) => {
  const stop = new Error('stop'), seen = [];
  const never = () => new Promise(() => {});
  await failing(rt, function* () {
    for (const make of [never, never, () => Promise.reject(new Error('unheard'))]) {
      try {
        yield* rt.await(make());
      } catch (error) {
        seen.push(error);
      }
    }
  }, stop);
  assert.deepEqual(seen, [stop, stop, stop]);
  assert.equal(rt.core.holds, 0);
});

test('called off: await of what is no promise', async (rt) => {
  const thenable = { then: (resolve) => resolve(7) };
  assert.deepEqual(await rt.go(function* () {
    return [yield* rt.await(5), yield* rt.await(thenable)];
  }).wait(), [5, 7]);
});

/** Begin `wait` in a generator, and call it off; before that knows, `then` is called. */
async function between(rt, wait, then) {
  const controller = new AbortController();
  const g = rt.go(function* () { yield* wait(controller); }).wait();
  await settle();
  controller.abort(new Error('off'));
  then();
  await assert.rejects(g, /off/);
}

test('called off: a lock that is freed at the same time is free', async (rt) => {
  const mu = rt.mutex(), rw = rt.rwmutex();
  for (let i = 0; i < 3; i++) {
    assert.equal(mu.tryLock(), true);
    await between(rt, (signal) => mu.lock(signal), () => mu.unlock());
    assert.equal(rw.tryLock(), true);
    await between(rt, (signal) => rw.lock(signal), () => rw.unlock());
    assert.equal(rw.tryLock(), true);
    await between(rt, (signal) => rw.rlock(signal), () => rw.unlock());
    assert.equal(rw.tryRLock(), true);
    await between(rt, (signal) => rw.lock(signal), () => rw.runlock());
  }
});

test('called off: by a group, or for want of yield*', async (rt) => {
  const mu = rt.mutex();
  await mu.lock();
  await assert.rejects(rt.group(async (g, ctx) => {
    g.go(function* () { yield* mu.lock(); });
    await settle();
    ctx.cancel(new Error('stop'));
    mu.unlock();
  }), /stop/);
  assert.equal(mu.tryLock(), true);
  const hasty = rt.go(function* () { mu.lock(); });
  await assert.rejects(hasty.wait(), UsageError);
  mu.unlock();
  assert.equal(mu.tryLock(), true);
});

test('called off: the next one in the queue has its turn', async (rt) => {
  const mu = rt.mutex();
  await mu.lock();
  const controller = new AbortController();
  const off = rt.go(function* () { yield* mu.lock(controller); }).wait();
  const next = rt.go(function* () { yield* mu.lock(); return 'next'; }).wait();
  await settle();
  controller.abort(new Error('off'));
  mu.unlock();
  await assert.rejects(off, /off/);
  assert.equal(await next, 'next');
  assert.equal(mu.tryLock(), false);
});

test('called off: waits that are ended together', async (rt) => {
  const wg = rt.waitGroup(), cond = rt.cond(rt.mutex());
  await cond.lock.lock();
  for (let i = 0; i < 2; i++) {
    wg.add(1);
    await between(rt, (signal) => wg.wait(signal), () => wg.done());
    await between(rt, (signal) => cond.wait(signal), () => cond.broadcast());
    wg.add(1);
    wg.done(); // nobody waits
    cond.broadcast();
  }
  assert.equal(cond.lock.tryLock(), false);
});

test('called off: a place in the queue of a semaphore', async (rt) => {
  const s = rt.semaphore(3);
  await s.acquire(3);
  let next;
  await between(rt, (signal) => s.acquire(1, signal), () => {
    next = [1, 2].map(() => rt.go(function* () { yield* s.acquire(); }).wait());
    s.release(3);
  });
  await Promise.all(next);
  assert.equal(s.tryAcquire(2), false);
  s.release(2);
  assert.equal(s.tryAcquire(3), true);
});

test('called off: cond.wait has the lock again', async (rt) => {
  const mu = rt.mutex(), cond = rt.cond(mu);
  let had = 0;
  const member = function* () {
    yield* mu.lock();
    try {
      yield* cond.wait();
    } finally {
      if (!mu.tryLock()) had++;
      mu.unlock();
    }
  };
  await failing(rt, member);
  assert.equal(had, 1);
  // The group ends while it waits for the lock.
  const group = rt.group(async (g) => {
    g.go(member);
    await settle();
    await mu.lock();
    cond.signal();
    await settle();
    g.go(async () => { throw new Error('stop'); });
    await settle();
    assert.equal(had, 1);
    mu.unlock();
  });
  await assert.rejects(group, /stop/);
  assert.equal(had, 2);
  assert.equal(mu.tryLock(), true);
});
