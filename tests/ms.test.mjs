// The programs again with several Ms, on the hosts that have threads. A row is a
// program on a host, and runs it with one number of Ms after the other.
import { after, test } from 'node:test';
import { closeHosts, hosts } from './harness/hosts.mjs';
import { asDied, exited, passed } from './harness/judge.mjs';
import { asStored } from './harness/oracle.mjs';
import { programs } from './harness/programs.mjs';
import { runOn } from './harness/table.mjs';

const KINDS = [
  { kind: 'unit', suffix: '_test.c', debug: true, judge: passed },
  { kind: 'go', suffix: '.c', judge: asStored },
  { kind: 'crash', suffix: '.c', judge: asDied },
  { kind: 'stress', suffix: '_stress.c', judge: (result) => exited(0, result) },
];

const CORE = ['unit', 'go', 'crash'];
// `like`: where a program runs that names its hosts
const ROWS = [
  { on: 'native', like: 'native', ms: [2, 4, 8], kinds: CORE },
  { on: 'native-tsan', like: 'native', ms: [1, 2, 4, 8], kinds: CORE },
  { on: 'native-tsan', like: 'native', ms: [4], kinds: ['stress'] },
  { on: 'node26-mt', like: 'node26', ms: [1, 2, 4, 8], kinds: CORE },
  { on: 'node20-mt', like: 'node20', ms: [4], kinds: CORE },
  { on: 'chromium-mt', like: 'chromium', ms: [2, 4, 8], kinds: CORE },
  { on: 'firefox-mt', like: 'chromium', ms: [4], kinds: CORE },
];

/** The Ms to try: PROCS where it is set, and what the program asks for itself. */
function msOf({ ms }, { procs }) {
  const asked = procs ?? process.env.PROCS;
  return asked ? [asked] : ms.map(String);
}

async function tryAll(host, row, program, { debug, judge }) {
  for (const m of msOf(row, program)) {
    const result = await runOn(host, program, { debug, env: { GORO_MAXPROCS: m } });
    try {
      judge(result, program);
    } catch (error) {
      const again = `PROCS=${m} HOST=${host.name} NAME=${program.name} ./build.sh test tests/ms.test.mjs`;
      throw new Error(`${m} Ms; again: ${again}\n${error.message}`);
    }
  }
}

const runsLike = ({ like, on }) => ({ hosts: named }) =>
  !named || named.includes(like) || named.includes(on);

after(closeHosts);
for (const row of ROWS) {
  for (const host of hosts([row.on])) {
    for (const kind of KINDS.filter((k) => row.kinds.includes(k.kind))) {
      for (const program of programs(kind.kind, kind.suffix).filter(runsLike(row))) {
        const title = `${program.name} [${host.name}; ${msOf(row, program).join(' ')} Ms]`;
        test(title, () => tryAll(host, row, program, kind));
      }
    }
  }
}
