// Values as bytes: structuredClone is the oracle.
import { ChanClosedError, DeadlineExceededError, GoroError, transfer, UsageError } from '../../../bindings/dist/index.js';
import { Codec } from '../../../build/npm/js/codec.js';
import { assert, randomFrom, testAnywhere } from './harness.mjs';

const none = { leave: () => undefined, stay() {}, arrive() { throw new Error('nothing foreign'); } };
const codec = new Codec(none);
const copy = (value, list) => {
  const { bytes, at } = codec.encode(value, list);
  return codec.decode(bytes.slice(0, at));
};

/** What differs between two graphs, or undefined; `met` pairs the objects. */
function difference(a, b, path = 'value', met = new Map()) {
  if (Object.is(a, b)) return undefined;
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b) return `${path}: ${String(a)} and ${String(b)}`;
  if (met.has(a)) return met.get(a) === b ? undefined : `${path}: another object`;
  met.set(a, b);
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return `${path}: another class`;
  const inner = (x, y, name) => difference(x, y, `${path}${name}`, met);
  const parts = partsOf(a), others = partsOf(b);
  for (const name of Object.keys(parts)) {
    const wrong = inner(parts[name], others[name], `<${name}>`);
    if (wrong) return wrong;
  }
  const keys = Object.keys(a);
  if (keys.join() !== Object.keys(b).join()) return `${path}: ${keys} and ${Object.keys(b)}`;
  if (ArrayBuffer.isView(a)) return undefined;
  return keys.map((key) => inner(a[key], b[key], `.${key}`)).find(Boolean);
}

/** Bun's structuredClone leaves out an error's cause: no oracle for that. */
const CLONES_CAUSE = structuredClone(new Error('', { cause: 1 })).cause === 1;

/** What an object is besides its properties. */
function partsOf(v) {
  if (Array.isArray(v)) return { length: v.length };
  if (v instanceof Map) return { entries: [...v] };
  if (v instanceof Set) return { values: [...v] };
  if (v instanceof Date) return { time: v.getTime() };
  if (v instanceof RegExp) return { source: v.source, flags: v.flags, lastIndex: v.lastIndex };
  if (v instanceof ArrayBuffer) return { bytes: [...new Uint8Array(v)], max: v.maxByteLength, resizable: v.resizable };
  if (ArrayBuffer.isView(v)) return { buffer: v.buffer, offset: v.byteOffset, bytes: v.byteLength };
  if (v instanceof Error) return { name: v.name, message: v.message, own: Object.hasOwn(v, 'message'), stack: v.stack, cause: CLONES_CAUSE && v.cause, errors: v.errors };
  if (v instanceof Number || v instanceof String || v instanceof Boolean || v instanceof BigInt) return { value: v.valueOf() };
  return {};
}

const same = (a, b) => assert.equal(difference(a, b), undefined);
const likeClone = (value) => same(copy(value), structuredClone(value));

function shared() {
  const o = { name: 'shared' };
  return { a: o, b: [o, o], m: new Map([[o, o]]), s: new Set([o]) };
}

function cycle() {
  const o = { list: [] };
  o.self = o;
  o.list.push(o.list, o);
  o.map = new Map([['o', o]]);
  o.map.set(o.map, 1);
  o.set = new Set([o]);
  o.set.add(o.set);
  const e = new Error('round', { cause: o });
  o.error = e;
  return o;
}

