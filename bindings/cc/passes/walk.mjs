/**
 * Walking and rewriting expressions.
 *
 * A kind of expression that is not listed here stops the build: a child that
 * a pass does not see is a call or a stack write that it misses.
 */
import binaryen from 'binaryen';

/** Per kind: single children and a list of them, each with its setter. */
const KINDS = new Map();

/** @param {string} kind @param {string} [children] @param {[string, string]} [list] */
function kind(kind, children = '', list) {
  const id = binaryen[`${kind}Id`];
  if (id === undefined) throw new Error(`internal error: binaryen has no ${kind}`);
  const methods = binaryen[kind];
  const part = (name) => ({ get: methods[`get${name}`], set: methods[`set${name}`] });
  KINDS.set(id, {
    methods,
    children: children.split(' ').filter(Boolean).map(part),
    list: list && { count: methods[`getNum${list[0]}`], ...part(list[1]) },
  });
}

kind('Nop');
kind('Unreachable');
kind('LocalGet');
kind('GlobalGet');
kind('Const');
kind('MemorySize');
kind('AtomicFence');
kind('DataDrop');
kind('RefFunc');
kind('RefNull');
kind('TableSize');
kind('Block', '', ['Children', 'ChildAt']);
kind('If', 'Condition IfTrue IfFalse');
kind('Loop', 'Body');
kind('Break', 'Value Condition');
kind('Switch', 'Value Condition');
kind('Call', '', ['Operands', 'OperandAt']);
kind('CallIndirect', 'Target', ['Operands', 'OperandAt']);
kind('LocalSet', 'Value');
kind('GlobalSet', 'Value');
kind('Load', 'Ptr');
kind('Store', 'Ptr Value');
kind('Unary', 'Value');
kind('Binary', 'Left Right');
kind('Select', 'IfTrue IfFalse Condition');
kind('Drop', 'Value');
kind('Return', 'Value');
kind('MemoryGrow', 'Delta');
kind('MemoryInit', 'Dest Offset Size');
kind('MemoryCopy', 'Dest Source Size');
kind('MemoryFill', 'Dest Value Size');
kind('AtomicRMW', 'Ptr Value');
kind('AtomicCmpxchg', 'Ptr Expected Replacement');
kind('AtomicWait', 'Ptr Expected Timeout');
kind('AtomicNotify', 'Ptr NotifyCount');
kind('SIMDExtract', 'Vec');
kind('SIMDReplace', 'Vec Value');
kind('SIMDShuffle', 'Left Right');
kind('SIMDTernary', 'A B C');
kind('SIMDShift', 'Vec Shift');
kind('SIMDLoad', 'Ptr');
kind('SIMDLoadStoreLane', 'Ptr Vec');
kind('RefIsNull', 'Value');
kind('TableGet', 'Index');
kind('TableSet', 'Index Value');
kind('TableGrow', 'Value Delta');
kind('TupleMake', '', ['Operands', 'OperandAt']);
kind('TupleExtract', 'Tuple');

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

/** The children of an expression, singles first. */
function childrenOf(expression, { children, list }) {
  const found = [];
  for (const { get } of children) {
    const child = get(expression);
    if (child) found.push(child);
  }
  const count = list ? list.count(expression) : 0;
  for (let i = 0; i < count; i++) found.push(list.get(expression, i));
  return found;
}

/**
 * Visit every expression, parents first.
 * @param {number} expression
 * @param {(expression: number, id: number) => void} visit
 */
export function walk(expression, visit) {
  if (!expression) return;
  const id = binaryen.getExpressionId(expression);
  visit(expression, id);
  for (const child of childrenOf(expression, kindOf(id))) walk(child, visit);
}

/**
 * The most values that wait on the operand stack while a call runs.
 * @param {number} expression
 * @param {number} [below] how many wait already
 * @returns {number}
 */
export function pendingAtCalls(expression, below = 0) {
  if (!expression) return 0;
  const id = binaryen.getExpressionId(expression);
  const isCall = id === binaryen.CallId || id === binaryen.CallIndirectId;
  const keepsValues = id !== binaryen.BlockId && id !== binaryen.IfId;
  let waiting = below;
  let most = isCall ? below : 0;
  for (const child of childrenOf(expression, kindOf(id))) {
    most = Math.max(most, pendingAtCalls(child, waiting));
    if (keepsValues) waiting++;
  }
  return most;
}

/**
 * @param {number} expression
 * @param {(expression: number, id: number) => boolean} test
 */
export function contains(expression, test) {
  if (!expression) return false;
  const id = binaryen.getExpressionId(expression);
  return test(expression, id) || childrenOf(expression, kindOf(id)).some((child) => contains(child, test));
}

/**
 * Replace expressions, children first.
 * @param {number} expression
 * @param {(expression: number, id: number) => number} replace gives back what
 *   shall stand in its place: the same, or another of its type
 * @returns {number}
 */
export function rewrite(expression, replace) {
  if (!expression) return expression;
  const id = binaryen.getExpressionId(expression);
  const { children, list } = kindOf(id);
  for (const { get, set } of children) {
    const old = get(expression);
    const child = rewrite(old, replace);
    if (child !== old) set(expression, child);
  }
  const count = list ? list.count(expression) : 0;
  for (let i = 0; i < count; i++) {
    const old = list.get(expression, i);
    const child = rewrite(old, replace);
    if (child !== old) list.set(expression, i, child);
  }
  return replace(expression, id);
}
