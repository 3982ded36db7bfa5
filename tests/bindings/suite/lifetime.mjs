import { FatalError, LoadError, PanicError, RuntimeClosedError, start, UsageError } from '../../../bindings/dist/index.js';
import { assert, begin, test } from './harness.mjs';

test('start: info, and several at once', async (rt) => {
  const other = await begin();
  const single = await start({ mode: 'st' });
  assert.deepEqual([single.info.mode, single.info.procs], ['st', 1]);
  assert.match(single.info.reason, /thread/);
  await single.close();
  assert.ok(rt.info.procs >= 1 && rt.info.reason);
  if (globalThis.crossOriginIsolated === false) assert.match(rt.info.reason, /not cross-origin isolated: .*Opener-Policy/);
  const ch = other.chan(1);
  await ch.send(1);
  assert.equal((await ch.recv()).value, 1);
  await other.close();
  assert.equal(rt.chan(1).trySend(1), true);
});

test('start: wasm from elsewhere', async () => {
  const bytes = new Uint8Array([0, 1, 2]);
  await assert.rejects(start({ wasm: bytes }), LoadError);
  await assert.rejects(start({ wasm: new URL('./none.wasm', import.meta.url) }), LoadError);
});

test('start: options that make no sense', async () => {
  for (const mode of ['multi', 'MT', null]) await assert.rejects(start({ mode }), /UsageError: start: there is no mode/);
  for (const mode of ['st', 'mt', 'auto']) {
    for (const procs of [0, 1.5, '2', 201, null]) await assert.rejects(start({ mode, procs }), /UsageError: start: procs/);
  }
  await assert.rejects(start({ proc: 2 }), /UsageError: start: there is no option proc; there are signal, procs/);
});

test('start: signal closes', async () => {
  const controller = new AbortController();
  const rt = await begin({ signal: controller.signal });
  const waits = rt.chan().recv();
  controller.abort(new Error('closing'));
  await assert.rejects(waits, /closing/);
  await assert.rejects(start({ signal: controller.signal }), /closing/);
});

test('memory grows under open views', async (rt) => {
  const before = rt.core.memory.buffer.byteLength;
  const ch = rt.chan(1 << 20);
  for (let i = 0; i < 1000; i++) ch.trySend(i);
  assert.ok(rt.core.memory.buffer.byteLength > before);
  for (let i = 0; i < 1000; i++) assert.equal(ch.tryRecv().value, i);
  const more = Array.from({ length: 20000 }, () => rt.chan(64));
  const waits = more.map((c) => rt.select({ c }));
  more.forEach((c, i) => c.trySend(i));
  (await Promise.all(waits)).forEach((r, i) => assert.equal(r.value, i));
});

test('out of memory is an error', (rt) => {
  assert.throws(() => rt.chan.f64(1 << 28), PanicError);
  assert.equal(rt.chan(1).trySend(1), true);
});

test('dispose: not while somebody waits to send', async (rt) => {
  const ch = rt.chan(1);
  ch.trySend('first');
  const waits = ch.send('second');
  assert.throws(() => ch[Symbol.dispose ?? Symbol.for('Symbol.dispose')](), UsageError);
  assert.equal(ch.tryRecv().value, 'first');
  await waits;
  assert.equal(ch.tryRecv().value, 'second');
});

test('a fatal error closes the runtime, wherever it happens', async (rt) => {
  const ch = rt.chan(), waits = ch.recv();
  assert.throws(() => rt.core.ffi.cases(1 << 27), FatalError); // there is no such memory
  assert.ok(rt.core.closed);
  const error = await waits.catch((e) => e);
  assert.ok(error instanceof FatalError);
  assert.match(error.message, /out of memory/);
  await assert.rejects(ch.recv(), RuntimeClosedError);
});

test('start: a signal is let go of', async () => {
  const { process } = globalThis;
  const listeners = () => process?.listenerCount('beforeExit');
  const before = listeners();
  const controller = new AbortController(), { signal } = controller;
  let removed = 0;
  const { removeEventListener } = signal;
  signal.removeEventListener = (...args) => { removed++; removeEventListener.apply(signal, args); };
  await (await begin({ signal })).close();
  assert.equal(removed, 1);
  const loading = begin({ signal });
  controller.abort(new Error('in between'));
  await assert.rejects(loading, /in between/);
  assert.equal(listeners(), before);
});
