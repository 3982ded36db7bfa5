// The pass that makes C stacks grow: which writes of the stack pointer it
// checks, and what becomes of the frame.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fillFrames } from '../../bindings/cc/passes/recursion.mjs';
import { growStacks } from '../../bindings/cc/passes/stackgrow.mjs';
import { instantiate, moduleOf } from './wat.mjs';

/** The stack pointer starts at 1000, in the segment [904, 1000]. */
const around = (functions) => `(module
  (import "env" "morestack" (func $morestack (param i32) (result i32)))
  (import "env" "use" (func $use (param i32)))
  (memory 1)
  (global $__stack_pointer (mut i32) (i32.const 1000))
  (global $goro__stack_lo (mut i32) (i32.const 904))
  (global $goro__stack_size (mut i32) (i32.const 96))
  (export "goro__morestack" (func $morestack))
  (export "sp" (global $__stack_pointer))
  (export "lo" (global $goro__stack_lo))
  ${functions})`;

/** Run f after the pass; says what was asked of morestack and seen by use. */
function run(functions, { answer = 5000, pass = true, sp = 1000 } = {}, ...args) {
  const module = moduleOf(around(functions));
  const result = pass ? growStacks(module) : undefined;
  fillFrames(module);
  const asked = [];
  const used = [];
  const env = { morestack: (nsp) => (asked.push(nsp), answer), use: (p) => used.push(p) };
  const exports = instantiate(module, { env });
  exports.sp.value = sp;
  const value = exports.f(...args);
  return { asked, used, value, sp: exports.sp.value, checks: result?.checks };
}

/** LLVM's optimised form, of a frame of n bytes. */
const framed = (n) => `(func $f (export "f") (local $fp i32)
  (global.set $__stack_pointer
    (local.tee $fp (i32.sub (global.get $__stack_pointer) (i32.const ${n}))))
  (call $use (local.get $fp))
  (global.set $__stack_pointer (i32.add (local.get $fp) (i32.const ${n}))))`;

test('a frame that fits is left where it is', () => {
  assert.deepEqual(run(framed(96)), { asked: [], used: [904], value: undefined, sp: 1000, checks: 1 });
});

test('a frame that does not fit moves, and its address with it', () => {
  assert.deepEqual(run(framed(112)), { asked: [888], used: [5000], value: undefined, sp: 5112, checks: 1 });
});

test('without the pass the same frame would leave its segment', () => {
  assert.deepEqual(run(framed(112), { pass: false }).used, [888]);
});

test('a small frame in an older segment is found by its own address', () => {
  assert.deepEqual(run(framed(16), { sp: 2000 }).asked, [1984]);
});

test('a large frame may not reach from an older segment into the current one', () => {
  // 1100 - 160 lies in the segment, but 1100 does not.
  assert.deepEqual(run(framed(160), { sp: 1100 }).asked, [940]);
  assert.deepEqual(run(framed(192), { sp: 1100 }).asked, [908]);
});

test('unoptimised code: steps in locals, and a copy made before the write', () => {
  const { asked, used } = run(`(func $f (export "f")
    (local $old i32) (local $n i32) (local $fp i32) (local $copy i32) (local $end i32)
    (local.set $old (global.get $__stack_pointer))
    (local.set $n (i32.const 112))
    (local.set $fp (i32.sub (local.get $old) (local.get $n)))
    (local.set $copy (local.get $fp))
    (global.set $__stack_pointer (local.get $fp))
    (call $use (local.get $fp))
    (call $use (local.get $copy))
    (local.set $end (i32.add (local.get $fp) (local.get $n)))
    (global.set $__stack_pointer (local.get $end)))`);
  assert.deepEqual([asked, used], [[888], [5000, 5000]]);
});

test('unoptimised alloca in a loop: the stack pointer local is set again and again', () => {
  const { asked, used } = run(`(func $f (export "f") (param $times i32)
    (local $sp i32) (local $copy i32)
    (local.set $sp (global.get $__stack_pointer))
    (loop $again
      (local.set $copy (i32.sub (local.get $sp) (i32.mul (local.get $times) (i32.const 48))))
      (local.set $sp (local.get $copy))
      (global.set $__stack_pointer (local.get $sp))
      (call $use (local.get $copy))
      (local.set $times (i32.sub (local.get $times) (i32.const 1)))
      (br_if $again (local.get $times))))`, { answer: 960 }, 2);
  assert.deepEqual([asked, used], [[856], [904, 960]]);
});

test('alloca of unknown size', () => {
  const { asked, used } = run(`(func $f (export "f") (param $n i32) (local $p i32)
    (global.set $__stack_pointer (local.tee $p
      (i32.sub (global.get $__stack_pointer) (i32.and (i32.add (local.get $n) (i32.const 15)) (i32.const -16)))))
    (call $use (local.get $p)))`, {}, 100);
  assert.deepEqual([asked, used], [[888], [5000]]);
});

test('adding a negative constant opens a frame', () => {
  assert.deepEqual(run(`(func $f (export "f")
    (global.set $__stack_pointer (i32.add (global.get $__stack_pointer) (i32.const -112))))`).asked, [888]);
});

test('an over-aligned frame is aligned in a new segment as well', () => {
  const { asked, used } = run(`(func $f (export "f") (local $fp i32) (local $old i32)
    (global.set $__stack_pointer (local.tee $fp (i32.and
      (i32.sub (local.tee $old (global.get $__stack_pointer)) (i32.const 128)) (i32.const -64))))
    (call $use (local.get $fp))
    (global.set $__stack_pointer (local.get $old)))`, { answer: 5040 });
  // 48 bytes more are asked for: rounding down may take as many.
  assert.deepEqual([asked, used], [[1000 - 128 - 48], [5056]]);
});

test('closing a frame and putting back a saved pointer are not checked', () => {
  const { asked, checks } = run(`(func $f (export "f") (param $saved i32)
    (global.set $__stack_pointer (local.get $saved))
    (global.set $__stack_pointer (i32.add (local.get $saved) (i32.const 64)))
    (global.set $__stack_pointer (i32.load (i32.const 0))))`, {}, 7000);
  assert.deepEqual([asked, checks], [[], 0]);
});

test('stack switches are left alone', () => {
  const { asked, checks } = run(framed(112).replace('$f ', '$goro__switch_to '));
  assert.deepEqual([asked, checks], [[], 0]);
});

test('a write that is neither stops the build', () => {
  const f = `(func $f (export "f") (param $x i32)
    (global.set $__stack_pointer (i32.xor (local.get $x) (i32.const 64))))`;
  assert.throws(() => run(f), { name: 'ModuleError', message: /^f: a write of the C stack pointer/ });
});

test('a module without the runtime is refused', () => {
  assert.throws(() => growStacks(moduleOf('(module (global $__stack_pointer (mut i32) (i32.const 0)))')),
    { name: 'ModuleError', message: /goro__stack_lo.*libgoro/ });
});
