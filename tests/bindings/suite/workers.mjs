// What there is with workers only: parallelism, and workers that are lost.
import { RuntimeClosedError, start, WorkerError } from '../../../bindings/dist/index.js';
import { assert, begin, currentMode, skip, test } from './harness.mjs';

const FAILING = new URL('./modules/failing.js', import.meta.url);
const DIST = new URL('../../../bindings/dist/', import.meta.url);

const mtTest = (name, fn) => { if (currentMode() === 'mt') test(`workers: ${name}`, fn); };

/** Two functions run at the same time. */
async function twoMeet(rt) {
  const { meet } = rt.module(FAILING);
  const a = rt.chan(1), b = rt.chan(1);
  assert.deepEqual(await Promise.all([meet(a, b), meet(b, a)]), ['met', 'met']);
}

mtTest('functions run in parallel', async (rt) => {
  assert.deepEqual([rt.info.mode, rt.info.procs], ['mt', 2]);
  for (let i = 0; i < 20; i++) await twoMeet(rt);
});

mtTest('memory that another thread makes grow while it is looked at', async (rt) => {
  const { core } = rt, { memory } = core, { get } = Object.getOwnPropertyDescriptor(WebAssembly.Memory.prototype, 'buffer');
  Object.defineProperty(memory, 'buffer', {
    configurable: true,
    get() {
      const buffer = get.call(memory);
      memory.grow(1); // as if another thread did, just then
      return buffer;
    },
  });
  core.view();
  delete memory.buffer;
  const bytes = new Uint8Array(4096), { memoryBytes } = rt.stats();
  for (let n = 0; rt.stats().memoryBytes === memoryBytes; n++) {
    bytes.fill(n);
    assert.deepEqual(rt.block(bytes).bytes, bytes, `block ${n}`); // it stays: all of memory comes to be used
  }
});

mtTest('bytes in memory that a worker has made grow', async (rt) => {
  const { pour } = rt.module(FAILING);
  for (let i = 0; i < 20; i++) {
    const ch = rt.chan.bytes(10);
    assert.equal(await pour(ch, 10, 1 << 19), 10);
    for (let n = 0; n < 10; n++) assert.ok(ch.tryRecv().value.every((byte) => byte === n), `${n} of ${i}`);
    await ch.send(new Uint8Array(1 << 20)); // it stays
  }
});

mtTest('what takes long does not hold up the rest', async (rt) => {
  const { meet, add } = rt.module(FAILING);
  const word = rt.chan(1), begun = rt.chan(1);
  const long = meet(word, begun); // until it gets the word, without giving way
  await begun.recv();
  for (let i = 0; i < 100; i++) assert.equal(await add(i, 1), i + 1);
  await word.send('enough');
  assert.equal(await long, 'met');
});

mtTest('one that ends takes its calls along, and is replaced', async (rt) => {
  const { die, add, wait } = rt.module(FAILING);
  const begun = rt.chan(), never = rt.chan();
  for (let i = 0; i < 3; i++) {
    const calls = [die(), ...Array.from({ length: 50 }, (_, j) => add(i, j))];
    const [dead, ...sums] = await Promise.allSettled(calls);
    assert.ok(dead.reason instanceof WorkerError, String(dead.reason));
    assert.match(dead.reason.message, /^die: .*; another one takes its place/);
    // A call that it had begun is lost, too; no other is.
    for (const [j, { value, reason }] of sums.entries()) assert.ok(value === i + j || reason instanceof WorkerError, String(reason));
  }
  assert.equal(await add(1, 2), 3);
  const waits = wait(begun, never);
  assert.equal((await begun.recv()).value, 'begins');
  await never.send('sent');
  assert.equal(await waits, 'sent');
  await twoMeet(rt);
});

mtTest('what a lost one has waited on works on', async (rt) => {
  const { die, wait } = rt.module(FAILING);
  const begun = rt.chan(), ch = rt.chan();
  const waits = [wait(begun, ch), wait(begun, ch)].map((each) => each.catch((error) => error));
  await begun.recv();
  await begun.recv();
  const dies = [die(), die(), die()].map((each) => each.catch((error) => error));
  for (const error of await Promise.all([...dies, ...waits])) assert.ok(error instanceof WorkerError, String(error));
  assert.equal(ch.trySend('nobody waits'), false);
  const again = wait(begun, ch);
  await begun.recv();
  await ch.send('somebody');
  assert.equal(await again, 'somebody');
});

