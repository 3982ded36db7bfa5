// Blocks: bytes that go from one to another without a copy.
import { after, Block, CanceledError, ChanClosedError, PanicError, recv, RuntimeClosedError, select, send, UsageError } from '../../../bindings/dist/index.js';
import { assert, begin, settle, test, watched } from './harness.mjs';

const CRUNCH = new URL('./modules/crunch.js', import.meta.url);

const given = (block) => assert.throws(() => block.bytes, /UsageError: the block was given away/);

/** Sends of a value with a block that come to nothing on an open channel; `back`: it is here again. */
async function calledOff(ch, value, block, back) {
  const controller = new AbortController();
  const off = ch.send(value, { signal: controller.signal });
  given(block);
  controller.abort(new CanceledError('off'));
  await assert.rejects(off, CanceledError);
  back();
  assert.equal((await select({ put: send(ch, value), default: true })).key, 'default');
  back();
}

/** The same while it is closed, and after. */
async function closed(ch, value, back) {
  const late = ch.send(value);
  ch.close();
  await assert.rejects(late, ChanClosedError);
  back();
  await assert.rejects(ch.send(value), ChanClosedError);
  back();
}

test('block: it goes as it is, and is gone here', async (rt) => {
  const live = watched(rt);
  const ch = rt.chan.block(1), sync = rt.chan.block();
  const block = rt.block(Uint8Array.of(1, 2, 3));
  const { pointer } = block;
  await ch.send(block);
  given(block);
  assert.throws(() => block.pointer, UsageError);
  await assert.rejects(async () => ch.send(block), /given away/);
  block.free();
  const { value: got } = await ch.recv();
  assert.ok(got instanceof Block && got !== block);
  assert.deepEqual([got.pointer, got.length, ...got.bytes], [pointer, 3, 1, 2, 3]);
  const waits = sync.recv();
  assert.equal(sync.trySend(got), true);
  given(got);
  const { value: again } = await waits;
  assert.equal(again.pointer, pointer);
  const sends = rt.go(function* () { yield* sync.send(again); });
  const received = await rt.go(function* () { return (yield* sync.recv()).value; }).wait();
  await sends.wait();
  assert.equal(received.pointer, pointer);
  received.free();
  received.free();
  assert.throws(() => received.bytes, /UsageError: the block was freed/);
  assert.ok(!live.has(pointer)); // other memory is the goroutines' names
  assert.equal(rt.core.values.size, 0);
});

test('block: what is not received comes back', async (rt) => {
  const live = watched(rt);
  const ch = rt.chan.block(), block = rt.block(1000);
  block.bytes[999] = 5;
  const back = () => assert.equal(block.bytes[999], 5);
  assert.equal(ch.trySend(block), false);
  back();
  await calledOff(ch, block, block, back);
  const other = rt.chan(1), first = select({ put: send(ch, block), other: recv(other) });
  given(block);
  await other.send(1);
  assert.equal((await first).key, 'other');
  back();
  await closed(ch, block, back);
  assert.throws(() => ch.trySend(block), ChanClosedError);
  back();
  block.free();
  assert.equal(live.size, 0);
  assert.equal(rt.core.values.size, 0);
});

test('block: a select that cannot be made leaves them', async (rt) => {
  const a = rt.chan.block(), b = rt.chan.block(), block = rt.block(4), freed = rt.block(4);
  freed.free();
  for (const other of [block, freed]) {
    await assert.rejects(async () => select({ a: send(a, block), late: after(1000), b: send(b, other) }), UsageError);
    assert.equal(block.bytes.length, 4);
  }
  block.free();
  assert.equal(rt.core.values.size, 0);
});

test('block: a select sends and receives them', async (rt) => {
  const a = rt.chan.block(1), b = rt.chan.block(1);
  const block = rt.block(16), { pointer } = block;
  assert.equal((await select({ put: send(a, block), b: recv(b) })).key, 'put');
  given(block);
  const { key, value } = await select({ a: recv(a), b: recv(b) });
  assert.deepEqual([key, value.pointer], ['a', pointer]);
  value.free();
});

test('block: one of no bytes, and many that make memory grow', async (rt) => {
  const ch = rt.chan.block(64), none = rt.block(0);
  await ch.send(none);
  assert.equal((await ch.recv()).value.bytes.length, 0);
  for (let i = 0; i < 64; i++) {
    const block = rt.block(1 << 20);
    block.bytes.fill(i);
    await ch.send(block);
  }
  for (let i = 0; i < 64; i++) {
    const { value } = await ch.recv();
    assert.ok(value.bytes.every((byte) => byte === i), `block ${i}`);
    value.free();
  }
});

