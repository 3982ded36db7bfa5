// C from JavaScript: the module that tests/bindings/guest.c makes.
import {
  DeadlockError, FatalError, GoexitError, LoadError, PanicError, RuntimeClosedError, send, start, UsageError,
} from '../../../bindings/dist/index.js';
import { assert, test as testWith } from './harness.mjs';
import { closeGuest, imports, sharedGuest, startGuest } from './guest-start.mjs';

/** A test with a runtime of the module, shared or, with options, its own. */
const test = (name, fn, options) => testWith(`guest: ${name}`, async () => {
  const rt = await (options ? startGuest(options) : sharedGuest());
  try {
    return await fn(rt, rt.exports);
  } finally {
    if (options) await rt.close();
  }
}, 'none');
const dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose');
const turn = () => new Promise((resolve) => setTimeout(resolve, 0));
const taken = (rt, p) => {
  const text = rt.memory.text(p);
  rt.memory.free(p);
  return text;
};

test('values of every type, there and back', async (rt, c) => {
  assert.equal(await c.fib(20), 6765);
  for (const v of [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n)]) assert.equal(await c.echo_i64(v), v);
  assert.equal(await c.echo_i64(2n ** 64n - 1n), -1n);
  assert.equal((await c.echo_u32(2 ** 32 - 1)) >>> 0, 2 ** 32 - 1);
  assert.equal(await c.echo_f32(0.1), Math.fround(0.1));
  for (const v of [0.1, -0, NaN, Infinity]) assert.equal(await c.echo_f64(v), v);
  assert.equal(await c.echo_bool(true), 1);
  assert.equal(await c.ten(1, 2n, 3, 4, 5, 6n, 7, 8, 9, 10n), 385);
  assert.equal(await c.send(1), 2);
  assert.equal(await c.boot(), 7);
  assert.equal(await c.exits_quietly(), undefined);
  assert.equal(Object.keys(c).includes('memory'), false);
});

test('strings and bytes are there until the call is over', async (rt, c) => {
  assert.equal(taken(rt, await c.greet('Ada', ' ✓')), 'hello Ada ✓');
  assert.equal(taken(rt, await c.greet('', '')), 'hello ');
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i);
  const calls = [0, 1, 2, 3].map((ms) => c.sum(bytes, bytes.length, ms));
  bytes.fill(0);
  for (const call of calls) assert.equal(await call, 124716);
  assert.equal(await c.sum(new Uint16Array([258]), 2, 0), 3);
  assert.equal(await c.sum(new Uint8Array([1, 2, 3]).buffer, 3, 0), 6);
  const p = rt.memory.copy(new Uint8Array([5, 6]));
  assert.equal(await c.sum(p, 2, 0), 11);
  assert.deepEqual([...rt.memory.bytes(p, 2)], [5, 6]);
  rt.memory.free(p);
  assert.equal(await c.sum(null, 0, 0), 0);
});

test('wrong arguments are TypeErrors that name function and parameter', async (rt, c) => {
  await assert.rejects(c.fib(), /^TypeError: fib takes 1 argument, and was given 0/);
  await assert.rejects(c.after_ms(1, 2, 3), /^TypeError: after_ms takes 2 arguments, and was given 3/);
  await assert.rejects(c.after_ms(0, 1.5), /^TypeError: after_ms: argument 2 is 1.5; it has to be an integer of 32 bits/);
  await assert.rejects(c.fib(2 ** 32), TypeError);
  await assert.rejects(c.fib(undefined), /argument 1 is undefined/);
  await assert.rejects(c.fib({}), /argument 1 is a Object/);
  await assert.rejects(c.fib(1n), /argument 1 is 1n/);
  await assert.rejects(c.echo_i64(1), /^TypeError: echo_i64: argument 1 is 1; it has to be a bigint/);
  await assert.rejects(c.echo_i64(2n ** 64n), TypeError);
  await assert.rejects(c.echo_f64('1'), /^TypeError: echo_f64: argument 1 is a string; it has to be a number/);
  await assert.rejects(c.fib(rt.chan()), TypeError);
  await assert.rejects(rt.go(function* () { yield* c.fib(); }).wait(), /^TypeError: fib takes/);
});

