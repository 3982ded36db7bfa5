// The pass that checks asyncify's buffer while a stack is unwound.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import binaryen from 'binaryen';
import { boundUnwinding } from '../../bindings/cc/passes/unwind.mjs';
import { instantiate, moduleOf } from './wat.mjs';

const DATA = 16; // asyncify's structure: position, end
const BUFFER = 1024;

const around = (functions, overflow = '(call $overflowed)') => `(module
  (import "asyncify" "start_unwind" (func $start_unwind (param i32)))
  (import "env" "overflowed" (func $overflowed))
  (import "env" "morestack" (func $morestack (param i32) (result i32)))
  (type $plain (func))
  (memory (export "memory") 1)
  (table 1 1 funcref)
  (func (export "goro__morestack") (param i32) (result i32) (local.get 0))
  (func $overflow (export "goro__unwind_overflow") ${overflow})
  (func $park (call $start_unwind (i32.const ${DATA})))
  ${functions})`;

/** Recursion to a park, with the locals x0.. alive across it. */
function deep(locals) {
  const all = Array.from({ length: locals }, (_, i) => i);
  return `(func $deep (export "deep") (param $n i32)
    ${all.map((i) => `(local $x${i} i32)`).join(' ')}
    ${all.map((i) => `(local.set $x${i} (i32.load offset=${4 * i} (i32.const 8192)))`).join('\n')}
    (if (local.get $n)
      (then (call $deep (i32.sub (local.get $n) (i32.const 1))))
      (else (call $park)))
    ${all.map((i) => `(i32.store offset=${4 * i} (i32.const 4096) (local.get $x${i}))`).join('\n')})`;
}

/** asyncify as the pipeline runs it, without the runtime's passes. */
function asyncified(text) {
  const module = moduleOf(text);
  binaryen.setOptimizeLevel(3);
  binaryen.setPassArgument('asyncify-ignore-imports', '1');
  module.runPasses(['asyncify']);
  return module;
}

/** Unwind `depth` levels into a buffer of `bytes`; how often it overflowed. */
function unwind(module, depth, bytes) {
  let overflows = 0;
  const env = { overflowed: () => overflows++, morestack: (x) => x };
  const { memory, deep: run } = instantiate(module, { env });
  const data = new Uint32Array(memory.buffer, DATA, 2);
  data.set([BUFFER, BUFFER + bytes]);
  run(depth);
  return { overflows, used: data[0] - BUFFER };
}

test('a buffer that is large enough is not complained about', () => {
  const module = asyncified(around(deep(3)));
  const { frames, largest } = boundUnwinding(module);
  assert.equal(frames, 1);
  const { overflows, used } = unwind(module, 10, 10000);
  assert.equal(overflows, 0);
  assert.equal(used, 11 * largest);
});

test('a buffer that is full to the last byte is large enough', () => {
  const module = asyncified(around(deep(3)));
  const { largest } = boundUnwinding(module);
  assert.equal(unwind(module, 10, 11 * largest).overflows, 0);
});

test('one byte less is not: the check comes after the frame that passes the end', () => {
  const module = asyncified(around(deep(3)));
  const { largest } = boundUnwinding(module);
  assert.equal(unwind(module, 10, 11 * largest - 1).overflows, 1);
  const { overflows, used } = unwind(asyncifiedAndBound(deep(3)), 10, largest);
  assert.equal(overflows, 10);
  assert.equal(used, 11 * largest);
});

const asyncifiedAndBound = (functions) => {
  const module = asyncified(around(functions));
  boundUnwinding(module);
  return module;
};

test('without the pass nothing is noticed', () => {
  assert.equal(unwind(asyncified(around(deep(3))), 10, 16).overflows, 0);
});

test('a frame without locals is checked as well', () => {
  const module = asyncified(around('(func $deep (export "deep") (param $n i32) (call $park))'));
  assert.deepEqual(boundUnwinding(module), { frames: 1, largest: 4 });
  assert.equal(unwind(module, 0, 3).overflows, 1);
});

test('a frame larger than the slack stops the build', () => {
  const module = asyncified(around(deep(4200)));
  assert.throws(() => boundUnwinding(module), { name: 'ModuleError', message: /^deep keeps \d+ bytes/ });
});

test('asyncify code of another shape stops the build', () => {
  const module = asyncified(around(deep(3)));
  const text = module.emitText();
  const push = /i32\.add(\s*\(i32\.load\s*\(global\.get \S+\s*\)\s*\)\s*\(i32\.const 4\))/;
  assert.match(text, push);
  const other = binaryen.parseText(text.replace(push, 'i32.or$1'));
  assert.throws(() => boundUnwinding(other), { name: 'ModuleError', message: /another version of Binaryen/ });
});

test('pushes without their pops stop the build', () => {
  const module = asyncified(around(deep(3)));
  const pop = /(\(i32\.sub\s*\(i32\.load\s*\(global\.get \S+\s*\)\s*\)\s*\(i32\.const )4\)/;
  assert.match(module.emitText(), pop);
  const text = module.emitText().replace(pop, '$18)');
  assert.throws(() => boundUnwinding(binaryen.parseText(text)), { name: 'ModuleError', message: /another version/ });
});

test('an overflow handler that can suspend stops the build', () => {
  const module = asyncified(around(deep(1), '(call_indirect (type $plain) (i32.const 0))'));
  assert.throws(() => boundUnwinding(module), { name: 'ModuleError', message: /goro__unwind_overflow can suspend/ });
});
