/** Who calls whom, and in which circles. */
import binaryen from 'binaryen';
import { walk } from './walk.mjs';

/**
 * Thunks of exports (guest.mjs): in the table, and never called but at the bottom
 * of a new goroutine's stack. As callees of deferred calls, which have the same
 * type, they would put all of the program into one circle.
 */
export const THUNK = 'goro.thunk.';

const signature = (params, results) => `${params} ${results}`;

/** Functions whose address is taken, by signature. */
function tableFunctions(module, functions) {
  const bySignature = new Map();
  const add = (name) => {
    const f = functions.get(name);
    const key = signature(f.params, f.results);
    if (!bySignature.has(key)) bySignature.set(key, new Set());
    bySignature.get(key).add(name);
  };
  for (let i = 0; i < module.getNumElementSegments(); i++) {
    const segment = binaryen.getElementSegmentInfo(module.getElementSegmentByIndex(i));
    segment.data.filter((name) => !name.startsWith(THUNK)).forEach(add);
  }
  return bySignature;
}

const byName = (all) => new Map(all.map((f) => [f.name, f]));

/**
 * Functions that a goroutine may begin with: void (*)(void *), address taken.
 * @returns {Set<string>}
 */
export const entriesOf = (module, all) =>
  tableFunctions(module, byName(all)).get(signature(binaryen.i32, binaryen.none)) ?? new Set();

/**
 * What never comes round: how an M begins and what runs on its own stack only,
 * the bottom of goroutines' stacks among that; and the ends of the program,
 * which allow themselves one fault (runtime/sched/panic.c).
 */
const STRAIGHT = new Set([
  'mstart', 'goro__gogo', 'goro__morestack', 'goro__stack_overflow', 'goro__unwind_overflow',
  'goro__throw', 'goro__fatal', 'goro__oom', 'goro__host_fault',
]);

/**
 * @param {import('binaryen').default.Module} module
 * @param {any[]} all what functionsOf gave
 * @returns {Map<string, Set<string>>} callees of each function with a body; an
 *   indirect call counts as one of every function in a table with its type.
 *   Calls of what never comes round are left out
 */
export function callGraph(module, all) {
  const indirect = tableFunctions(module, byName(all));
  const add = (callees, name) => STRAIGHT.has(name) || callees.add(name);
  const graph = new Map();
  for (const f of all) {
    const callees = new Set();
    graph.set(f.name, callees);
    walk(f.body, (expression, id) => {
      if (id === binaryen.CallId) add(callees, binaryen.Call.getTarget(expression));
      if (id !== binaryen.CallIndirectId) return;
      const { getParams, getResults } = binaryen.CallIndirect;
      indirect.get(signature(getParams(expression), getResults(expression)))?.forEach((name) => add(callees, name));
    });
  }
  return graph;
}

/**
 * The sets of functions that can be on a stack more than once, because each
 * calls each other (Tarjan's strongly connected components, without
 * recursion).
 * @param {Map<string, Set<string>>} graph
 * @param {Iterable<string>} [nodes] look at these only
 * @returns {string[][]}
 */
export function cycles(graph, nodes = graph.keys()) {
  const left = new Set(nodes);
  const found = [];
  const index = new Map();
  const low = new Map();
  const stack = [];
  const onStack = new Set();
  const open = (name) => {
    index.set(name, index.size);
    low.set(name, index.get(name));
    stack.push(name);
    onStack.add(name);
    return { name, callees: graph.get(name)[Symbol.iterator]() };
  };
  const close = (name) => {
    if (low.get(name) !== index.get(name)) return;
    const component = stack.splice(stack.lastIndexOf(name));
    component.forEach((member) => onStack.delete(member));
    if (component.length > 1 || graph.get(name).has(name)) found.push(component);
  };
  const lower = (name, value) => low.set(name, Math.min(low.get(name), value));

  for (const root of left) {
    if (index.has(root)) continue;
    const path = [open(root)];
    while (path.length) {
      const { name, callees } = path.at(-1);
      const next = callees.next();
      if (next.done) {
        close(name);
        path.pop();
        if (path.length) lower(path.at(-1).name, low.get(name));
      } else if (!left.has(next.value)) continue;
      else if (!index.has(next.value)) path.push(open(next.value));
      else if (onStack.has(next.value)) lower(name, index.get(next.value));
    }
  }
  return found;
}
