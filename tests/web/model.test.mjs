// The model of the picture: what there was at any time, found in any order.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Model } from '../../web/dist/model.js';

const site = (fn) => ({ fn, file: '', line: 0, caller: '' });

/** Two goroutines over an unbuffered channel, 64, then a buffered one, 128. */
const EVENTS = [
  { kind: 'create', t: 10, m: 0, g: 1, by: 0, site: site('main') },
  { kind: 'start', t: 20, m: 0, g: 1, by: 1 },
  { kind: 'create', t: 30, m: 0, g: 2, by: 1, site: site('worker') },
  { kind: 'park', t: 40, m: 0, g: 1, by: 1, reason: 'chan receive', object: 64 },
  { kind: 'start', t: 50, m: 0, g: 2, by: 2 },
  { kind: 'ready', t: 60, m: 0, g: 1, by: 2, object: 64, value: 'in' },
  { kind: 'start', t: 65, m: 1, g: 1, by: 1 },
  { kind: 'send', t: 70, m: 0, g: 2, by: 2, object: 128 },
  { kind: 'end', t: 80, m: 0, g: 2, by: 2 },
  { kind: 'recv', t: 90, m: 1, g: 1, by: 1, object: 128 },
  { kind: 'end', t: 100, m: 1, g: 1, by: 1 },
];

test('model: states at times, whatever was asked before', () => {
  const model = new Model(EVENTS);
  const states = (t) => model.at(t).goroutines.map(({ name, state }) => `${name} ${state}`).join(', ');
  const want = [
    [0, ''], [10, 'main runnable'], [25, 'main running'], [45, 'main waiting, worker runnable'],
    [55, 'main waiting, worker running'], [62, 'main runnable, worker running'], [75, 'main running, worker running'],
    [85, 'main running'], [1000, ''],
  ];
  for (const [t, state] of [...want, ...want.toReversed()]) assert.equal(states(t), state, `${t}`);
  assert.deepEqual(model.at(85).counts, { runnable: 0, running: 1, waiting: 0, syscall: 0, dead: 1 });
  assert.deepEqual(model.counts(85), model.at(85).counts);
  assert.deepEqual(model.waitingOn(64, 45).map(({ g, reason, since }) => [g, reason, since]), [[1, 'chan receive', 40]]);
  assert.deepEqual([model.start, model.end, model.size], [10, 100, EVENTS.length]);
  assert.deepEqual([model.index(9), model.index(10), model.index(45), model.index(1e9)], [0, 1, 4, EVENTS.length]);
});

test('model: Ms and strokes', () => {
  const { ms, strokes, goroutines } = new Model(EVENTS).between(0, 200);
  assert.deepEqual(ms.map(({ track }) => track.spans.map(({ t0, t1, g }) => [t0, t1, g])), [[[20, 40, 1], [50, 80, 2]], [[65, 100, 1]]]);
  assert.deepEqual(strokes.map(({ kind, from, to, t0, t1 }) => [kind, from, to, t0, t1]),
    [['create', 1, 2, 30, 30], ['value', 2, 1, 60, 60], ['value', 2, 1, 70, 90]]);
  assert.deepEqual(goroutines.map(({ track, first, last }) => [track.g, first, last]), [[1, 0, 5], [2, 0, 2]]);
});

test('model: between has what reaches into it, and nothing else', () => {
  const model = new Model(EVENTS);
  assert.deepEqual(model.between(75, 76).strokes.map(({ t0 }) => t0), [70], 'a value in a buffer');
  assert.deepEqual(model.between(91, 95).goroutines.map(({ track }) => track.g), [1]);
  assert.deepEqual(model.between(0, 200, new Set([2])).goroutines.map(({ track }) => track.g), [2]);
  assert.deepEqual(model.between(42, 45).goroutines.map(({ track, first, last }) => track.segments.slice(first, last + 1).map(({ state }) => state)),
    [['waiting'], ['runnable']]);
  assert.deepEqual(model.between(82, 84).ms.map(({ first, last }) => last - first + 1), [0, 1]);
});

test('model: pieces make the same as the whole', () => {
  const whole = new Model(EVENTS);
  const pieces = new Model();
  for (const event of EVENTS) pieces.push([event]);
  assert.deepEqual(pieces.between(0, 1e9), whole.between(0, 1e9));
  pieces.push([{ kind: 'create', t: 50, m: 0, g: 3, by: 0, site: site('late') }]);
  assert.equal(pieces.goroutines.get(3).born, 100, 'time does not go back');
  pieces.push([{ kind: 'start', t: 110, m: 0, g: 9, by: 9 }]);
  assert.equal(pieces.at(110).goroutines.at(-1).state, 'running', 'one whose birth was before all');
});

test('model: 1,000 goroutines and 100,000 events in no time', () => {
  const events = Array.from({ length: 1000 }, (_, g) => ({ kind: 'create', t: g, m: 0, g: g + 1, by: 0, site: site('f') }));
  for (let i = 0; i < 99_000; i++) {
    const kind = ['start', 'park', 'ready'][i % 3];
    events.push({ kind, t: 1000 + i, m: 0, g: Math.floor(i / 3) % 1000 + 1, by: 0, reason: 'select', object: 64, value: '' });
  }
  const model = new Model(events);
  let least = Infinity;
  for (let i = 0; i < 20; i++) {
    const began = performance.now();
    model.at(i * 5000);
    model.between(i * 5000, i * 5000 + 500);
    least = Math.min(least, performance.now() - began);
  }
  assert.ok(least < 5, `${least} ms`);
});