test('any number in flight', async (rt, c) => {
  const n = 100_000;
  const gate = rt.chan.signal();
  const calls = Array.from({ length: n }, (_, i) => c.after_close(gate, i));
  await turn();
  assert.ok(await c.goroutines() > 2 * n); // each with its caller
  gate.close();
  assert.ok((await Promise.all(calls)).every((v, i) => v === i));
  await Promise.all(Array.from({ length: 1000 }, () => c.add_locked(1)));
  assert.equal(await c.add_locked(0), 1000);
});

test('generators wait for calls, and deadlocks are seen', async (rt, c) => {
  assert.equal(await rt.run(function* () {
    let sum = 0;
    for (let i = 0; i < 10; i++) sum += yield* c.fib(i);
    return sum + (yield* c.after_ms(1, 12));
  }), 100);
  const error = await rt.run(function* () { yield* c.stuck(); }).catch((e) => e);
  assert.ok(error instanceof DeadlockError);
  assert.match(error.dump, /\[chan receive \(nil chan\)\]:\nstuck/);
  await assert.rejects(rt.go(function* () { yield* c.panics('in C'); }).wait(), PanicError);
});

test('a call that is called off goes on', async (rt, c) => {
  const gate = rt.chan.signal();
  const error = await rt.group({ timeoutMs: 3 }, async (g) => {
    g.go(function* () { yield* c.after_close(gate, 1); });
  }).catch((e) => e);
  assert.match(String(error), /DeadlineExceeded/);
  const before = await c.goroutines();
  gate.close();
  while (await c.goroutines() !== before - 1) await turn();
});

test('calls with options', async (rt, c) => {
  const gate = rt.chan.signal(), ctx = rt.context();
  const before = await c.goroutines();
  const waits = [
    c.with({ ctx }).after_close(gate, 1),
    c.with({ signal: ctx.signal }).after_close(gate, 1),
    rt.go(function* () { yield* c.with({ ctx }).after_close(gate, 1); }).wait(),
  ];
  await turn();
  ctx.cancel(new Error('off'));
  for (const { reason } of await Promise.allSettled(waits)) assert.equal(reason?.message, 'off');
  await assert.rejects(c.with({ ctx }).fib(1), /off/);
  assert.equal(await c.with({ ctx }).with({ ctx: rt.context() }).fib(10), 55);
  assert.ok(await c.goroutines() > before, 'C goes on');
  gate.close();
  while (await c.goroutines() !== before) await turn();
});

test('a panic rejects, with the trace of its goroutine', async (rt, c) => {
  const error = await c.panics('boom').catch((e) => e);
  assert.ok(error instanceof PanicError);
  assert.equal(error.message, 'boom');
  assert.match(error.trace, /^panic: boom\n\ngoroutine \d+ \[running\]:\npanics/);
  await assert.rejects(c.index_of(3), /^PanicError: runtime error: index out of range \[3\] with length 3/);
  assert.equal(await c.index_of(2), 2);
  await assert.rejects(c.panics_deferred(), /in a deferred call/);
  assert.equal(taken(rt, await c.last_note()), 'deferred');
  const twice = await c.panics_twice().catch((e) => e);
  assert.equal(twice.message, 'second');
  assert.match(twice.trace, /panic: first\n\tpanic: second/);
  assert.equal(await c.recovers(0), 5);
  assert.equal(await c.recovers(1), 0);
  const closed = rt.chan.i32(1);
  closed.close();
  await assert.rejects(c.send_closed(closed), /send on closed channel/);
  const many = await Promise.allSettled(Array.from({ length: 1000 }, (_, i) => c.panics(`${i}`)));
  assert.ok(many.every(({ reason }, i) => reason.message === `${i}`));
});

test('Goexit runs what is deferred, and leaves no result', async (rt, c) => {
  await assert.rejects(c.exits_goroutine(), GoexitError);
  assert.equal(taken(rt, await c.last_note()), 'goexit');
});

test('a panic of a goroutine that C started is the end', async (rt, c) => {
  const waits = rt.chan().recv();
  const error = await c.panics_alone().catch((e) => e);
  assert.ok(error instanceof FatalError);
  assert.match(error.message, /^panic: alone\n\ngoroutine \d+ \[running\]:\npanic_alone/);
  await assert.rejects(waits, FatalError);
  await assert.rejects(c.fib(1), RuntimeClosedError);
});

test('stacks grow, and their overflow is named', async (rt, c) => {
  assert.equal(await c.deep(1000), 1000);
  await assert.rejects(c.endless(0), /FatalError: runtime: goroutine stack exceeds 262144-byte limit[^]*running endless/);
});

