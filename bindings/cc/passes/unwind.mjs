/**
 * Bounding the unwind buffer.
 *
 * Asyncify's unwinding code pushes each frame's call index and locals, and
 * moves the position, without looking at the buffer's end.  After the last
 * push of a frame this pass adds
 *
 *     if (data.position >u data.end) goro__unwind_overflow();
 *
 * which moves the buffer or dies.  One frame may lie behind the end by then:
 * the runtime keeps UNWIND_SLACK bytes there, and a larger frame stops the
 * build.
 *
 * The pushes are recognised by what Asyncify.cpp emits (makeIncStackPos):
 *     (i32.store $data (i32.add (i32.load $data) (i32.const n)))
 * A function that pushes also pops, the same sums: what does not add up is a
 * Binaryen that this pass does not know, and stops the build.
 */
import binaryen from 'binaryen';
import { UNWIND_SLACK } from '../flags.mjs';
import { exportsOf, functionsOf, ModuleError, needExport } from './module.mjs';
import { contains, infoOf, rewrite, walk } from './walk.mjs';

const unknown = (where) =>
  new ModuleError(`internal error: ${where}: asyncify's code is not as the unwind pass knows it ` +
    '(another version of Binaryen?)');

/** The globals that asyncify added, found by what its functions do. */
function asyncifyGlobals(module, functions) {
  const start = functions.get(needExport(exportsOf(module, binaryen.ExternalFunction), 'asyncify_start_unwind'));
  const found = {};
  walk(start.body, (expression, id) => {
    if (id !== binaryen.GlobalSetId) return;
    const info = infoOf(expression);
    const kind = infoOf(info.value).id;
    if (kind === binaryen.LocalGetId) found.data = info.name;
    if (kind === binaryen.ConstId) found.state = info.name;
  });
  if (!found.data || !found.state) throw unknown('asyncify_start_unwind');
  return found;
}

const isGet = (expression, name) => {
  const info = infoOf(expression);
  return info.id === binaryen.GlobalGetId && info.name === name;
};

/** By how much a store moves the position of the buffer, or undefined. */
function positionChange(expression, data) {
  const info = infoOf(expression);
  if (info.offset !== 0 || !isGet(info.ptr, data)) return;
  const sum = infoOf(info.value);
  if (sum.id !== binaryen.BinaryId) throw unknown('a store of the position');
  const load = infoOf(sum.left);
  const right = infoOf(sum.right);
  const isLoad = load.id === binaryen.LoadId && load.offset === 0 && isGet(load.ptr, data);
  if (!isLoad || right.id !== binaryen.ConstId || ![binaryen.AddInt32, binaryen.SubInt32].includes(sum.op)) throw unknown('a store of the position');
  return sum.op === binaryen.AddInt32 ? right.value : -right.value;
}

/** The stores by which a function pushes its frame, and the frame's size. */
function pushes(f, data) {
  const found = [];
  let pushed = 0;
  let popped = 0;
  walk(f.body, (expression, id) => {
    if (id !== binaryen.StoreId) return;
    const change = positionChange(expression, data);
    if (change > 0) {
      found.push(expression);
      pushed += change;
    } else popped -= change ?? 0;
  });
  if (pushed !== popped || found.length > 2) throw unknown(f.name);
  return { found, size: pushed };
}

function overflowCheck(module, data, overflow) {
  const { i32 } = binaryen;
  const field = (offset) => module.i32.load(offset, 4, module.global.get(data, i32));
  return module.if(module.i32.gt_u(field(0), field(4)), module.call(overflow, [], binaryen.none));
}

/** Does a function read asyncify's state?  Then it can be suspended. */
const isInstrumented = (f, state) =>
  contains(f.body, (expression, id) =>
    id === binaryen.GlobalGetId && binaryen.GlobalGet.getName(expression) === state);

/**
 * @param {import('binaryen').default.Module} module after asyncify
 * @returns {{ frames: number, largest: number }} how many functions push
 *   frames, and the largest of them in bytes
 */
export function boundUnwinding(module) {
  const all = functionsOf(module);
  const functions = new Map(all.map((f) => [f.name, f]));
  const { data, state } = asyncifyGlobals(module, functions);
  const exported = exportsOf(module, binaryen.ExternalFunction);
  const overflow = needExport(exported, 'goro__unwind_overflow');
  for (const name of ['goro__morestack', 'goro__unwind_overflow']) {
    if (isInstrumented(functions.get(needExport(exported, name)), state)) {
      throw new ModuleError(`internal error: asyncify thinks that ${name} can suspend: it reaches an indirect call`);
    }
  }

  let frames = 0;
  let largest = 0;
  for (const f of all) {
    if (!f.body || !isInstrumented(f, state)) continue;
    const { found, size } = pushes(f, data);
    if (size === 0) continue;
    if (size > UNWIND_SLACK) {
      throw new ModuleError(`${f.name} keeps ${size} bytes of locals when it suspends, more than ${UNWIND_SLACK}: ` +
        'split it, or compile it with -O1 or more');
    }
    frames++;
    largest = Math.max(largest, size);
    const last = found.at(-1);
    const body = rewrite(f.body, (expression) =>
      expression === last ? module.block(null, [expression, overflowCheck(module, data, overflow)]) : expression);
    binaryen.Function.setBody(f.ref, body);
  }
  return { frames, largest };
}
