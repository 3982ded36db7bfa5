// Things under small numbers: a Map is the oracle.
import { Slots } from '../../../build/npm/js/slots.js';
import { Values } from '../../../build/npm/js/values.js';
import { assert, randomFrom, testAnywhere } from './harness.mjs';

testAnywhere('slots: at random, as a Map', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const rand = randomFrom(seed);
    const slots = new Slots(), known = new Map();
    for (let i = 0; i < 300; i++) {
      if (known.size === 0 || rand(2)) {
        const thing = { i }, { next } = slots;
        assert.equal(slots.keep(thing), next, `seed ${seed}`);
        assert.ok(!known.has(next), `seed ${seed}: ${next} is taken`);
        known.set(next, thing);
      } else {
        const slot = [...known.keys()][rand(known.size)];
        assert.equal(slots.at(slot), known.get(slot), `seed ${seed}`);
        slots.drop(slot);
        known.delete(slot);
      }
    }
    assert.equal(slots.size, known.size, `seed ${seed}`);
    assert.deepEqual([...slots.kept.map(({ i }) => i)].sort(), [...known.values()].map(({ i }) => i).sort(), `seed ${seed}`);
    for (const thing of known.values()) assert.ok(slots.some((each) => each === thing), `seed ${seed}`);
    assert.ok(!slots.some(() => false));
  }
});

testAnywhere('slots: places are used again, so there are no more than were needed at once', () => {
  const slots = new Slots();
  for (let i = 0; i < 10_000; i++) {
    const [a, b] = [slots.keep({}), slots.keep({})];
    assert.ok(a < 2 && b < 2);
    slots.drop(i % 2 ? a : b);
    slots.drop(i % 2 ? b : a);
  }
  assert.equal(slots.size, 0);
});

testAnywhere('values: each comes back as it was, numbers and what is none', () => {
  const values = new Values(), before = values.size;
  const all = [undefined, null, 0, -0, 1, -1, 2 ** 30 - 1, 2 ** 30, 0.5, -0.5, NaN, Infinity, '', 'text', true, Symbol.iterator, 5n, () => {}, []];
  const handles = all.map((value) => values.put(value));
  assert.equal(new Set(handles).size, all.length);
  for (const [i, handle] of handles.entries()) assert.ok(Object.is(values.peek(handle), all[i]), `peek ${String(all[i])}`);
  for (const [i, handle] of handles.entries()) assert.ok(Object.is(values.take(handle), all[i]), `take ${String(all[i])}`);
  assert.equal(values.size, before);
});
