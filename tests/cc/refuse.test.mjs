// What goroutines cannot work with is refused with a reason.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refuseUnsupported } from '../../bindings/cc/passes/refuse.mjs';
import { moduleOf } from './wat.mjs';

const refused = (text, message) =>
  assert.throws(() => refuseUnsupported(moduleOf(text)), { name: 'ModuleError', message });

test('tail calls', () => {
  refused('(module (func $a) (func $b (return_call $a)))', /^b has a tail call/);
  refused(`(module (table 1 1 funcref) (type $t (func))
    (func $c (return_call_indirect (type $t) (i32.const 0))))`, /^c has a tail call/);
});

test('longjmp and exceptions through JavaScript', () => {
  refused('(module (import "env" "invoke_vi" (func $i (param i32 i32))))', /setjmp.*invoke_vi/);
  refused('(module (import "env" "__cxa_throw" (func $t (param i32 i32 i32))))', /__cxa_throw/);
});

test('wasm exceptions', () => {
  refused('(module (tag $t) (func $d (throw $t)))', /^d uses wasm exceptions/);
});

test('anything else passes', () => {
  refuseUnsupported(moduleOf('(module (import "env" "invoker" (func $i)) (func $a (call $i)))'));
});
