/**
 * Bounding native recursion.
 *
 * Engines keep return addresses and spilled locals on stacks of their own,
 * which are small (512 KiB to 1 MiB), and whose overflow is a trap that names
 * nothing.  So in every circle of calls a function (a cut, see cuts.mjs) also
 * takes C stack for the native frames: the goroutine's C stack limit, which can
 * be reported, is reached first.  The stack pointer is the right counter
 * because asyncify skips these instructions while it unwinds and rewinds.
 *
 * How much that is is known only when all optimisation is done, because
 * inlining and asyncify add locals.  Until then it stands as the imported
 * global goro.frame, which the optimiser cannot see through; fillFrames puts
 * numbers in its place.
 */
import binaryen from 'binaryen';
import { callGraph, cycles } from './callgraph.mjs';
import { chooseCuts, pathWeights } from './cuts.mjs';
import { functionsOf } from './module.mjs';
import { addLocal, checked } from './stackcheck.mjs';
import { contains, infoOf, pendingAtCalls, rewrite } from './walk.mjs';

const { AddInt32, SubInt32 } = binaryen;
const FRAME = 'goro__frame';

/**
 * Bytes of C stack for a native frame: README.md has the measurements. Real
 * frames take up to 1.6 times as much, and the C stack's limit is half of what
 * the smallest engine has.
 */
const FRAME_BYTES = 32;
const VALUE_BYTES = 8;
const PARAM_BYTES = 4;

/** A cut shall pay for at most this much beyond its own frame. */
const PATH_BYTES = 512;

/**
 * The names of the functions that pay for recursion.
 * @param {(name: string) => boolean} allowed
 */
export function cutsOf(module, all, allowed) {
  const sizes = new Map(all.map((f) => [f.name, frameSize(f)]));
  return chooseCuts(callGraph(module, all), (name) => sizes.get(name), allowed, PATH_BYTES);
}

/** Make goro.frame known to a module. */
export const declareFrame = (module) => module.addGlobalImport(FRAME, 'goro', 'frame', binaryen.i32, false);

/**
 * Make a function take goro.frame bytes more, in its own frame where that is
 * possible.
 * @param {import('./frames.mjs').Write[]} writes of f
 * @param {boolean} credit see onCredit
 */
export function chargeFrame(module, names, f, writes, credit) {
  if (credit || !enlargeFrame(module, writes)) addFrame(module, names, f, credit);
}

const frame = (module) => module.global.get(FRAME, binaryen.i32);

/** The size of a frame that is charged as well, for `checked`. */
export const chargedSize = (module, size) =>
  size === undefined ? undefined : () => module.i32.add(module.i32.const(size), frame(module));

/** If a function has one plain frame, make that larger. */
function enlargeFrame(module, writes) {
  const [open] = writes.filter((w) => w.kind === 'open');
  const fits = (w) => w.size === open.size && infoOf(w.formula).op === (w === open ? SubInt32 : AddInt32);
  const others = writes.filter((w) => w !== open);
  if (open?.align !== 16 || !writes.every(fits) || !others.every((w) => w.kind === 'close')) return false;
  for (const formula of new Set(writes.map((w) => w.formula))) {
    binaryen.Binary.setRight(formula, module.i32.add(module.i32.const(open.size), frame(module)));
  }
  return true;
}

/** What is paid in a goroutine's first segment, which so ends after few rounds. */
const FIRST_BYTES = 16;
/** A segment that is smaller is a first one. */
const FIRST_MAX = 1024;
/** Who needs more always pays it: the rounds in a first segment are on credit. */
const CREDIT_MAX = 1024;

/**
 * goro.frame, or next to nothing in a goroutine's first segment: most functions
 * that can come round through pointers only, as first functions of goroutines
 * and the runtime's, do not, and need no second segment for that.
 */
const onCredit = (module, names) => {
  const size = module.global.get(names.size, binaryen.i32);
  const first = module.i32.lt_u(size, module.i32.const(FIRST_MAX));
  const small = module.i32.le_u(frame(module), module.i32.const(CREDIT_MAX));
  return module.select(module.i32.and(first, small), module.i32.const(FIRST_BYTES), frame(module));
};