mtTest('who waits for a lost one in a single flight is told', async (rt) => {
  const { flyAndDie, add } = rt.module(FAILING);
  const flight = rt.singleFlight(), begun = rt.chan(), word = rt.chan();
  const never = () => assert.ok(false, 'a second call');
  const dies = flyAndDie(flight, begun, word);
  await begun.recv();
  const joins = rt.chan(1);
  const generator = rt.go(function* () {
    joins.trySend('joins at once');
    yield* flight.do('k', never);
  });
  const all = [dies, flight.do('k', never), generator.wait()].map((each) => each.catch((error) => error));
  await joins.recv();
  await word.send('now');
  for (const error of await Promise.all(all)) assert.ok(error instanceof WorkerError, String(error));
  assert.equal(await flight.do('k', () => add(1, 2)), 3);
});

mtTest('a group with members on a lost one ends', async (rt) => {
  const { joinAndDie, add } = rt.module(FAILING);
  const begun = rt.chan(), word = rt.chan();
  const error = await rt.group(async (g) => {
    await joinAndDie(g, begun, word);
    await begun.recv();
    await Promise.all([1, 2, 3, 4].map(() => joinAndDie(g, rt.chan(1), rt.chan())));
    g.go(function* () { yield* rt.chan().recv(); });
    await word.send('now');
  }).catch((e) => e);
  assert.ok(error instanceof WorkerError, String(error));
  assert.match(error.message, /a member of the group was on a worker that was lost/);
  assert.equal(await add(1, 2), 3);
});

mtTest('a group that a lost one has passed on ends', async (rt) => {
  const { relayAndDie, add } = rt.module(FAILING);
  const begun = rt.chan(), word = rt.chan();
  const group = rt.group(async (g) => {
    g.go(relayAndDie, g, FAILING.href, begun, word);
    await begun.recv();
    await word.send('now');
  });
  const error = await group.catch((e) => e);
  assert.ok(error instanceof WorkerError, String(error));
  assert.equal(await add(1, 2), 3);
});

// The memory of a lost agent is used again at once: what is said of it late must not be taken for the new one.
mtTest('calls of those in the place of lost ones are theirs', async (rt) => {
  const { die, flyAndStay, burn, add } = rt.module(FAILING);
  const flight = rt.singleFlight(), begun = rt.chan();
  for (let i = 0; i < 10; i++) {
    const gate = rt.chan(2);
    // This one has the flight, and hears late. Any of them may be on the worker that dies.
    const busy = flyAndStay(flight, `held ${i}`, begun, gate).catch((error) => error);
    await begun.recv();
    const long = burn(5).catch(() => {}), dies = die().catch((error) => error);
    assert.ok(await dies instanceof WorkerError);
    const stays = flyAndStay(flight, `key ${i}`, begun, gate).catch((error) => error);
    await begun.recv();
    const waits = flight.do(`key ${i}`, () => assert.ok(false, 'a second call'));
    await gate.send('a'), await gate.send('b');
    await long;
    const [held, value] = await Promise.all([busy, stays]);
    assert.ok(held instanceof WorkerError || ['a', 'b'].includes(held), String(held));
    assert.ok(['a', 'b'].includes(value), String(value));
    assert.equal(await waits, value);
  }
  assert.equal(await add(1, 2), 3);
});

mtTest('one that loops: others go on, and it can be ended', async (rt) => {
  const { add } = rt.module(FAILING);
  const controller = new AbortController();
  const { loop } = rt.module(FAILING, { signal: controller.signal, graceMs: 20 });
  const begun = rt.chan(1);
  const loops = loop(begun).catch((error) => error);
  await begun.recv();
  for (let i = 0; i < 100; i++) assert.equal(await add(i, 1), i + 1);
  controller.abort(new Error('long enough'));
  const error = await loops;
  assert.ok(error instanceof WorkerError);
  assert.match(error.message, /loop was called off, and had not ended 20 ms later/);
  await twoMeet(rt);
});

/** All workers loop, and are ended; others in their places go on. */
async function allLoop(rt) {
  const grace = new AbortController(), begun = rt.chan(2);
  const { loop } = rt.module(FAILING, { signal: grace.signal, graceMs: 1 });
  const loops = [loop(begun), loop(begun)].map((each) => each.catch((error) => error));
  await begun.recv();
  await begun.recv();
  const controller = new AbortController();
  const waits = rt.module(FAILING, controller).add(1, 1);
  controller.abort(new Error('not now'));
  await assert.rejects(waits, /not now/);
  const later = rt.module(FAILING).add(2, 2);
  grace.abort();
  for (const error of await Promise.all(loops)) assert.ok(error instanceof WorkerError, String(error));
  assert.equal(await later, 4);
}

