// Which functions pay for recursion.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cycles } from '../../bindings/cc/passes/callgraph.mjs';
import { chooseCuts, pathWeights } from '../../bindings/cc/passes/cuts.mjs';

const graphOf = (text) => new Map(text.trim().split(/\s*;\s*/).map((line) => {
  const [name, callees = ''] = line.split(':');
  return [name.trim(), new Set(callees.split(' ').filter(Boolean))];
}));
const sorted = (lists) => lists.map((l) => [...l].sort().join(' ')).sort();
const always = () => true;

test('functions that call each other in circles are found', () => {
  const graph = graphOf('main:a d; a:b; b:c; c:a e; d:d; e:; f:main');
  assert.deepEqual(sorted(cycles(graph)), ['a b c', 'd']);
});

test('every circle has a cut', () => {
  // Random graphs, with a generator of their own so that a failure repeats.
  let seed = 7;
  const random = (n) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
  for (let round = 0; round < 200; round++) {
    const names = Array.from({ length: 2 + random(20) }, (_, i) => `f${i}`);
    const graph = new Map(names.map((name) => [name, new Set(names.filter(() => random(6) === 0))]));
    const cuts = chooseCuts(graph, () => 100, always, 350);
    assert.deepEqual(cycles(graph, names.filter((name) => !cuts.has(name))), []);
    for (const circle of cycles(graph)) {
      const sumOf = pathWeights(graph, circle, cuts, () => 100);
      for (const name of circle) assert.ok(sumOf(name) <= 350, `${name} pays for ${sumOf(name)}`);
    }
  }
});

test('one function that all circles pass pays for them', () => {
  const graph = graphOf('a:hub; b:hub; c:d; d:hub; hub:a b c; other:hub');
  assert.deepEqual([...chooseCuts(graph, () => 10, always, 1000)], ['hub']);
});

test('a cut pays for the longest way to the next one', () => {
  const graph = graphOf('hub:a c leaf; a:b; b:hub; c:hub; leaf:');
  const weights = { hub: 1, a: 10, b: 20, c: 25, leaf: 1000 };
  const sumOf = pathWeights(graph, ['hub', 'a', 'b', 'c'], new Set(['hub']), (name) => weights[name]);
  assert.deepEqual(['a', 'b', 'c', 'hub', 'leaf'].map(sumOf), [30, 20, 25, 0, 0]);
});

test('what may not be a cut is none', () => {
  const graph = graphOf('a:b; b:a; s:s');
  const cuts = chooseCuts(graph, () => 10, (name) => name === 'a', 5);
  assert.deepEqual([...cuts], ['a']);
});
