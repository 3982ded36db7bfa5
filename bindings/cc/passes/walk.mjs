/**
 * Walking and rewriting expressions.
 *
 * A kind of expression that is not listed here stops the build: a child that
 * a pass does not see is a call or a stack write that it misses.
 */
import binaryen from 'binaryen';

/** Children per kind: names of single ones, and `list` with its setter. */
const KINDS = new Map();

/** @param {string} kind @param {string} [children] @param {[string, string]} [list] */
function kind(kind, children = '', list) {
  const id = binaryen[`${kind}Id`];
  if (id === undefined) throw new Error(`internal error: binaryen has no ${kind}`);
  KINDS.set(id, { methods: binaryen[kind], children: children.split(' ').filter(Boolean), list });
}

for (const leaf of ['Nop', 'LocalGet', 'GlobalGet', 'Const', 'MemorySize', 'Unreachable', 'AtomicFence', 'DataDrop', 'RefFunc', 'RefNull', 'TableSize']) {
  kind(leaf);
}
kind('Block', '', ['children', 'setChildAt']);
kind('If', 'condition ifTrue ifFalse');
kind('Loop', 'body');
kind('Break', 'value condition');
kind('Switch', 'value condition');
kind('Call', '', ['operands', 'setOperandAt']);
kind('CallIndirect', 'target', ['operands', 'setOperandAt']);
kind('LocalSet', 'value');
kind('GlobalSet', 'value');
kind('Load', 'ptr');
kind('Store', 'ptr value');
kind('Unary', 'value');
kind('Binary', 'left right');
kind('Select', 'ifTrue ifFalse condition');
kind('Drop', 'value');
kind('Return', 'value');
kind('MemoryGrow', 'delta');
kind('MemoryInit', 'dest offset size');
kind('MemoryCopy', 'dest source size');
kind('MemoryFill', 'dest value size');
kind('AtomicRMW', 'ptr value');
kind('AtomicCmpxchg', 'ptr expected replacement');
kind('AtomicWait', 'ptr expected timeout');
kind('AtomicNotify', 'ptr notifyCount');
kind('SIMDExtract', 'vec');
kind('SIMDReplace', 'vec value');
kind('SIMDShuffle', 'left right');
kind('SIMDTernary', 'a b c');
kind('SIMDShift', 'vec shift');
kind('SIMDLoad', 'ptr');
kind('SIMDLoadStoreLane', 'ptr vec');
kind('RefIsNull', 'value');
kind('TableGet', 'index');
kind('TableSet', 'index value');
kind('TableGrow', 'value delta');
kind('TupleMake', '', ['operands', 'setOperandAt']);
kind('TupleExtract', 'tuple');

const capital = (name) => name[0].toUpperCase() + name.slice(1);

function kindOf(id) {
  const found = KINDS.get(id);
  if (!found) throw new Error(`internal error: expression kind ${id} of binaryen is not known to the passes`);
  return found;
}

/**
 * What binaryen.getExpressionInfo says; it knows nothing of kinds without
 * operands (nop, unreachable).
 * @param {number} expression
 * @returns {any}
 */
export function infoOf(expression) {
  const id = binaryen.getExpressionId(expression);
  return kindOf(id).methods ? binaryen.getExpressionInfo(expression) : { id };
}

/**
 * Visit every expression, parents first.
 * @param {number} expression
 * @param {(expression: number, info: any) => void} visit
 */
export function walk(expression, visit) {
  if (!expression) return;
  const info = infoOf(expression);
  visit(expression, info);
  const { children, list } = kindOf(info.id);
  for (const name of children) walk(info[name], visit);
  if (list) for (const child of info[list[0]]) walk(child, visit);
}

/**
 * Replace expressions, children first.
 * @param {number} expression
 * @param {(expression: number, info: any) => number} replace gives back what
 *   shall stand in its place: the same, or another of its type
 * @returns {number}
 */
export function rewrite(expression, replace) {
  if (!expression) return expression;
  const info = infoOf(expression);
  const { methods, children, list } = kindOf(info.id);
  for (const name of children) {
    const child = rewrite(info[name], replace);
    if (child !== info[name]) methods[`set${capital(name)}`](expression, child);
  }
  for (const [i, old] of list ? info[list[0]].entries() : []) {
    const child = rewrite(old, replace);
    if (child !== old) methods[list[1]](expression, i, child);
  }
  return replace(expression, info);
}
