/**
 * What a user's module for the npm package is to JavaScript.
 *
 * An export becomes a thunk that takes its arguments from memory, in the table,
 * so that it can be the function of a goroutine. An import is wrapped, so that
 * who calls it can wait for a promise. runtime/api/ffi_module.c has both in C,
 * and what they call. A custom section tells bindings/src/c/ of them:
 *
 *     { exports: [[name, parameters, results, index in the table]...],
 *       imports: [[module, name, parameters, results]...] }
 *
 * with a letter for each type. Before asyncify: the wrappers can suspend.
 */
import binaryen from 'binaryen';
import { THUNK } from './callgraph.mjs';
import { exportsOf, functionsOf, ModuleError, needExport } from './module.mjs';

const { i32, i64, f32, f64, none } = binaryen;

/** The section's name. */
const SECTION = 'goro';
const SLOT_BYTES = 8;
/** Exports that are the runtime's, Emscripten's, or of the passes. */
const OURS = /^(goro:|goro__|asyncify_|_?emscripten_|__|_initialize$)/;
/** Exports for this pass only. */
const HELPERS = ['goro__call_returned', 'goro__import_enter', 'goro__import_leave', 'goro__import_wait'];
/** Modules whose imports the package brings. */
const HOST = new Set(['goro', 'asyncify', 'wasi_snapshot_preview1']);
const ENV = new Set(['emscripten_notify_memory_growth']);

/** Per type: its letter in the section, its bytes, and how 64 bits become one. */
const TYPES = new Map([
  [i32, { letter: 'i', bytes: 4, from: (m, bits) => m.i32.wrap(bits) }],
  [i64, { letter: 'l', bytes: 8, from: (_, bits) => bits }],
  [f32, { letter: 'f', bytes: 4, from: (m, bits) => m.f32.reinterpret(m.i32.wrap(bits)) }],
  [f64, { letter: 'd', bytes: 8, from: (m, bits) => m.f64.reinterpret(bits) }],
]);
const access = (module, type) => module[new Map([[i32, 'i32'], [i64, 'i64'], [f32, 'f32'], [f64, 'f64']]).get(type)];

const expand = (types) => [...binaryen.expandType(types)].filter((type) => type !== none);

/** A function's types as letters. @throws {ModuleError} for what JavaScript cannot pass */
function lettersOf(what, { params, results }) {
  const letters = (types, which) => types.map((type, i) => {
    const known = TYPES.get(type);
    if (!known) throw new ModuleError(`${what}: ${which(i)} is no number or pointer, which is all that JavaScript can pass`);
    return known.letter;
  }).join('');
  const out = expand(results);
  if (out.length > 1) throw new ModuleError(`${what} has several results: return a pointer to them`);
  return [letters(expand(params), (i) => `parameter ${i + 1}`), letters(out, () => 'its result')];
}

/** void thunk(slots): call f with what is in them. */
function addThunk(module, name, f, returned) {
  const slots = () => module.local.get(0, i32);
  const args = expand(f.params).map((type, i) =>
    access(module, type).load(i * SLOT_BYTES, TYPES.get(type).bytes, slots()));
  const [result] = expand(f.results);
  const call = module.call(f.name, args, f.results);
  const body = [
    result === undefined ? call : access(module, result).store(0, TYPES.get(result).bytes, slots(), call),
    module.call(returned, [slots()], none),
  ];
  module.addFunction(name, i32, none, [], module.block(null, body));
}

/** Put functions at the table's end; returns the index of the first. */
function addToTable(module, names) {
  const table = binaryen.getTableInfo(module.getTableByIndex(0)).name;
  const ref = module.getTable(table);
  const first = binaryen.Table.getInitial(ref);
  binaryen.Table.setInitial(ref, first + names.length);
  if (binaryen.Table.hasMax(ref)) binaryen.Table.setMax(ref, first + names.length);
  module.addActiveElementSegment(table, 'goro.thunks', names, module.i32.const(first));
  return first;
}

function guestExports(module, functions, exported, returned) {
  const found = [...exported].filter(([name]) => !OURS.test(name));
  const rows = found.map(([name, internal]) => [name, ...lettersOf(`the export ${name}`, functions.get(internal))]);
  const thunks = found.map(([name, internal]) => {
    const thunk = `${THUNK}${name}`;
    addThunk(module, thunk, functions.get(internal), returned);
    module.removeExport(name);
    return thunk;
  });
  if (thunks.length === 0) return [];
  const first = addToTable(module, thunks);
  return rows.map((row, i) => [...row, first + i]);
}

/** In place of the import f: call it, and wait for its promise. */
function wrapImport(module, f, helpers) {
  const raw = `goro.import.${f.name}`;
  const params = expand(f.params);
  const [result] = expand(f.results);
  const gp = params.length;
  const out = gp + 1;
  module.removeFunction(f.name);
  module.addFunctionImport(raw, f.module, f.base, f.params, f.results);
  const call = module.call(raw, params.map((type, i) => module.local.get(i, type)), f.results);
  const bits = module.call(helpers.goro__import_wait, [], i64);
  const set = (value) => (result === undefined ? value : module.local.set(out, value));
  const body = [
    module.local.set(gp, module.call(helpers.goro__import_enter, [], i32)),
    set(call),
    module.if(
      module.call(helpers.goro__import_leave, [module.local.get(gp, i32)], i32),
      result === undefined ? module.drop(bits) : set(TYPES.get(result).from(module, bits)),
    ),
    ...(result === undefined ? [] : [module.local.get(out, result)]),
  ];
  module.addFunction(f.name, f.params, f.results, [i32, ...expand(f.results)], module.block(null, body, result ?? none));
}

function guestImports(module, all, helpers) {
  const imports = all.filter((f) => !f.body && !HOST.has(f.module));
  const unknown = imports.filter((f) => f.module === 'env' && !ENV.has(f.base)).map((f) => f.base);
  if (unknown.length > 0) {
    throw new ModuleError(`undefined: ${unknown.join(', ')}. Link what defines it; what JavaScript brings is declared with GORO_IMPORT(module, name)`);
  }
  return imports.filter((f) => f.module !== 'env').map((f) => {
    const row = [f.module, f.base, ...lettersOf(`the import ${f.module}.${f.base}`, f)];
    wrapImport(module, f, helpers);
    return row;
  });
}

/**
 * @param {import('binaryen').default.Module} module linked
 * @returns {{ section: string, bytes: Uint8Array }} the custom section
 * @throws {ModuleError}
 */
export function guest(module) {
  const all = functionsOf(module);
  const functions = new Map(all.map((f) => [f.name, f]));
  const exported = exportsOf(module, binaryen.ExternalFunction);
  const helpers = Object.fromEntries(HELPERS.map((name) => [name, needExport(exported, name)]));
  const exports = guestExports(module, functions, exported, helpers.goro__call_returned);
  if (exports.length === 0) throw new ModuleError('nothing is exported: mark what JavaScript is to call with GORO_EXPORT (goro_module.h)');
  const imports = guestImports(module, all, helpers);
  for (const name of HELPERS) module.removeExport(name);
  return { section: SECTION, bytes: new TextEncoder().encode(JSON.stringify({ exports, imports })) };
}