/**
 * Put a frame of its own around a function's body.
 * @param {boolean} credit see onCredit
 */
function addFrame(module, names, f, credit) {
  const { i32, none, unreachable } = binaryen;
  const fp = addLocal(f, i32);
  const result = f.results === none ? undefined : addLocal(f, f.results);
  const paid = credit ? addLocal(f, i32) : undefined;
  const size = () => (credit ? module.local.get(paid, i32) : frame(module));
  const lower = () => module.i32.sub(module.global.get(names.sp, i32), size());
  const open = () =>
    module.global.set(names.sp, module.local.tee(fp, checked(module, names, lower(), fp, size), i32));
  const close = () => module.global.set(names.sp, module.i32.add(module.local.get(fp, i32), size()));
  const closeWith = (value, end) =>
    [module.local.set(result, value), close(), end(module.local.get(result, f.results))];

  const body = rewrite(f.body, (expression, id) => {
    if (id !== binaryen.ReturnId) return expression;
    const value = binaryen.Return.getValue(expression);
    const end = value
      ? closeWith(value, (result) => module.return(result))
      : [close(), module.return()];
    return module.block(null, end, unreachable);
  });
  const type = binaryen.getExpressionType(body);
  const rest = type === unreachable ? [body] : type === none ? [body, close()] : closeWith(body, (value) => value);
  const price = credit ? [module.local.set(paid, onCredit(module, names))] : [];
  binaryen.Function.setBody(f.ref, module.block(null, [...price, open(), ...rest], f.results));
}

/**
 * Put numbers in goro.frame's place: what the native frames may take of the
 * function in which it stands now, and of those up to the next such function.
 * @param {import('binaryen').default.Module} module
 */
export function fillFrames(module) {
  const name = frameImport(module);
  if (!name) return; // nothing recurses
  const isFrame = (expression, id) =>
    id === binaryen.GlobalGetId && binaryen.GlobalGet.getName(expression) === name;
  const all = functionsOf(module);
  const paying = all.filter((f) => contains(f.body, isFrame));
  const bytes = chargesOf(module, all, new Set(paying.map((f) => f.name)));
  for (const f of paying) {
    const body = rewrite(f.body, (expression, id) =>
      isFrame(expression, id) ? module.i32.const(bytes(f)) : expression);
    binaryen.Function.setBody(f.ref, body);
    module.runPassesOnFunction(f.ref, ['precompute', 'optimize-instructions', 'vacuum']);
  }
  module.removeGlobal(name);
}

/** What each cut has to pay. */
function chargesOf(module, all, cuts) {
  const sizes = new Map(all.map((f) => [f.name, frameSize(f)]));
  const graph = callGraph(module, all);
  const beyond = new Map();
  for (const circle of cycles(graph)) {
    const sumOf = pathWeights(graph, circle, cuts, (name) => sizes.get(name));
    for (const name of circle) beyond.set(name, Math.max(0, ...[...graph.get(name)].map(sumOf)));
  }
  return (f) => (sizes.get(f.name) + (beyond.get(f.name) ?? 0) + 15) & ~15;
}

/** What goro.frame is called in a module that was read again. */
function frameImport(module) {
  for (let i = 0; i < module.getNumGlobals(); i++) {
    const info = binaryen.getGlobalInfo(module.getGlobalByIndex(i));
    if (info.module === 'goro' && info.base === 'frame') return info.name;
  }
}

/**
 * What engines may take for a function's frame: they keep there what lives
 * across calls, which is locals and operands.
 */
function frameSize(f) {
  const params = binaryen.expandType(f.params);
  const values = [...params, ...f.vars].reduce((sum, type) => sum + (type === binaryen.v128 ? 2 : 1), 0);
  return FRAME_BYTES + VALUE_BYTES * (values + pendingAtCalls(f.body)) + PARAM_BYTES * params.length;
}