test('block: what is none', async (rt) => {
  for (const length of [-1, 0.5, NaN]) assert.throws(() => rt.block(length), UsageError);
  for (const value of ['text', [1], undefined, new ArrayBuffer(1)]) assert.throws(() => rt.block(value), UsageError);
  for (const length of [2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 32 + 8, 1e300]) assert.throws(() => rt.block(length), PanicError, String(length));
  await assert.rejects(async () => rt.chan.block(1).send(new Uint8Array(1)), /TypeError: a channel of blocks takes a Block/);
  const other = await begin();
  const foreign = other.block(1);
  await assert.rejects(async () => rt.chan.block(1).send(foreign), /UsageError: the block is of another runtime/);
  assert.equal(foreign.bytes.length, 1);
  const ch = other.chan.block(1);
  await other.close();
  assert.throws(() => foreign.bytes, RuntimeClosedError);
  for (const length of [0, 1]) assert.throws(() => other.block(length), RuntimeClosedError);
  await assert.rejects(ch.send(foreign), RuntimeClosedError);
});

test('block: of bytes that lie in a block, while memory grows', async (rt) => {
  const ch = rt.chan.bytes(1);
  let block = rt.block(1 << 20);
  block.bytes.fill(3);
  for (let i = 0; i < 4; i++) {
    const copy = rt.block(block.bytes);
    assert.ok(copy.bytes.length === 1 << 20 && copy.bytes.every((byte) => byte === 3));
    await ch.send(copy.bytes);
    assert.ok((await ch.recv()).value.every((byte) => byte === 3));
    block = copy; // the other one stays, so that memory grows
  }
});

test('block: disposing of a channel frees those in it', async (rt) => {
  const live = watched(rt);
  const ch = rt.chan.block(3);
  for (let i = 0; i < 3; i++) await ch.send(rt.block(10));
  ch[Symbol.dispose ?? Symbol.for('Symbol.dispose')]();
  assert.equal(live.size, 0);
});

test('block: a call that begins no function leaves it', async (rt) => {
  const { brighten, occupy, noSuchFunction } = rt.module(CRUNCH);
  const none = rt.module(new URL('./modules/none.js', import.meta.url));
  const block = rt.block(Uint8Array.of(1));
  const here = () => assert.equal(block.bytes[0], 1);
  await assert.rejects(noSuchFunction({ block }));
  here();
  await assert.rejects(none.work(block));
  here();
  const begun = rt.chan(2), until = rt.chan(); // they do not wait, and so take one call each
  const workers = rt.info.mode === 'mt' ? rt.info.procs : 0; // without any it begins later in any case
  const busy = Array.from({ length: workers }, () => occupy(begun, until));
  for (const _ of busy) await begun.recv();
  const controller = new AbortController();
  const called = rt.module(CRUNCH).with({ signal: controller.signal }).brighten({ block, by: 1 });
  controller.abort(new CanceledError('at once'));
  await assert.rejects(called, CanceledError);
  here();
  until.close();
  await Promise.all(busy);
  await assert.rejects(async () => brighten({ block, by: () => {} }), UsageError);
  here();
  block.free();
});

test('block: a function of a module gets it, and gives it back', async (rt) => {
  const { brighten } = rt.module(CRUNCH);
  const block = rt.block(Uint8Array.of(1, 2, 3)), { pointer } = block;
  const back = await brighten({ block, by: 10 });
  given(block);
  assert.deepEqual([back.pointer, ...back.bytes], [pointer, 11, 12, 13]);
  const work = rt.chan.block(), done = rt.chan.block();
  const ends = rt.module(CRUNCH).brightenAll(work, done, 1);
  await work.send(back);
  const { value } = await done.recv();
  assert.deepEqual([value.pointer, ...value.bytes], [pointer, 12, 13, 14]);
  work.close();
  await ends;
  // A message that cannot go leaves it here.
  await assert.rejects(async () => brighten({ block: value, by: () => {} }), UsageError);
  assert.equal(value.bytes[0], 12);
  value.free();
});

test('block: through a channel of any values that workers have', async (rt) => {
  const { nothing } = rt.module(CRUNCH);
  const ch = rt.chan(1);
  await nothing(ch);
  const block = rt.block(8), { pointer } = block;
  await ch.send({ block });
  given(block);
  const { value } = await ch.recv();
  assert.equal(value.block.pointer, pointer);
  // What does not go is back.
  const here = () => assert.equal(value.block.pointer, pointer);
  await ch.send('full');
  assert.equal(ch.trySend(value), false);
  here();
  await calledOff(ch, value, value.block, here);
  await closed(ch, value, here);
  value.block.free();
});

test('block: a channel that is shared only then', async (rt) => {
  const { nothing } = rt.module(CRUNCH);
  const live = watched(rt);
  const ch = rt.chan(2), block = rt.block(8), { pointer } = block;
  await ch.send({ block });
  assert.equal(block.pointer, pointer); // by reference as yet
  await ch.send(() => {});
  if (rt.info.mode === 'mt') {
    await assert.rejects(async () => nothing(ch), UsageError);
    assert.equal(block.pointer, pointer);
  }
  assert.equal((await ch.recv()).value.block, block);
  await ch.recv();
  await nothing(ch);
  await ch.send({ block });
  given(block);
  ch[Symbol.dispose ?? Symbol.for('Symbol.dispose')]();
  if (rt.info.mode === 'st') assert.ok(!live.has(pointer)); // else workers may have the channel still
  await settle();
});
