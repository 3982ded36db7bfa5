/**
 * Which of the functions that call each other in circles have to pay for the
 * circle.
 *
 * Paying in all of them is simple, but it would be most of a program: deferred
 * calls and panics can call anything.  It is enough that every circle has a
 * cut, a function that pays for itself and for what may lie on the stack
 * before the next cut.
 */
import { cycles } from './callgraph.mjs';

/** @typedef {(name: string) => number} Weight bytes of native stack */

/**
 * Choose the cuts.
 * @param {Map<string, Set<string>>} graph
 * @param {Weight} weight
 * @param {(name: string) => boolean} allowed may the function be a cut?
 * @param {number} limit a cut shall pay for at most this much beyond itself
 * @returns {Set<string>}
 */
export function chooseCuts(graph, weight, allowed, limit) {
  const cuts = new Set();
  const circles = cycles(graph);
  const open = [...circles];
  for (let circle; (circle = open.pop()); ) {
    const chosen = circle.filter((name) => graph.get(name).has(name) && allowed(name));
    if (chosen.length === 0) chosen.push(...mostConnected(graph, circle.filter(allowed)));
    if (chosen.length === 0) continue; // only stack switches: they are no recursion
    chosen.forEach((name) => cuts.add(name));
    open.push(...cycles(graph, circle.filter((name) => !cuts.has(name))));
  }
  for (const circle of circles) {
    pathWeights(graph, circle, cuts, weight, (name, sum) => {
      if (sum > limit && allowed(name)) cuts.add(name);
    });
  }
  return cuts;
}

/** The function that most ways through a circle are likely to pass. */
function mostConnected(graph, names) {
  const inside = new Set(names);
  const callers = new Map(names.map((name) => [name, 0]));
  const callees = new Map();
  for (const name of names) {
    const called = [...graph.get(name)].filter((callee) => inside.has(callee));
    callees.set(name, called.length);
    called.forEach((callee) => callers.set(callee, callers.get(callee) + 1));
  }
  const score = (name) => callers.get(name) * callees.get(name);
  return names.length ? [names.reduce((best, name) => (score(name) > score(best) ? name : best))] : [];
}

/**
 * The most that can lie on the stack from a call of each function to the next
 * cut, itself included; what leaves the circle is not counted, because it
 * cannot come round.
 * @param {Map<string, Set<string>>} graph
 * @param {string[]} circle
 * @param {Set<string>} cuts
 * @param {Weight} weight
 * @param {(name: string, sum: number) => void} [visit] callees first; it may
 *   make the function a cut
 * @returns {Weight} for functions of the circle that are no cuts; 0 for others
 */
export function pathWeights(graph, circle, cuts, weight, visit = () => {}) {
  const inside = new Set(circle);
  const sums = new Map();
  const sumOf = (name) => (inside.has(name) && !cuts.has(name) ? sums.get(name) ?? 0 : 0);
  const finish = (name) => {
    sums.set(name, weight(name) + Math.max(0, ...[...graph.get(name)].map(sumOf)));
    visit(name, sums.get(name));
  };
  for (const root of circle) {
    const path = [root];
    const started = new Set();
    while (path.length) {
      const name = path.at(-1);
      if (sums.has(name) || cuts.has(name)) path.pop();
      else if (started.has(name)) finish(path.pop());
      else {
        started.add(name);
        for (const callee of graph.get(name)) {
          if (inside.has(callee) && !cuts.has(callee) && !sums.has(callee) && !started.has(callee)) path.push(callee);
        }
      }
    }
  }
  return sumOf;
}
