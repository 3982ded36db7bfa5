/**
 * Growable C stacks.
 *
 * The runtime says in two globals where the current stack segment is: the
 * stack pointer may be in [lo, lo + size].  Where a function opens a frame,
 *
 *     sp = fp = sp - N
 *
 * becomes
 *
 *     sp = fp = (sp - N) - lo >u size ? goro__morestack(sp - N) : sp - N
 *
 * and goro__morestack finds the segment that has room, or links one, and gives
 * back a frame in it.  Closing needs no change: it sets the stack pointer to
 * fp + N, the top of the segment that the frame was opened in; the caller's
 * frame is addressed by its own fp, and its next callee either finds room there
 * (so a call in a loop at a segment's end links once, not each time round), or
 * finds by the check that the stack pointer is back in an older segment.
 *
 * So the stack pointer may be in an older segment than the globals describe.
 * Memory between two segments is at least RED_ZONE bytes, so a small frame
 * below the older one cannot reach into the newer; for others the check asks
 * that the old stack pointer is in the segment as well.
 *
 * LLVM's leaf functions with frames up to RED_ZONE bytes leave the stack
 * pointer alone: a segment has that many bytes below lo.
 */
import binaryen from 'binaryen';
import { entriesOf } from './callgraph.mjs';
import { stackWrites } from './frames.mjs';
import { functionsOf } from './module.mjs';
import { chargeFrame, chargedSize, cutsOf, declareFrame } from './recursion.mjs';
import { addLocal, checked, stackNames } from './stackcheck.mjs';
import { infoOf } from './walk.mjs';

/** Functions that set the stack pointer to another stack. */
const SWITCH = /^goro__switch_/;
/** The runtime's own functions. */
const RUNTIME = /^goro__/;
/** Every frame is a multiple of it. */
const STACK_ALIGN = 16;

/** The local that the new value goes to anyway, or a new one. */
function tempFor(f, holder) {
  const info = infoOf(holder);
  return info.id === binaryen.LocalSetId ? info.index : addLocal(f, binaryen.i32);
}

/**
 * An over-aligned frame: room for rounding down is asked for, and the masking
 * is done after the check, so that a new segment's frame is aligned as well.
 */
function checkedMask(module, names, f, write) {
  const { left } = infoOf(write.formula);
  const pad = () => module.i32.const(write.align - STACK_ALIGN);
  const asked = checked(module, names, module.i32.sub(left, pad()), addLocal(f, binaryen.i32));
  binaryen.Binary.setLeft(write.formula, module.i32.add(asked, pad()));
}

function checkWrite(module, names, f, write, size) {
  if (write.align > STACK_ALIGN) return checkedMask(module, names, f, write);
  const value = checked(module, names, write.formula, tempFor(f, write.holder), size);
  const isGlobal = binaryen.getExpressionId(write.holder) === binaryen.GlobalSetId;
  (isGlobal ? binaryen.GlobalSet : binaryen.LocalSet).setValue(write.holder, value);
}

/**
 * Check what opens a frame, and charge functions that can recurse.
 * @param {import('binaryen').default.Module} module
 * @returns {{ checks: number, charged: string[] }} how many frames are
 *   checked, and the names of the charged functions
 */
export function growStacks(module) {
  const names = stackNames(module);
  const all = functionsOf(module);
  const excluded = (name) => name === names.morestack || SWITCH.test(name);
  const cuts = cutsOf(module, all, (name) => !excluded(name));
  const entries = entriesOf(module, all);
  const onCredit = (name) => entries.has(name) || RUNTIME.test(name);
  let checks = 0;
  declareFrame(module);
  for (const f of all) {
    if (!f.body || excluded(f.name)) continue;
    const isCharged = cuts.has(f.name);
    const writes = stackWrites(module, f, names.sp);
    const opens = new Map(writes.filter((w) => w.kind === 'open').map((w) => [w.holder, w]));
    for (const write of opens.values()) {
      checkWrite(module, names, f, write, isCharged ? chargedSize(module, write.size) : write.size);
    }
    checks += opens.size;
    if (isCharged) chargeFrame(module, names, f, writes, onCredit(f.name));
  }
  return { checks, charged: [...cuts] };
}
