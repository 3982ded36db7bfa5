// Functions that recurse pay with C stack for their native frames.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fillFrames } from '../../bindings/cc/passes/recursion.mjs';
import { growStacks } from '../../bindings/cc/passes/stackgrow.mjs';
import { instantiate, moduleOf } from './wat.mjs';

/** The stack pointer starts at 100000, the top of a segment of so many bytes. */
const around = (functions, size = 100000) => `(module
  (import "env" "morestack" (func $morestack (param i32) (result i32)))
  (type $unary (func (param i32) (result i32)))
  (memory 1)
  (table 2 2 funcref)
  (global $__stack_pointer (mut i32) (i32.const 100000))
  (global $goro__stack_lo (mut i32) (i32.const ${100000 - size}))
  (global $goro__stack_size (mut i32) (i32.const ${size}))
  (export "goro__morestack" (func $morestack))
  (export "sp" (global $__stack_pointer))
  (global $deepest (export "deepest") (mut i32) (i32.const 100000))
  (func $note (global.set $deepest (global.get $__stack_pointer)))
  ${functions})`;

/** Call f(depth); how many bytes a level took, and what the pass said. */
function perLevel(functions) {
  const module = moduleOf(around(functions));
  const { charged } = growStacks(module);
  fillFrames(module);
  const env = { morestack: () => assert.fail('the stack is large enough') };
  const exports = instantiate(module, { env });
  const deepest = (depth) => {
    exports.f(depth);
    assert.equal(exports.sp.value, 100000, 'the stack pointer is back');
    return exports.deepest.value;
  };
  return { charged: charged.sort(), bytes: deepest(10) - deepest(11) };
}

test('a function without a frame gets one, on every way out', () => {
  const { charged, bytes } = perLevel(`(func $f (export "f") (param $n i32) (result i32)
    (if (i32.eqz (local.get $n)) (then (call $note) (return (i32.const 1))))
    (if (i32.eq (local.get $n) (i32.const 10)) (then
      (return (call $f (i32.sub (local.get $n) (i32.const 1))))))
    (i32.add (i32.const 1) (call $f (i32.sub (local.get $n) (i32.const 1)))))`);
  assert.deepEqual(charged, ['f']);
  assert.ok(bytes >= 48 && bytes <= 96 && bytes % 16 === 0, `${bytes}`);
});

test('one without a result, that ends by return and by its end', () => {
  const { bytes } = perLevel(`(func $f (export "f") (param $n i32)
    (call $note)
    (if (i32.eqz (local.get $n)) (then (return)))
    (call $f (i32.sub (local.get $n) (i32.const 1))))`);
  assert.ok(bytes >= 32, `${bytes}`);
});

test('a frame that is there is enlarged', () => {
  const { bytes } = perLevel(`(func $f (export "f") (param $n i32) (local $fp i32)
    (global.set $__stack_pointer
      (local.tee $fp (i32.sub (global.get $__stack_pointer) (i32.const 320))))
    (call $note)
    (if (local.get $n) (then (call $f (i32.sub (local.get $n) (i32.const 1)))))
    (global.set $__stack_pointer (i32.add (local.get $fp) (i32.const 320))))`);
  assert.ok(bytes > 320 && bytes < 448, `${bytes}`);
});

test('more locals take more', () => {
  const locals = Array.from({ length: 40 }, (_, i) => i);
  const { bytes } = perLevel(`(func $f (export "f") (param $n i32)
    ${locals.map((i) => `(local $x${i} i64)`).join(' ')}
    ${locals.map((i) => `(local.set $x${i} (i64.load offset=${8 * i} (i32.const 0)))`).join('\n')}
    (call $note)
    (if (local.get $n) (then (call $f (i32.sub (local.get $n) (i32.const 1)))))
    ${locals.map((i) => `(i64.store offset=${8 * i} (i32.const 0) (local.get $x${i}))`).join('\n')})`);
  assert.ok(bytes >= 40 * 8, `${bytes}`);
});

test('so do operands that wait while a call runs', () => {
  const waiting = Array.from({ length: 30 }, () => '(i32.add (i32.load (i32.const 0)) ').join('');
  const { bytes } = perLevel(`(func $f (export "f") (param $n i32) (result i32)
    (call $note)
    (if (i32.eqz (local.get $n)) (then (return (i32.const 0))))
    ${waiting} (call $f (i32.sub (local.get $n) (i32.const 1))) ${')'.repeat(30)})`);
  assert.ok(bytes >= 30 * 8, `${bytes}`);
});

test('of functions that call each other one pays for all', () => {
  const next = '(i32.sub (local.get $n) (i32.const 1))';
  const step = (name, callee) => `(func $${name} (export "${name}") (param $n i32)
    (call $note)
    (if (local.get $n) (then (call $${callee} ${next}))))`;
  const { charged } = perLevel(step('f', 'g') + step('g', 'h') + step('h', 'f'));
  assert.equal(charged.length, 1);
});

test('calls through pointers count', () => {
  const { charged, bytes } = perLevel(`
    (elem (i32.const 0) $g)
    (func $g (type $unary) (param $n i32) (result i32) (call $f (local.get $n)))
    (func $f (export "f") (param $n i32) (result i32)
      (call $note)
      (if (i32.eqz (local.get $n)) (then (return (i32.const 0))))
      (call_indirect (type $unary) (i32.sub (local.get $n) (i32.const 1)) (i32.const 0)))`);
  assert.equal(charged.length, 1);
  assert.ok(bytes >= 64, `${bytes} for two frames`);
});

test('what does not recurse pays nothing', () => {
  const { charged, bytes } = perLevel(`
    (func $g (param $n i32))
    (func $f (export "f") (param $n i32) (call $note) (call $g (local.get $n)))`);
  assert.deepEqual([charged, bytes], [[], 0]);
});

test('in its first segment a goroutine pays next to nothing', () => {
  const module = moduleOf(around(`
    (type $entry (func (param i32)))
    (elem (i32.const 0) $f)
    (func $f (export "f") (type $entry) (param $n i32)
      (call $note)
      (if (local.get $n) (then
        (call_indirect (type $entry) (i32.sub (local.get $n) (i32.const 1)) (i32.const 0)))))`, 384));
  assert.deepEqual(growStacks(module).charged, ['f']);
  fillFrames(module);
  const asked = [];
  const exports = instantiate(module, { env: { morestack: (nsp) => (asked.push(nsp), 5000) } });
  exports.f(23);
  assert.deepEqual([100000 - exports.deepest.value, exports.sp.value, asked], [24 * 16, 100000, []]);
  exports.f(24);
  assert.deepEqual(asked, [100000 - 25 * 16]);
});

test('what ends the program, and what only Ms call, is on no circle', () => {
  for (const name of ['goro__throw', 'goro__gogo', 'mstart']) {
    const { charged, bytes } = perLevel(`
      (func $${name} (param $n i32) (call $f (local.get $n)))
      (func $f (export "f") (param $n i32) (call $note)
        (if (i32.eq (local.get $n) (i32.const 99)) (then (call $${name} (local.get $n)))))`);
    assert.deepEqual([charged, bytes], [[], 0], name);
  }
});
