// The programs again with several Ms, on the hosts that have threads. A row is a
// program on a host, and runs it with one number of Ms after the other; then
// under a few seeds, which there decide only what the scheduler leaves to chance.
import { availableParallelism } from 'node:os';
import { after, describe, test } from 'node:test';
import { closeHosts, hosts } from './harness/hosts.mjs';
import { judge } from './harness/kinds.mjs';
import { programs } from './harness/programs.mjs';
import { runOn } from './harness/table.mjs';

const CORE = ['unit', 'go', 'crash', 'cpp'];
// `like`: the host whose name stands for it in a program's `test: hosts`; `seeds`:
// how many, the first with most Ms, each with another number of them
const ROWS = [
  { on: 'native', like: 'native', ms: [2, 4, 8], kinds: CORE },
  { on: 'native-tsan', like: 'native', ms: [1, 2, 4, 8], kinds: CORE },
  { on: 'native-tsan', like: 'native', ms: [4], kinds: ['stress'] },
  { on: 'node26-mt', like: 'node26', ms: [1, 2, 4, 8], seeds: 2, kinds: CORE },
  { on: 'node20-mt', like: 'node20', ms: [4], kinds: CORE },
  { on: 'chromium-mt', like: 'chromium', ms: [1, 2, 4, 8], seeds: 1, kinds: CORE },
  { on: 'firefox-mt', like: 'chromium', ms: [4], kinds: CORE },
];

const procsOf = ({ env }) => env.GORO_MAXPROCS;

/** The programs of the kind, once for each number of Ms. */
function onEach(numbers, kind) {
  const [first, ...others] = numbers.map((procs) => programs(kind, procs));
  return first.map((program, i) => [program, ...others.map((list) => list[i])]);
}

/** The same program with one number of Ms after the other, and then under seeds. */
function runs(same, seeds) {
  // A program that sets the number itself is there once.
  const plain = [...new Map(same.map((program) => [procsOf(program), program])).values()];
  if (!plain[0].swept || process.env.SEED) return plain;
  const seeded = Array.from({ length: seeds }, (_, k) => {
    const program = plain.at(-1 - (k % plain.length));
    return { ...program, env: { ...program.env, GORO_SEED: String(k + 1) } };
  });
  return [...plain, ...seeded];
}

async function tryAll(host, list) {
  for (const program of list) {
    const result = await runOn(host, program);
    try {
      judge(result, program);
    } catch (error) {
      const { GORO_MAXPROCS: procs, GORO_SEED: seed } = program.env;
      const again = `${seed ? `SEED=${seed} ` : ''}PROCS=${procs} HOST=${host.name} NAME=${program.name} ./build.sh test tests/ms.test.mjs`;
      throw new Error(`${procs} Ms; again: ${again}\n${error.message}`);
    }
  }
}

/** Declares the rows of a host. */
function rows(host, { like, ms, seeds = 0, kinds }) {
  const numbers = process.env.PROCS ? [process.env.PROCS] : ms.map(String);
  const count = seeds && Number(process.env.SWEEP ?? seeds);
  for (const same of kinds.flatMap((kind) => onEach(numbers, kind))) {
    const [{ name, hosts: named }] = same;
    if (named && !named.includes(like) && !named.includes(host.name)) continue;
    const list = runs(same, count);
    const numbered = new Set(list.map(procsOf));
    test(`${name} [${host.name}; ${[...numbered].join(' ')} Ms]`, () => tryAll(host, list));
  }
}

// Most of the time goes into building.
describe('many Ms', { concurrency: availableParallelism() }, () => {
  after(closeHosts);
  for (const row of ROWS) hosts([row.on]).forEach((host) => rows(host, row));
});
