/**
 * How a function moves the C stack pointer.
 *
 * LLVM opens a frame with
 *     __stack_pointer = fp = __stack_pointer - N        (& -A if over-aligned)
 * and closes it with
 *     __stack_pointer = fp + N                          (or = the old value)
 * alloca subtracts from the stack pointer as well; leaving the block of a
 * variable-length array sets it back to a saved value.  Unoptimised code has
 * each step in a local, and copies of it, before the pointer is written.
 */
import binaryen from 'binaryen';
import { ModuleError } from './module.mjs';
import { infoOf, walk } from './walk.mjs';

const { AddInt32, SubInt32, AndInt32 } = binaryen;

/**
 * @typedef {object} Write one write of the stack pointer
 * @property {'open' | 'close'} kind
 * @property {number} set the global.set
 * @property {number} holder the global.set, local.set or tee whose value is
 *   the new stack pointer's formula
 * @property {number} formula
 * @property {number} [size] the constant that is subtracted or added
 * @property {number} [align] open: the alignment that is asked for
 */

/**
 * @param {import('binaryen').default.Module} module
 * @param {any} f of functionsOf
 * @param {string} stackPointer name of the global
 * @returns {Write[]}
 * @throws {ModuleError} for a write that is neither of the two
 */
export function stackWrites(module, f, stackPointer) {
  const sets = [];
  walk(f.body, (expression, id) => {
    if (id === binaryen.GlobalSetId && binaryen.GlobalSet.getName(expression) === stackPointer) sets.push(expression);
  });
  if (sets.length === 0) return [];
  const resolver = new Resolver(f, stackPointer);
  if (sets.some((set) => resolver.unclear(set))) return afterSsa(module, f, stackPointer);
  return sets.map((set) => resolver.write(set));
}

/** Unoptimised code uses locals again: once each has one set, all is clear. */
function afterSsa(module, f, stackPointer) {
  if (f.ssa) throw new ModuleError(`${f.name}: a write of the C stack pointer that goro does not understand`);
  module.runPassesOnFunction(f.ref, ['ssa']);
  f.ssa = true;
  f.body = binaryen.getFunctionInfo(f.ref).body;
  return stackWrites(module, f, stackPointer);
}

/** Follows locals that are set once to what they are set to. */
class Resolver {
  constructor(f, stackPointer) {
    this.stackPointer = stackPointer;
    this.params = binaryen.expandType(f.params).length;
    this.sets = new Map();
    walk(f.body, (expression, id) => {
      if (id !== binaryen.LocalSetId) return;
      const index = binaryen.LocalSet.getIndex(expression);
      if (!this.sets.has(index)) this.sets.set(index, []);
      this.sets.get(index).push(expression);
    });
  }

  /** The one set of a local, or undefined. */
  onlySet(index) {
    const sets = index >= this.params ? this.sets.get(index) : undefined;
    return sets?.length === 1 ? sets[0] : undefined;
  }

  /** Through tees, and through locals that are set once, to the value's making. */
  formulaOf(holder) {
    const { value } = infoOf(holder);
    const info = infoOf(value);
    if (info.id === binaryen.LocalSetId) return this.formulaOf(value);
    const set = info.id === binaryen.LocalGetId && this.onlySet(info.index);
    return set ? this.formulaOf(set) : { holder, formula: value };
  }

  info(expression) {
    const info = infoOf(expression);
    if (info.id === binaryen.LocalSetId) return this.info(info.value);
    const set = info.id === binaryen.LocalGetId && this.onlySet(info.index);
    return set ? this.info(infoOf(set).value) : info;
  }

  constant(expression) {
    const info = this.info(expression);
    return info.id === binaryen.ConstId ? info.value : undefined;
  }

  /**
   * What a value computes: a frame opened or closed, or a 'saved' value that
   * nothing is added to, or 'unknown' arithmetic.
   */
  shape(formula) {
    const info = this.info(formula);
    if (info.id !== binaryen.BinaryId) return { kind: 'saved' };
    const right = this.constant(info.right);
    if (info.op === AndInt32 && right < 0) {
      return { ...this.shape(info.left), kind: 'open', align: -right };
    }
    if (info.op !== AddInt32 && info.op !== SubInt32) return { kind: 'unknown' };
    if (right === undefined) return { kind: info.op === SubInt32 ? 'open' : 'unknown' };
    const change = info.op === SubInt32 ? -right : right;
    return { kind: change > 0 ? 'close' : 'open', size: Math.abs(change), align: 16 };
  }

  /** May the value be more than one thing? */
  unclear(set) {
    const { formula } = this.formulaOf(set);
    const { kind } = this.shape(formula);
    if (kind !== 'saved') return kind === 'unknown';
    const info = infoOf(formula);
    if (info.id !== binaryen.LocalGetId) return false;
    return (this.sets.get(info.index) ?? []).some((other) =>
      ['open', 'unknown'].includes(this.shape(infoOf(other).value).kind));
  }

  /** @returns {Write} */
  write(set) {
    const shape = this.shape(this.formulaOf(set).formula);
    const kind = shape.kind === 'saved' ? 'close' : shape.kind;
    return { set, ...this.formulaOf(set), ...shape, kind };
  }
}
