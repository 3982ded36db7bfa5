import { start } from '../../../bindings/dist/index.js';
import { assert, testAnywhere } from './harness.mjs';

testAnywhere('leaks: by function, reason and place', async () => {
  const rt = await start({ debug: true });
  const a = rt.chan(), b = rt.chan();
  for (let i = 0; i < 3; i++) rt.go(function* sender() { yield* a.send(i); });
  rt.go(function* receiver() { yield* b.recv(); });
  rt.go(function* sleeper() { yield* rt.sleep(1e6); });
  rt.go(function* over() {});
  // A slice may be over before all have begun.
  while (rt.leaks().reduce((n, { count }) => n + count, 0) < 4) await rt.sleep(1);
  const leaks = rt.leaks();
  assert.deepEqual(leaks.map(({ count, fn, reason }) => [count, fn, reason]), [[3, 'sender', 'chan send'], [1, 'receiver', 'chan receive']]);
  assert.equal(leaks[0].goroutines.length, 3);
  assert.match(leaks[0].place, /leaks\.mjs:7$/);
  assert.match(rt.dump(), /receiver\(\.\.\.\)/);
  for (let i = 0; i < 3; i++) await a.recv();
  await b.send(1);
  assert.deepEqual(rt.leaks(), []);
  assert.equal(rt.stats().goroutines, 1);
  assert.ok(rt.stats().memoryBytes >= 65536);
  await rt.close();
});

testAnywhere('leaks: without debug there is no place', async (rt) => {
  rt.go(function* stuckHere() { yield* rt.nil().recv(); });
  await rt.sleep(1);
  assert.deepEqual(rt.leaks().filter(({ fn }) => fn === 'stuckHere').map(({ fn, reason, place }) => [fn, reason, place]), [['stuckHere', 'chan receive (nil chan)', '']]);
});