class Point {
  #hidden = 1;
  constructor() { this.x = 1; this.y = 2; }
  get sum() { return this.x + this.y + this.#hidden; }
}

function more() {
  const array = [1, , undefined, 3, ,];
  array.index = 5;
  array[-1] = 'minus';
  array['01'] = 'not an index';
  const sparse = [];
  sparse[1000] = 'far';
  const buffer = new ArrayBuffer(24);
  new Uint8Array(buffer).set([1, 2, 3, 4, 5]);
  return [array, sparse, 'abc'.match(/(?<letter>b)/), new Array(7), buffer, new Uint8Array(buffer), [new Float64Array(buffer, 8, 1), new DataView(buffer, 3, 4)]];
}

const CASES = {
  primitives: () => [undefined, null, true, false, 0, -0, 1, -1, 2 ** 31, -(2 ** 31), 2 ** 31 - 1, 2 ** 53, 1.5, NaN, Infinity, -Infinity, 5e-324],
  bigints: () => [0n, -0n, 1n, -1n, 2n ** 64n, -(2n ** 1000n)],
  strings: () => ['', 'a', 'é', 'ÿ', '日本', '💥', '\ud800', 'x\udc00y', '\0', '\ufeffbom', 'a'.repeat(31), 'a'.repeat(32), 'a'.repeat(33),
    'é'.repeat(50), '日'.repeat(50), '💥'.repeat(50), `${'a'.repeat(50)}\ud800`, 'z'.repeat(100_000), '\udfff'.repeat(20_000)],
  objects: () => ({ a: 1, b: { c: [{}] }, 2: 'two', 1: 'one', '': 0, é: 1, undefined, [Symbol('no')]: 1 }),
  'an own __proto__': () => JSON.parse('{"__proto__": {"x": 1}, "y": 2}'),
  'without a prototype': () => Object.assign(Object.create(null), { x: 1 }),
  'instances and getters': () => [new Point(), { get now() { return [1]; } }, Object.create({ inherited: 1 })],
  'what cannot be seen': () => Object.defineProperty({}, 'x', { value: 1, enumerable: false }),
  arrays: () => [[], [1, 2, 3], [[[]]], [undefined], new (class List extends Array {})(3)],
  'arrays with holes and more': more,
  dates: () => [new Date(0), new Date(NaN), new Date(-1.5e12)],
  regexps: () => [/a/, /\//giu, new RegExp(''), Object.assign(/x/g, { lastIndex: 3 })],
  boxed: () => [Object(1), Object(-0), Object('text'), Object(''), Object(true), Object(false), Object(10n)],
  maps: () => [new Map(), new Map([[1, 'one'], ['k', { v: 1 }], [{ key: 1 }, new Map()]])],
  sets: () => [new Set(), new Set([1, '1', {}, [], new Set([2])])],
  views: () => [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array]
    .map((View) => new View([1, 2, 250])).concat(new BigInt64Array([-1n]), new BigUint64Array([1n]), new Uint8Array(0), new Uint8Array(100_000).fill(7)),
  'views of one buffer': () => { const b = new ArrayBuffer(16); return { b, x: new Int16Array(b, 2, 3), y: new DataView(b), z: new Int16Array(b, 2, 3) }; },
  shared,
  cycle,
  'one object many times': () => { const o = {}; return Array(300).fill(o); },
  'many names': () => Array.from({ length: 300 }, (_, i) => ({ [`key${i % 200}`]: i, same: i })),
};

for (const [name, make] of Object.entries(CASES)) testAnywhere(`codec: ${name}`, () => likeClone(make()));

testAnywhere('codec: resizable buffers', () => {
  if (!ArrayBuffer.prototype.resize) return;
  const b = new ArrayBuffer(8, { maxByteLength: 16 });
  likeClone([b, new Uint8Array(b), new Uint8Array(b, 2, 3), new DataView(b)]);
  const [c, tracks] = copy([b, new Uint8Array(b)]);
  c.resize(16);
  assert.equal(tracks.length, 16);
});

testAnywhere('codec: errors', () => {
  const errors = [new Error('a'), new TypeError('b', { cause: new RangeError('c') }), new Error(), new SyntaxError(''), new Error('d', { cause: undefined })];
  for (const error of errors) likeClone(error);
  for (const error of errors) assert.equal(copy(error).stack, error.stack);
  class HttpError extends Error {
    name = 'HttpError';
    status = 404;
  }
  const http = copy(Object.assign(new HttpError('gone'), { code: 'E_GONE' }));
  assert.ok(http instanceof Error);
  assert.deepEqual([http.name, http.message, http.status, http.code], ['HttpError', 'gone', 404, 'E_GONE']);
  const all = copy(new AggregateError([new Error('1'), new TypeError('2')], 'all'));
  assert.ok(all instanceof AggregateError);
  assert.deepEqual(all.errors.map((each) => `${each}`), ['Error: 1', 'TypeError: 2']);
  const ours = copy(new ChanClosedError('closed', { cause: new DeadlineExceededError() }));
  assert.ok(ours instanceof ChanClosedError && ours instanceof GoroError && !(ours instanceof DeadlineExceededError));
  assert.ok(ours.cause instanceof DeadlineExceededError);
  class Mine extends GoroError {}
  assert.ok(copy(new Mine('m')) instanceof GoroError);
  assert.ok(!(ours instanceof Mine));
  const aborted = copy(new DOMException('stop', 'AbortError'));
  assert.ok(aborted instanceof DOMException);
  assert.deepEqual([aborted.name, aborted.message, aborted.code], ['AbortError', 'stop', 20]);
});

testAnywhere('codec: what cannot be copied says so', () => {
  const cases = [
    [() => 1, /function .*export it/], [{ deep: [{ f() {} }] }, /function f/], [Symbol('s'), /Symbol\(s\)/], [Object(Symbol('s')), /symbol/],
    [new WeakMap(), /WeakMap/], [new WeakSet(), /WeakSet/], [Promise.resolve(1), /Promise.*await it/], [new URL('http://x/'), /URL/],
    [(function* () {})(), /Generator/], [new Map()[Symbol.iterator](), /Map Iterator/], [new AbortController(), /AbortController/],
    [new MessageChannel(), /MessageChannel|MessagePort|EventTarget/], [new Blob([]), /Blob/], [new Intl.NumberFormat(), /NumberFormat/],
  ];
  if (globalThis.WeakRef) cases.push([new WeakRef({}), /WeakRef/]);
  if (globalThis.SharedArrayBuffer) cases.push([new Uint8Array(new SharedArrayBuffer(8)), /SharedArrayBuffer/], [new SharedArrayBuffer(8), /SharedArrayBuffer/]);
  for (const [value, text] of cases) {
    assert.throws(() => copy(value), text);
    assert.throws(() => copy({ inside: [value] }), UsageError);
  }
  let deep = [];
  for (let i = 0; i < 100_000; i++) deep = [deep];
  assert.throws(() => copy(deep), /nested too deeply/);
  likeClone({ it: 'works on' });
});

testAnywhere('codec: transfer', () => {
  const a = new Uint8Array([1, 2, 3]), b = new ArrayBuffer(4), kept = new ArrayBuffer(5);
  const back = copy({ a, b, kept }, [a.buffer, b]);
  assert.deepEqual([a.byteLength, b.byteLength, kept.byteLength], [0, 0, 5]);
  assert.deepEqual([...back.a], [1, 2, 3]);
  assert.deepEqual([back.b.byteLength, back.kept.byteLength], [4, 5]);
  assert.throws(() => copy({ a }), /detached/);
  assert.throws(() => copy(1, [new MessageChannel().port1]), /ArrayBuffers only/);
  const c = new Uint8Array(9);
  assert.throws(() => copy([c, () => {}], [c.buffer]), UsageError);
  assert.equal(c.byteLength, 9);
  assert.equal(transfer(c, [c.buffer]), c);
  assert.equal(copy({ list: [c] }).list[0].length, 9);
  assert.equal(c.byteLength, 0);
});

testAnywhere('codec: a getter that encodes', () => {
  const value = { a: 'before', get b() { return copy({ inner: ['x', { y: 1 }] }); }, c: 'after' };
  same(copy(value), { a: 'before', b: { inner: ['x', { y: 1 }] }, c: 'after' });
});

testAnywhere('codec: a Buffer of Node brings its own bytes', () => {
  if (!globalThis.Buffer) return;
  const small = copy(Buffer.from('text'));
  assert.equal(small.buffer.byteLength, 4);
  assert.equal(new TextDecoder().decode(small), 'text');
});

/** Graphs at random, each object of which may be met again. */
function random(seed) {
  const rand = randomFrom(seed);
  const met = [];
  const keep = (o) => { met.push(o); return o; };
  const text = () => String.fromCharCode(...Array.from({ length: rand(50) }, () => [rand(128), rand(256), rand(65536)][rand(3)]));
  const some = (depth, make) => Array.from({ length: rand(depth > 0 ? 6 : 0) }, make);
  const leaf = [
    () => rand(1000) - 500, () => (rand(2 ** 31) - 2 ** 30) * 2 ** rand(60), () => rand(1e6) / 7, text, () => [null, undefined, true, false, NaN, -0][rand(6)],
    () => BigInt(rand(2 ** 31)) ** BigInt(rand(9)), () => keep(new Date(rand(1e9))), () => keep(new Uint16Array(some(1, () => rand(65536)))),
    () => (met.length > 0 ? met[rand(met.length)] : 0),
  ];
  const tree = (depth) => {
    const kind = depth > 0 ? rand(leaf.length + 5) : rand(leaf.length);
    if (kind < leaf.length) return leaf[kind]();
    const next = () => tree(depth - 1);
    if (kind === leaf.length) { const a = keep([]); some(depth, next).forEach((v, i) => { if (rand(9)) a[i] = v; }); return a; }
    if (kind === leaf.length + 1) { const m = keep(new Map()); some(depth, next).forEach((v) => m.set(next(), v)); return m; }
    if (kind === leaf.length + 2) { const s = keep(new Set()); some(depth, next).forEach((v) => s.add(v)); return s; }
    if (kind === leaf.length + 3) return keep(new TypeError(text(), { cause: next() }));
    const o = keep({});
    some(depth, next).forEach((v) => { o[`${text().slice(0, 3)}${rand(4)}`] = v; });
    return o;
  };
  return tree(6);
}

testAnywhere('codec: at random', () => {
  for (let seed = 1; seed <= 1500; seed++) {
    const value = random(seed);
    const wrong = difference(copy(value), structuredClone(value));
    assert.equal(wrong, undefined, `seed ${seed}: ${wrong}`);
  }
});
