/**
 * Bounding native recursion.
 *
 * Engines keep return addresses and spilled locals on stacks of their own,
 * which are small (512 KiB to 1 MiB), and whose overflow is a trap that names
 * nothing.  So a function that can be on the stack more than once also takes
 * C stack for its native frame: the goroutine's C stack limit, which can be
 * reported, is reached first.  The stack pointer is the right counter because
 * asyncify skips these instructions while it unwinds and rewinds.
 *
 * How much a frame takes is known only when all optimisation is done, because
 * inlining and asyncify add locals.  Until then it stands as the imported
 * global goro.frame, which the optimiser cannot see through; fillFrames puts
 * numbers in its place.
 */
import binaryen from 'binaryen';
import { callGraph, recursiveFunctions } from './callgraph.mjs';
import { functionsOf } from './module.mjs';
import { addLocal, checked } from './stackcheck.mjs';
import { infoOf, rewrite } from './walk.mjs';

const { AddInt32, SubInt32 } = binaryen;
const FRAME = 'goro__frame';

/** Bytes of C stack per native frame, and per local in it: see README.md. */
const FRAME_BYTES = 48;
const LOCAL_BYTES = 8;

/** The names of the functions that can be on the stack more than once. */
export const recursiveIn = (module, all) => recursiveFunctions(callGraph(module, all));

/** Make goro.frame known to a module. */
export const declareFrame = (module) => module.addGlobalImport(FRAME, 'goro', 'frame', binaryen.i32, false);

/**
 * Make a function take goro.frame bytes more, in its own frame where that is
 * possible.
 * @param {import('./frames.mjs').Write[]} writes of f
 */
export function chargeFrame(module, names, f, writes) {
  if (!enlargeFrame(module, writes)) addFrame(module, names, f);
}

const frame = (module) => module.global.get(FRAME, binaryen.i32);

/** If a function has one plain frame, make that larger. */
function enlargeFrame(module, writes) {
  const [open] = writes.filter((w) => w.kind === 'open');
  const plain = open?.align === 16 && writes.every((w) =>
    w.size === open.size && (w === open || w.kind === 'close') && operator(w) === (w === open ? SubInt32 : AddInt32));
  if (!plain) return false;
  for (const formula of new Set(writes.map((w) => w.formula))) {
    binaryen.Binary.setRight(formula, module.i32.add(module.i32.const(open.size), frame(module)));
  }
  return true;
}

const operator = ({ formula }) => infoOf(formula).op;

/** Put a frame of its own around a function's body. */
function addFrame(module, names, f) {
  const { i32, none, unreachable } = binaryen;
  const fp = addLocal(f, i32);
  const result = f.results === none ? undefined : addLocal(f, f.results);
  const lower = () => module.i32.sub(module.global.get(names.sp, i32), frame(module));
  const open = () => module.global.set(names.sp, module.local.tee(fp, checked(module, names, lower(), fp), i32));
  const close = () => module.global.set(names.sp, module.i32.add(module.local.get(fp, i32), frame(module)));
  const closeWith = (value, end) => [module.local.set(result, value), close(), end(module.local.get(result, f.results))];

  const body = rewrite(f.body, (expression, info) => {
    if (info.id !== binaryen.ReturnId) return expression;
    const end = info.value
      ? closeWith(info.value, (value) => module.return(value))
      : [close(), module.return()];
    return module.block(null, end, unreachable);
  });
  const type = binaryen.getExpressionType(body);
  const parts = { [none]: () => [body, close()], [unreachable]: () => [body] }[type] ?? (() => closeWith(body, (v) => v));
  binaryen.Function.setBody(f.ref, module.block(null, [open(), ...parts()], f.results));
}

/**
 * Put numbers in goro.frame's place: what the native frame of the function in
 * which it stands now may take.
 * @param {import('binaryen').default.Module} module
 */
export function fillFrames(module) {
  const name = frameImport(module);
  if (!name) return; // nothing recurses
  for (const f of functionsOf(module)) {
    let found = false;
    const body = rewrite(f.body, (expression, info) => {
      if (info.id !== binaryen.GlobalGetId || info.name !== name) return expression;
      found = true;
      return module.i32.const(frameSize(f));
    });
    if (!found) continue;
    binaryen.Function.setBody(f.ref, body);
    module.runPassesOnFunction(f.ref, ['precompute']);
  }
  module.removeGlobal(name);
}

/** What goro.frame is called in a module that was read again. */
function frameImport(module) {
  for (let i = 0; i < module.getNumGlobals(); i++) {
    const info = binaryen.getGlobalInfo(module.getGlobalByIndex(i));
    if (info.module === 'goro' && info.base === 'frame') return info.name;
  }
}

function frameSize(f) {
  const locals = binaryen.expandType(f.params).length + f.vars.length;
  return (FRAME_BYTES + LOCAL_BYTES * locals + 15) & ~15;
}
