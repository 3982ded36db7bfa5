// The programs again with several Ms, on the hosts that have threads. A row is a
// program on a host, and runs it with one number of Ms after the other.
import { availableParallelism } from 'node:os';
import { after, describe, test } from 'node:test';
import { closeHosts, hosts } from './harness/hosts.mjs';
import { judge } from './harness/kinds.mjs';
import { programs } from './harness/programs.mjs';
import { runOn } from './harness/table.mjs';

const CORE = ['unit', 'go', 'crash'];
// `like`: the host whose name stands for it in a program's `test: hosts`
const ROWS = [
  { on: 'native', like: 'native', ms: [2, 4, 8], kinds: CORE },
  { on: 'native-tsan', like: 'native', ms: [1, 2, 4, 8], kinds: CORE },
  { on: 'native-tsan', like: 'native', ms: [4], kinds: ['stress'] },
  { on: 'node26-mt', like: 'node26', ms: [1, 2, 4, 8], kinds: CORE },
  { on: 'node20-mt', like: 'node20', ms: [4], kinds: CORE },
  { on: 'chromium-mt', like: 'chromium', ms: [2, 4, 8], kinds: CORE },
  { on: 'firefox-mt', like: 'chromium', ms: [4], kinds: CORE },
];

const procsOf = (program) => program.env.GORO_MAXPROCS;

/** The kind's programs for the row: each a list, with one for each number of Ms. */
function variants({ ms, like, on }, kind) {
  const numbers = process.env.PROCS ? [process.env.PROCS] : ms.map(String);
  const [first, ...others] = numbers.map((procs) => programs(kind, procs));
  return first
    .map((program, i) => [program, ...others.map((list) => list[i])])
    .filter(([{ hosts: named }]) => !named || named.includes(like) || named.includes(on))
    // A program that sets the number itself is there once.
    .map((same) => [...new Map(same.map((program) => [procsOf(program), program])).values()]);
}

async function tryAll(host, list) {
  for (const program of list) {
    const result = await runOn(host, program);
    try {
      judge(result, program);
    } catch (error) {
      const procs = procsOf(program);
      const again = `PROCS=${procs} HOST=${host.name} NAME=${program.name} ./build.sh test tests/ms.test.mjs`;
      throw new Error(`${procs} Ms; again: ${again}\n${error.message}`);
    }
  }
}

// Most of the time goes into building.
describe('many Ms', { concurrency: availableParallelism() }, () => {
  after(closeHosts);
  for (const row of ROWS) {
    for (const host of hosts([row.on])) {
      for (const kind of row.kinds) {
        for (const list of variants(row, kind)) {
          const title = `${list[0].name} [${host.name}; ${list.map(procsOf).join(' ')} Ms]`;
          test(title, () => tryAll(host, list));
        }
      }
    }
  }
});
