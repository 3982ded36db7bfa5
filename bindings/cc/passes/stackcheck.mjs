/**
 * The check that a new stack pointer lies in the current segment: see
 * stackgrow.mjs for why it is enough.
 */
import binaryen from 'binaryen';
import { exportsOf, ModuleError, needExport } from './module.mjs';

/** LLVM's for wasm; STACK_RED of the runtime. */
const RED_ZONE = 128;

/** A global that the linker names. @throws {ModuleError} */
function needGlobal(module, name, why) {
  if (!module.getGlobal(name)) throw new ModuleError(`the module has no global named ${name}: ${why}`);
  return name;
}

/** What the runtime gives to this pass. */
export function stackNames(module) {
  return {
    sp: needGlobal(module, '__stack_pointer', 'was it linked without names?'),
    lo: needGlobal(module, 'goro__stack_lo', 'is it linked with libgoro?'),
    size: needGlobal(module, 'goro__stack_size', 'is it linked with libgoro?'),
    morestack: needExport(exportsOf(module, binaryen.ExternalFunction), 'goro__morestack'),
  };
}

/**
 * The new stack pointer, or what goro__morestack makes of it.
 * @param {number} value the new stack pointer
 * @param {number} temp a local that may hold it
 * @param {number | (() => number)} [size] of the frame: bytes, or an expression
 *   that becomes a constant in the end; without it, any
 */
export function checked(module, names, value, temp, size = Infinity) {
  const { i32 } = binaryen;
  const get = () => module.local.get(temp, i32);
  const outside = (pointer) =>
    module.i32.gt_u(module.i32.sub(pointer, module.global.get(names.lo, i32)), module.global.get(names.size, i32));
  const oldOutside = () => outside(module.global.get(names.sp, i32));
  let test = outside(module.local.tee(temp, value, i32));
  if (typeof size === 'function') {
    const large = module.i32.gt_u(size(), module.i32.const(RED_ZONE));
    test = module.i32.or(test, module.i32.and(oldOutside(), large));
  } else if (size > RED_ZONE) test = module.i32.or(test, oldOutside());
  return module.if(test, module.call(names.morestack, [get()], i32), get());
}

/** A new local variable (binaryen.js has no other name for it). */
export const addLocal = (f, type) => binaryen._BinaryenFunctionAddVar(f.ref, type);