test('channels of JavaScript in C', async (rt, c) => {
  const numbers = rt.chan.i32();
  const done = c.count(numbers, 1000);
  let next = 0;
  for await (const v of numbers) assert.equal(v, next++);
  assert.equal(next, 1000);
  await done;
  const a = rt.chan.i32(), b = rt.chan.i32(4);
  const relayed = c.relay(a, b);
  rt.go(function* () { for (let i = 0; i < 100; i++) yield* a.send(i); a.close(); });
  const sum = await rt.go(function* () {
    for (let sum = 0; ;) {
      const { done, value } = yield* b.recv();
      if (done) return sum;
      sum += value;
    }
  }).wait();
  assert.equal(sum, 9900);
  assert.equal(await relayed, 100);
  numbers[dispose](), a[dispose](), b[dispose]();
  await assert.rejects(async () => c.count(numbers, 1), UsageError);
  const other = await start();
  await assert.rejects(async () => c.count(other.chan.i32(), 1), UsageError);
  await other.close();
});

test('bytes, and select in C', async (rt, c) => {
  const into = rt.chan.bytes(), out = rt.chan.bytes(2);
  const done = c.upper(into, out);
  for (const word of ['abc', '', 'goroutine']) {
    await into.send(new TextEncoder().encode(word));
    assert.equal(new TextDecoder().decode((await out.recv()).value), word.toUpperCase());
  }
  into.close();
  assert.equal((await out.recv()).done, true);
  await done;
  const blocks = rt.chan.block(), back = rt.chan.block();
  const over = c.upper(blocks, back);
  const block = rt.block(new TextEncoder().encode('inplace')), { pointer } = block;
  await blocks.send(block);
  const { value } = await back.recv();
  assert.equal(new TextDecoder().decode(value.bytes), 'INPLACE');
  assert.equal(value.pointer, pointer); // C changes it in place
  value.free();
  blocks.close();
  await over;
  const a = rt.chan.i32(), b = rt.chan.i32();
  const first = c.choose(a, b);
  await b.send(7);
  assert.equal(await first, 107);
  const second = c.choose(a, null);
  assert.equal((await rt.select({ put: send(a, 3), never: b })).key, 'put');
  assert.equal(await second, 3);
});

