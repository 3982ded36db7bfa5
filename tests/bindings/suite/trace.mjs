import { UsageError } from '../../../bindings/dist/index.js';
import { fromChrome, toChrome, trace } from '../../../bindings/dist/trace.js';
import { assert, test } from './harness.mjs';

const about = (events, g) => events.filter((event) => event.g === g);
const kinds = (events) => events.map(({ kind }) => kind).join(' ');

test('trace: a hand-over, with who woke whom', async (rt) => {
  const ch = rt.chan();
  const recording = trace(rt, { events: 1000 });
  rt.go(function* receiver() { yield* ch.recv(); });
  await rt.go(function* sender() { yield* rt.sleep(1); yield* ch.send('a'); }).wait();
  const events = recording.take();
  const births = events.filter(({ kind, site }) => kind === 'create' && site.fn !== 'async');
  assert.deepEqual(births.map(({ site }) => site.fn), ['receiver', 'sender']);
  const [receiver, sender] = births.map(({ g }) => g);
  assert.equal(kinds(about(events, receiver)), 'create start park ready start end');
  const park = about(events, receiver).find(({ kind }) => kind === 'park');
  const ready = about(events, receiver).find(({ kind }) => kind === 'ready');
  assert.deepEqual([park.reason, ready.value, ready.by], ['chan receive', 'in', sender]);
  assert.ok(park.object !== 0 && ready.object === park.object);
  assert.equal(about(events, sender).find(({ kind }) => kind === 'park').reason, 'sleep');
  assert.ok(events.some(({ kind }) => kind === 'timer'));
  for (let i = 1; i < events.length; i++) assert.ok(events[i].t > events[i - 1].t);
  assert.deepEqual([recording.lost, recording.take()], [0, []]);
});

test('trace: buffers, closes, mutexes, what was there before', async (rt) => {
  const ch = rt.chan(2), mu = rt.mutex(), closing = rt.chan();
  await mu.lock();
  rt.go(function* before() { yield* mu.lock(); yield* closing.recv(); });
  await rt.sleep(1);
  const recording = trace(rt);
  await ch.send(1);
  await ch.recv();
  mu.unlock();
  await rt.sleep(1);
  closing.close();
  await rt.sleep(1);
  recording.stop();
  recording.stop();
  const events = recording.take();
  const { g } = events.find(({ kind, site }) => kind === 'create' && site.fn === 'before');
  assert.deepEqual(about(events, g).filter(({ kind }) => kind === 'park').map(({ reason }) => reason),
    ['sync.Mutex.Lock', 'chan receive']);
  assert.equal(about(events, g).filter(({ kind }) => kind === 'ready').pop().value, 'closed');
  const put = events.find(({ kind }) => kind === 'send'), took = events.find(({ kind }) => kind === 'recv');
  assert.ok(put.object !== 0 && put.object === took.object && put.t < took.t);
});

test('trace: one at a time, iteration, and after the end', async (rt) => {
  const recording = await rt.trace();
  assert.throws(() => trace(rt), UsageError);
  const seen = [];
  const reading = (async () => { for await (const event of recording) seen.push(event.kind); })();
  await rt.go(function* () { yield* rt.sleep(1); }).wait();
  await new Promise((resolve) => { setTimeout(resolve, 30); });
  rt.go(function* () { yield* rt.nil().recv(); });
  await rt.sleep(1);
  await rt.close();
  await reading;
  assert.ok(seen.includes('end') && seen.filter((kind) => kind === 'create').length >= 2);
  await assert.rejects(rt.trace(), /closed/);
});

test('trace: old events go first, and are counted', async (rt) => {
  const recording = trace(rt, { events: 1 });
  await rt.go(function* () { for (let i = 0; i < 20_000; i++) yield; }).wait();
  recording.stop();
  const events = recording.take();
  assert.ok(events.length > 1000 && events.length < 9000 && recording.lost > 20_000);
  assert.ok(kinds(events.slice(-5)).includes('end'));
});

test("trace: Chrome's JSON, there and back", async (rt) => {
  const recording = trace(rt), ch = rt.chan(), several = rt.chan(1);
  rt.go(function* worker() { for (;;) if ((yield* ch.recv()).done) return; });
  await rt.group(async (group) => {
    group.go(function* () { for (let i = 0; i < 5; i++) { yield* ch.send(i); yield* several.send(i); yield* several.recv(); } });
  });
  ch.close();
  await rt.sleep(1);
  recording.stop();
  const events = recording.take();
  const file = JSON.parse(JSON.stringify(toChrome(events)));
  assert.deepEqual(fromChrome(file), events);
  const begun = file.traceEvents.filter(({ ph }) => ph === 'B').length, ended = file.traceEvents.filter(({ ph }) => ph === 'E').length;
  assert.ok(begun > 5 && ended >= begun);
  assert.ok(file.traceEvents.some(({ name }) => /worker/.test(name)));
});
