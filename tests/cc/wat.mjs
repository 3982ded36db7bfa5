// Small modules in text form for the tests of passes.
import binaryen from 'binaryen';
import { parse } from '../../bindings/cc/passes/module.mjs';

/** A binaryen module from text, as the linker would write it: with names. */
export function moduleOf(text) {
  binaryen.setDebugInfo(true);
  const parsed = binaryen.parseText(text);
  const { MVP, MutableGlobals, SIMD128, TailCall, ExceptionHandling } = binaryen.Features;
  parsed.setFeatures(MVP | MutableGlobals | SIMD128 | TailCall | ExceptionHandling);
  const bytes = parsed.emitBinary();
  parsed.dispose();
  return parse(bytes);
}

/** Validate and instantiate. @returns {WebAssembly.Exports} */
export function instantiate(module, imports = {}) {
  if (!module.validate()) throw new Error(`invalid module:\n${module.emitText()}`);
  const bytes = module.emitBinary();
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), imports).exports;
}