test('channels of C in JavaScript', async (rt, c) => {
  const p = await c.chan_i64(2);
  const ch = rt.chan.at(p, 'i64');
  assert.equal(ch.cap, 2);
  await ch.send(2n ** 40n);
  assert.equal(ch.len, 1);
  assert.equal((await ch.recv()).value, 2n ** 40n);
  assert.throws(() => rt.chan.at(p, 'i32'), /TypeError: the channel's elements have 8 bytes, and those of kind i32 4/);
  assert.throws(() => rt.chan.at(p, 'nothing'), TypeError);
  assert.equal(rt.chan.at(0, 'i32').tryRecv(), undefined);
  await c.chan_free(p);
  const done = rt.chan.at(await c.background(), 'signal');
  const before = await c.goroutines();
  await done.send();
  assert.equal(await c.goroutines(), before - 1);
});

test('imports: at once, later, as generators', async (rt, c) => {
  assert.equal(await c.asks(10), 21);
  imports.app.ask = async (n) => { await turn(); return n; };
  const many = await Promise.all(Array.from({ length: 1000 }, (_, i) => c.asks(i)));
  assert.ok(many.every((v, i) => v === 2 * i + 1));
  imports.app.ask = (n) => (n % 2 ? Promise.resolve(n) : n);
  assert.equal(await c.asks(3), 7);
  assert.equal(await c.asks_pointer(5), 5);
  assert.equal(await c.asks64(-5n), -10n);
  assert.equal(await c.asksf(0.5), 1.5);
  assert.equal(await c.asksd(0.1), 1.1);
  assert.equal(await c.tells('héllo'), undefined);
  assert.equal(imports.told, 'héllo');
  assert.equal(await c.takes_channel(), 9);
  assert.equal(await c.what_start_got(), 21);
  assert.equal(await c.asks_deep(200), 1);
});

test('imports: errors are panics', async (rt, c) => {
  const thrown = new Error('thrown at once');
  imports.app.ask = () => { throw thrown; };
  const error = await c.asks(1).catch((e) => e);
  assert.ok(error instanceof PanicError);
  assert.equal(error.message, 'thrown at once');
  assert.equal(error.cause, thrown);
  assert.equal(taken(rt, await c.tries(1)), 'thrown at once');
  imports.app.ask = async () => { await turn(); throw new TypeError('rejected'); };
  assert.equal(taken(rt, await c.tries(1)), 'rejected');
  await assert.rejects(c.asks(1), /^PanicError: rejected/);
  imports.app.ask = async () => 'text';
  await assert.rejects(c.asks(1), /app.ask returned string; C needs a number: return memory.utf8/);
  imports.app.ask = () => undefined;
  await assert.rejects(c.asks(1), /app.ask returned undefined/);
  imports.app.ask = async () => true;
  assert.equal(await c.asks(1), 2);
});

test('JavaScript, C, JavaScript, C', async (rt, c) => {
  assert.equal(await c.nested(50), 50);
  const all = await Promise.all(Array.from({ length: 100 }, (_, i) => c.nested(i % 10)));
  assert.ok(all.every((v, i) => v === i % 10));
  const ch = rt.chan(), numbers = rt.chan.i32();
  const got = ch.recv(), counted = c.count(numbers, 3);
  imports.app.ask = (n) => { // below C's frames: nothing here takes C's goroutine for its own
    ch.trySend(n);
    numbers.recv();
    rt.go(function* () { yield* rt.sleep(0); });
    return n;
  };
  assert.equal(await c.asks(1), 3);
  assert.equal((await got).value, 1);
  assert.equal((await numbers.recv()).value, 2);
  await counted;
});

test('the deadlock verdict waits for promises of imports', async (rt, c) => {
  let settle;
  imports.app.ask = () => new Promise((resolve) => { settle = resolve; });
  const main = rt.run(function* () { return yield* c.asks(1); });
  await turn(), await turn();
  settle(3);
  await turn();
  settle(4);
  assert.equal(await main, 7);
  assert.equal(rt.core.holds, 0);
});

test('closing in an import', async (rt, c) => {
  imports.app.ask = () => { rt.close(); return 1; };
  const others = c.stuck();
  await assert.rejects(c.asks(1), RuntimeClosedError);
  await assert.rejects(others, RuntimeClosedError);
  await assert.rejects(c.fib(1), RuntimeClosedError);
});

const lines = [], errors = [];
const printing = { stdout: (line) => lines.push(line), stderr: (line) => errors.push(line) };

test('printing, by lines', async (rt, c) => {
  await c.prints('hallo', 3);
  assert.deepEqual(lines.splice(0), ['hallo 3', 'rest 0.5 of it']);
  assert.deepEqual(errors.splice(0), ['err hallo']);
  assert.equal(await c.opens('data.txt'), 0);
  assert.match(errors.splice(0).join(), /cannot open data.txt: a module of the npm package has no files/);
  await c.dump();
  await turn();
  assert.match(errors.splice(0).join('\n'), /goroutine \d+ \[running\]:\ndump/);
  assert.ok(Math.abs(await c.clocks() - Date.now() / 1000) < 60);
}, printing);

test('exit is the end', async (rt, c) => {
  const others = c.stuck();
  await assert.rejects(c.exits(3), /^FatalError: exit\(3\) was called/);
  await assert.rejects(others, FatalError);
  assert.deepEqual(lines.splice(0), ['unfinished']);
}, printing);

test('so is a trap', async (rt, c) => {
  await assert.rejects(c.aborts(), /^FatalError: the runtime has trapped: /);
  await assert.rejects(c.fib(1), RuntimeClosedError);
});

test('the dump has both languages', async (rt, c) => {
  c.named().catch(() => {});
  rt.go(function* waiter() { yield* rt.chan().recv(); });
  await rt.sleep(1);
  const dump = rt.dump();
  assert.match(dump, /named/);
  assert.match(dump, /waiter/);
});

testWith('guest: modules that cannot be started', async (rt) => {
  await closeGuest();
  const wasm = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
  await assert.rejects(start({ wasm }), /^LoadError: .*goro cc lib.c --package -o lib.wasm/);
  await assert.rejects(startGuest({ imports: {} }), /^LoadError: the module imports (app|more)\.\w+; give it to start/);
  assert.throws(() => rt.memory, UsageError);
  assert.throws(() => rt.chan.at(0, 'i32'), UsageError);
  assert.deepEqual(Object.keys(rt.exports), []);
});
