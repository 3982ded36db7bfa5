/** Reading and writing modules with Binaryen as a library. */
import { readFileSync, writeFileSync } from 'node:fs';
import binaryen from 'binaryen';
import { FEATURES } from '../flags.mjs';

/** A module that goro cannot work with; the message says why. */
export class ModuleError extends Error {
  name = 'ModuleError';
}

const { Features } = binaryen;
const BY_NAME = {
  'mutable-globals': Features.MutableGlobals,
  'sign-ext': Features.SignExt,
  'nontrapping-float-to-int': Features.NontrappingFPToInt,
  'bulk-memory': Features.BulkMemory | Features.BulkMemoryOpt,
  simd: Features.SIMD128,
  multivalue: Features.Multivalue,
  threads: Features.Atomics,
  'reference-types': Features.ReferenceTypes | Features.CallIndirectOverlong,
};
const OURS = FEATURES.reduce((bits, name) => bits | BY_NAME[name], 0);

/** @param {string} file */
export function readModule(file) {
  return parse(new Uint8Array(readFileSync(file)));
}

/** @param {Uint8Array} bytes */
export function parse(bytes) {
  const module = binaryen.readBinary(bytes);
  module.setFeatures(OURS);
  return module;
}

/**
 * A module's memory, in pages.
 * @param {string} file
 * @returns {{ initial: number, max: number }}
 */
export function memoryOf(file) {
  const module = readModule(file);
  const { initial, max } = module.getMemoryInfo();
  module.dispose();
  return { initial, max };
}

/**
 * Write, and free the module.
 * @param {import('binaryen').default.Module} module @param {string} file
 * @param {{ names?: boolean }} [options] names: with the name section, as
 *   later passes need it
 */
export function writeModule(module, file, { names = true } = {}) {
  binaryen.setDebugInfo(names);
  writeFileSync(file, module.emitBinary());
  module.dispose();
}

/** wasm-opt validates what it reads; this is for what nobody reads again. */
export function validate(module) {
  if (!module.validate()) throw new Error('internal error: a pass made an invalid module');
}

/** External name → internal name, of one kind of export. */
export function exportsOf(module, kind) {
  const found = new Map();
  for (let i = 0; i < module.getNumExports(); i++) {
    const info = binaryen.getExportInfo(module.getExportByIndex(i));
    if (info.kind === kind) found.set(info.name, info.value);
  }
  return found;
}

/** All functions, imports included. */
export function functionsOf(module) {
  const all = [];
  for (let i = 0; i < module.getNumFunctions(); i++) {
    const ref = module.getFunctionByIndex(i);
    all.push({ ref, ...binaryen.getFunctionInfo(ref) });
  }
  return all;
}

/**
 * The internal name behind an export of the runtime.
 * @throws {ModuleError} if it is not there
 */
export function needExport(exports, name) {
  const value = exports.get(name);
  if (value === undefined) {
    throw new ModuleError(`the module does not export ${name}: is it linked with libgoro?`);
  }
  return value;
}
