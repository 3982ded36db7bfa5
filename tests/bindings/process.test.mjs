// What the package does to a process of Node: how it ends, what it says, and
// what memory it keeps.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { hosts } from '../harness/hosts.mjs';
import { root } from '../harness/paths.mjs';
import { run } from '../harness/run.mjs';

const INDEX = pathToFileURL(join(root, 'bindings/dist/index.js')).href;
const FAILING = pathToFileURL(join(root, 'tests/bindings/suite/modules/failing.js')).href;
const NODES = hosts(['node20', 'node26']);

/** Each with each. */
const RUNS = NODES.flatMap((host) => ['mt', 'st'].map((mode) => [host, mode]));

function program(host, mode, code, flags = []) {
  const source = `import * as goro from ${JSON.stringify(INDEX)};
    const start = (options) => goro.start({ mode: '${mode}', ...options }), FAILING = '${FAILING}';\n${code}`;
  return run(process.env[host.name.toUpperCase()], [...flags, '--input-type=module', '-e', source], {
    env: { PATH: process.env.PATH }, cwd: root, timeoutMs: 120_000,
  });
}

const README = readFileSync(join(root, 'bindings/README.md'), 'utf8').match(/```js\n([^]*?)```/)[1]
  .replace(/^import .*\n/m, 'const { select, recv, after } = goro;\n');

for (const [host, mode] of RUNS) {
  const ends = (name, code, check) => test(`${name} [${host.name}, ${mode}]`, async () => check(await program(host, mode, code)));

  ends('the example of the README', README, ({ code, stdout, stderr }) =>
    assert.deepEqual([code, stdout, stderr], [0, '1\n4\n9\ntrue\n', '']));

  ends('importing does nothing', `
    console.log(process.listenerCount('beforeExit'));
  `, ({ code, stdout, stderr }) => assert.deepEqual([code, stdout, stderr], [0, '0\n', '']));

  ends('it ends by itself when main is done', `
    const rt = await start();
    const ch = rt.chan();
    rt.go(async () => { await ch.send(1); });
    console.log((await ch.recv()).value);
  `, ({ code, stdout, stderr }) => assert.deepEqual([code, stdout, stderr], [0, '1\n', '']));

  ends('a wait that nobody can end is a deadlock, with the dump', `
    const rt = await start();
    rt.go(function* lost() { yield* rt.chan().send(1); });
    await rt.chan().recv();
    console.log('never');
  `, ({ code, stdout, stderr }) => {
    assert.equal(code, 1, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /DeadlockError: all goroutines are asleep - deadlock!/);
    assert.doesNotMatch(stderr, /AbortSignal/);
    assert.match(stderr, /\[chan receive\]:\nasync/);
    assert.match(stderr, /\[chan send\]:\nlost/);
  });

  for (const [what, wait] of [
    ['a signal', 'rt.chan().recv({ signal })'],
    ['a signal, in a generator', 'rt.go(function* () { yield* rt.chan().recv({ signal }); }).wait()'],
    ['the context of a signal', 'rt.chan().recv({ ctx: rt.context(signal) })'],
  ]) {
    ends(`a deadlock under ${what} says what keeps a process`, `
      const rt = await start({ mode: 'st' });
      const signal = AbortSignal.timeout(1e6);
      await ${wait};
    `, ({ code, stderr }) => {
      assert.equal(code, 1);
      assert.match(stderr, /DeadlockError: all goroutines are asleep - deadlock!.*pass { ctx: rt\.context\(\)\.withTimeout\(ms\) }/);
    });
  }

  ends('a deadlock of goroutines alone is not silent', `
    const rt = await start();
    rt.go(function* lost() { yield* rt.chan().recv(); });
  `, ({ code, stderr }) => {
    assert.equal(code, 1);
    assert.match(stderr, /DeadlockError/);
    assert.match(stderr, /lost/);
  });

  ends('a deadlock reaches who waits for a goroutine, and a group', `
    const rt = await start();
    const results = await Promise.allSettled([
      rt.go(function* () { yield* rt.chan().recv(); }).wait(),
      rt.go(async () => { await rt.chan().recv(); }).wait(),
      rt.go(async () => { await new Promise(() => {}); }).wait(),
      rt.group(async (g) => { g.go(function* () { yield* rt.chan().recv(); }); }),
      rt.run(function* () { yield* rt.chan().recv(); }),
    ]);
    console.log(results.map((r) => r.reason?.name).join());
  `, ({ code, stdout, stderr }) => {
    assert.deepEqual([code, stderr], [0, '']);
    assert.equal(stdout, `${Array(5).fill('DeadlockError').join()}\n`);
  });

  ends('a deadline keeps nobody, but for who waits', `
    const rt = await start();
    rt.context().withTimeout(1e6);
    const error = await rt.chan().recv({ ctx: rt.context().withTimeout(5) }).catch((e) => e);
    console.log(error.name);
    console.log(await rt.run(function* () {
      return (yield* rt.select({ never: rt.chan(), gone: rt.context().withTimeout(5).done })).key;
    }));
    await rt.group({ timeoutMs: 5 }, (_, ctx) => new Promise((resolve) => { ctx.signal.onabort = resolve; }));
    console.log('end');
  `, ({ code, stdout, stderr }) => assert.deepEqual([code, stdout, stderr], [0, 'DeadlineExceededError\ngone\nend\n', '']));

  ends('closing leaves nothing to complain of', `
    const rt = await start();
    rt.go(function* () { yield* rt.chan().recv(); });
    rt.go(async () => { await rt.chan().recv(); });
    void rt.sleep(100000);
    await rt.sleep(1);
    await rt.close();
  `, ({ code, stdout, stderr }) => assert.deepEqual([code, stdout, stderr], [0, '', '']));

  ends('calls of workers keep it, and nothing else of theirs', `
    const rt = await start({ procs: 2 });
    const { add, burn, loop } = rt.module(FAILING);
    console.log(rt.info.mode, await add(1, 2));
    void burn(200).then((ms) => console.log(ms));
    await new Promise((resolve) => process.on('beforeExit', resolve));
    console.log('end');
  `, ({ code, stdout, stderr }) => assert.deepEqual([code, stdout, stderr], [0, `${mode} 3\n200\nend\n`, '']));

  ends('a deadlock is found with workers about', `
    const rt = await start({ procs: 2 });
    const { add } = rt.module(FAILING);
    const results = await Promise.allSettled([add(1, 2), add(3, 4), rt.run(function* () {
      yield* add(5, 6);
      yield* rt.chan().recv();
    })]);
    console.log(results.map((r) => r.value ?? r.reason.name).join());
    await rt.chan().recv();
  `, ({ code, stdout, stderr }) => {
    assert.deepEqual([code, stdout], [1, '3,7,DeadlockError\n']);
    assert.match(stderr, /DeadlockError/);
  });

  for (const kind of ['async () =>', 'function* ()']) {
    ends(`an exception that nobody waits for is loud: ${kind}`, `
      const rt = await start();
      function culprit() { throw new Error('oops'); }
      rt.go(${kind} { culprit(); });
      await rt.sleep(50);
      console.log('never');
    `, ({ code, stdout, stderr }) => {
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(stderr, /Error: oops\n +at culprit/);
    });
  }
}