mtTest('all loop: a call that waits can be called off', allLoop);

// One was told of twice, and the second time the one in its place was ended for it.
mtTest('all loop, again and again', async (rt) => {
  if (globalThis.Deno) return skip('a thread that loops is left behind, to loop (bindings/README.md)');
  for (let i = 0; i < 8; i++) await allLoop(rt);
});

mtTest('what is thrown beside calls ends one, with its calls', async (rt) => {
  if (globalThis.Deno) return skip('it prints what was thrown, and nobody can keep it from that');
  const { throwLater, add } = rt.module(FAILING);
  for (let i = 0; i < 10; i++) { // one that had thrown took the next call with it, in browsers
    const error = await throwLater().catch((e) => e);
    assert.ok(error instanceof WorkerError, String(error));
    assert.match(error.message, /^throwLater: [^]*nobody catches this[^]*; another one takes its place/);
    assert.match(error.cause.message, /nobody catches this/);
    assert.equal(await add(1, 2), 3);
  }
});

mtTest('closing ends all', async (rt) => {
  const { beat } = rt.module(FAILING);
  const name = `goro ${Math.random()}`, beats = new BroadcastChannel(name);
  const from = new Set();
  let heard = 0;
  beats.onmessage = ({ data }) => { from.add(data), heard++; };
  const a = rt.chan(1), b = rt.chan(1), pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
  await Promise.all([beat(name, 1, a, b), beat(name, 2, b, a)]); // on a worker each, which has nothing to do now
  while (from.size < 2) await pause(1);
  await rt.close();
  // What had been sent before may still come; and if one lived, this would never end.
  for (let before = -1; before !== heard;) {
    before = heard;
    await pause(100);
  }
  beats.close();
});

mtTest('closing ends those that loop', async (rt) => {
  const begun = rt.chan(1);
  const loops = rt.module(FAILING).loop(begun).catch((error) => error);
  await begun.recv();
  await rt.close();
  assert.ok(await loops instanceof RuntimeClosedError);
});

mtTest('a file that is no worker', async () => {
  if (globalThis.Deno) return skip('nobody can keep that from ending the program');
  const rt = await begin({ worker: new URL('./none.js', DIST) });
  await assert.rejects(rt.module(FAILING).add(1, 1), WorkerError);
  await assert.rejects(rt.module(FAILING).add(1, 1), WorkerError);
  await rt.close();
});

mtTest('worker and module from elsewhere', async () => {
  const elsewhere = new URL('worker.js', DIST);
  if (globalThis.location) elsewhere.hostname = 'localhost'; // another origin
  const rt = await begin({ worker: elsewhere, wasm: new URL('goro-mt.wasm', DIST) });
  await twoMeet(rt);
  await rt.close();
  const single = await start({ wasm: new URL('goro.wasm', DIST) });
  assert.equal(single.info.mode, 'st');
  assert.match(single.info.reason, /wasmMt/);
  await single.close();
});

mtTest('both modules from elsewhere: one is loaded', async () => {
  const [wasm, wasmMt, nowhere] = ['goro.wasm', 'goro-mt.wasm', 'none.wasm'].map((name) => new URL(name, DIST));
  const rt = await begin({ wasm: nowhere, wasmMt });
  await twoMeet(rt);
  await rt.close();
  // What cannot be had for workers, or is not for them, leaves the other one.
  for (const [options, reason] of [
    [{ wasm, wasmMt: nowhere, mode: 'auto' }, /none\.wasm did not load/],
    [{ wasm, wasmMt: wasm, mode: 'auto' }, /wasmMt.* one thread; pass goro-mt\.wasm/],
    [{ wasm, wasmMt: nowhere, mode: 'st' }, /asks for one thread/],
  ]) {
    const single = await start(options);
    assert.equal(single.info.mode, 'st');
    assert.match(single.info.reason, reason);
    await single.close();
  }
  await assert.rejects(start({ wasm: nowhere, wasmMt: nowhere }), /LoadError: none\.wasm/);
  await assert.rejects(begin({ wasmMt: wasm }), /LoadError.* pass goro-mt\.wasm/);
});

mtTest('procs', async () => {
  const rt = await begin({ procs: 1 });
  const { burn, add } = rt.module(FAILING);
  const order = [];
  await Promise.all([burn(20).then(() => order.push('long')), add(1, 1).then(() => order.push('short'))]);
  assert.deepEqual(order, ['long', 'short']);
  await rt.close();
});
