/** Modules that cannot work with goroutines, and why. */
import binaryen from 'binaryen';
import { functionsOf, ModuleError } from './module.mjs';
import { contains } from './walk.mjs';

/** Imports that call back into the module, or throw through its frames. */
const THROWING = /^(invoke_\w+|__cxa_throw|_?emscripten_(throw_)?longjmp|__wasm_longjmp)$/;

const EXCEPTIONS = new Set([
  binaryen.TryId, binaryen.TryTableId, binaryen.ThrowId, binaryen.RethrowId, binaryen.ThrowRefId, binaryen.PopId,
]);

const isTailCall = (expression, id) =>
  (id === binaryen.CallId && binaryen.Call.isReturn(expression)) ||
  (id === binaryen.CallIndirectId && binaryen.CallIndirect.isReturn(expression));

function refuseFunction(f) {
  if (contains(f.body, (_, id) => EXCEPTIONS.has(id))) {
    throw new ModuleError(`${f.name} uses wasm exceptions (or longjmp), through which asyncify cannot unwind`);
  }
  if (contains(f.body, isTailCall)) {
    throw new ModuleError(`${f.name} has a tail call, through which asyncify cannot unwind (-mtail-call)`);
  }
}

/**
 * @param {import('binaryen').default.Module} module
 * @throws {ModuleError}
 */
export function refuseUnsupported(module) {
  for (const f of functionsOf(module)) {
    if (f.body) refuseFunction(f);
    else if (THROWING.test(f.base)) {
      throw new ModuleError(`setjmp, longjmp and exceptions do not work with goroutines (${f.base} is used)`);
    }
  }
}