// Where a wait at top level is another matter (bindings/README.md).
for (const host of hosts(['deno', 'bun'])) {
  test(`a wait that nobody can end is a deadlock, with the dump [${host.name}]`, async () => {
    const folder = join(root, 'build/tests/bindings');
    mkdirSync(folder, { recursive: true });
    const file = join(folder, `deadlock-${host.name}.mjs`);
    writeFileSync(file, `import { start } from ${JSON.stringify(INDEX)};
      async function main() {
        const rt = await start();
        rt.go(function* lost() { yield* rt.chan().send(1); });
        await rt.chan().recv();
        console.log('never');
      }
      main();`);
    const { code, stdout, stderr } = await host.run(file, { args: [], env: {}, timeoutMs: 120_000 });
    assert.deepEqual([code, stdout], [1, ''], stderr);
    assert.match(stderr, /DeadlockError: all goroutines are asleep/);
    assert.match(stderr, /\[chan receive\]:\s+async/);
    assert.match(stderr, /\[chan send\]:\s+lost/);
  });
}

/** MB of JavaScript's heap and of the module's memory, after a collection. */
const WEIGH = `
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  async function weigh() {
    for (let i = 0; i < 5; i++) { gc(); await turn(); }
    return [process.memoryUsage().heapUsed / 1e6, rt.core.memory.buffer.byteLength / 1e6];
  }
  const rt = await start();
`;

for (const [host, mode] of RUNS) {
  test(`a WaitGroup is there as long as its goroutines are [${host.name}, ${mode}]`, async () => {
    const { stdout, stderr } = await program(host, mode, `${WEIGH}
      const gate = rt.chan();
      const begin = () => { const wg = rt.waitGroup(); return [new WeakRef(wg), wg.go(function* () { yield* gate.recv(); })]; };
      const [wg, g] = begin();
      await weigh();
      console.log(wg.deref() !== undefined);
      await gate.send(0);
      await g.wait();
      await weigh();
      console.log(wg.deref() === undefined);
    `, ['--expose-gc']);
    assert.deepEqual([stdout, stderr], ['true\ntrue\n', '']);
  });
}

/** Memory is as it was, by a few MB. */
function flat(name, warm, work) {
  for (const [host, mode] of RUNS) flatOn(host, mode, name, warm, work);
}

function flatOn(host, mode, name, warm, work) {
  test(`${name} [${host.name}, ${mode}]`, async () => {
    const code = `${WEIGH}
      ${warm};
      const before = await weigh();
      ${work};
      const after = await weigh();
      console.log(JSON.stringify({ before, after }));
    `;
    const { stdout, stderr } = await program(host, mode, code, ['--expose-gc']);
    assert.equal(stderr, '');
    const { before, after } = JSON.parse(stdout);
    assert.ok(after[0] - before[0] < 4, stdout);
    assert.ok(after[1] - before[1] < 12, stdout); // a million channels have 80
  });
}

flat('a million selects leave nothing on a channel that stays', `
  const quit = rt.chan(), work = rt.chan(1);
  const selects = (n) => rt.go(function* () {
    for (let i = 0; i < n; i++) {
      yield* rt.select({ quit, put: goro.send(work, i) });
      yield* rt.select({ quit, got: work });
    }
  }).wait();
  const blocking = async (n) => {
    for (let i = 0; i < n; i++) {
      const r = rt.select({ quit, got: work });
      work.trySend(i);
      await r;
    }
  };
  await selects(1000);
  await blocking(1000)`, 'await selects(300000); await blocking(400000)');

flat('a million channels made and dropped', `
  async function make(n) {
    for (let i = 0; i < n; i++) {
      const ch = rt.chan(1);
      if (i % 3 === 0) ch.trySend({ i });
      if (i % 5000 === 4999) await turn();
      if (i % 50000 === 49999) gc(), await turn();
    }
  }
  await make(200000)`, 'await make(800000)');

flat('waits that are called off', `
  const ch = rt.chan();
  const late = new AbortController();
  async function cancel(n) {
    for (let i = 0; i < n; i++) {
      const controller = new AbortController();
      const waits = [ch.recv(controller), rt.select({ ch, late: goro.after(1e6) }, controller), rt.sleep(1e6, controller)];
      controller.abort();
      for (const wait of waits) await wait.catch(() => {});
      const served = ch.recv(late);
      ch.trySend(i);
      await served;
    }
  }
  await cancel(1000)`, 'await cancel(20000)');

flat('waits and calls that a context and a signal can call off', `
  const ch = rt.chan(1);
  const both = { ctx: rt.context(), signal: new AbortController().signal };
  const crunch = rt.module(FAILING, both);
  async function wait(n) {
    for (let i = 0; i < n; i++) {
      const waits = ch.recv(both);
      ch.trySend(i);
      await waits;
      await rt.await(Promise.resolve(i), both);
      if (i % 10 === 0) await crunch.add(i, i);
      if (i % 1000 === 999) await turn();
    }
  }
  const steps = (n) => rt.go(function* () { for (let i = 0; i < n; i++) yield* rt.sleep(0.001, both); }).wait();
  await wait(1000);
  await steps(100)`, 'await wait(10000); await steps(3000)');

flat('calls of workers, with channels and contexts', `
  const crunch = rt.module(FAILING.replace('failing', 'crunch'));
  const ch = rt.chan(1);
  async function calls(n) {
    for (let i = 0; i < n; i++) {
      const ctx = rt.context();
      const made = rt.chan(1);
      await ch.send({ i, made });
      await crunch.echo(ch, made, ctx, [{ text: 'x'.repeat(i % 1000) }]);
      await ch.recv();
      ctx.cancel();
      if (i % 1000 === 999) gc(), await turn();
    }
  }
  await calls(3000)`, 'await calls(15000)');

flat('waits for a mutex, served and called off', `
  const mu = rt.mutex();
  async function contend(n) {
    for (let i = 0; i < n; i++) {
      const controller = new AbortController();
      await mu.lock();
      const next = mu.lock(), never = mu.lock(controller).catch(() => {});
      controller.abort();
      await never;
      mu.unlock();
      await next;
      mu.unlock();
      rt.mutex(); // lost at once
      if (i % 1000 === 999) gc(), await turn();
    }
  }
  await contend(3000)`, 'await contend(30000)');

flat('contexts of a context that stays', `
  const root = rt.context();
  async function derive(n) {
    for (let i = 0; i < n; i++) {
      const timed = root.withTimeout(1e6);
      const child = timed.withValue('i', i).withCancel();
      const waits = [rt.chan().recv({ ctx: child }), rt.chan().recv(timed)].map((each) => each.catch(() => {}));
      child.signal.onabort = () => child;
      if (i % 2 === 0) child.cancel();
      timed.cancel();
      await Promise.all(waits);
      if (i % 1000 === 999) gc(), await turn();
    }
  }
  await derive(3000)`, 'await derive(20000)');

flat('groups, with members that end and that are called off', `
  const never = rt.chan();
  async function groups(n) {
    for (let i = 0; i < n; i++) {
      await rt.group({ timeoutMs: 1e6 }, async (g, ctx) => {
        g.go(function* () { yield* rt.sleep(0); });
        g.go(async () => { await never.recv({ ctx }); });
        g.go(async () => { throw new RangeError(); });
      }).catch(() => {});
      if (i % 1000 === 999) gc(), await turn();
    }
  }
  await groups(3000)`, 'await groups(20000)');
