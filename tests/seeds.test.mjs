// The unit and go programs again, under the seeds 1 to SWEEP of the scheduler,
// on wasi: another order of goroutines, the same result. And the stress programs
// under the seeds that have found something, for ever.
import { test } from 'node:test';
import { hosts } from './harness/hosts.mjs';
import { exited, passed } from './harness/judge.mjs';
import { asStored } from './harness/oracle.mjs';
import { programs } from './harness/programs.mjs';
import { runOn } from './harness/table.mjs';

const SWEEP = Number(process.env.SWEEP ?? 20);
const wasi = hosts().find(({ name }) => name === 'wasi');

const KINDS = [
  { kind: 'unit', suffix: '_test.c', debug: true, judge: passed },
  { kind: 'go', suffix: '.c', debug: false, judge: asStored },
];

// Each seed is the scheduler's and the program's own.
const KEPT = {
  // every receiver waited on some other channel than the last sender
  'stress/chan_stress': [34, 44, 150, 231],
};

async function sweep(program, { kind, debug, judge }) {
  for (let seed = 1; seed <= SWEEP; seed++) {
    const env = { GORO_SEED: String(seed) };
    const result = await runOn(wasi, program, { debug, env });
    try {
      judge(result, program);
    } catch (error) {
      const again = `SEED=${seed} HOST=wasi NAME=${program.name} ./build.sh test tests/${kind}.test.mjs`;
      throw new Error(`seed ${seed}; again: ${again}\n${error.message}`);
    }
  }
}

for (const row of wasi ? KINDS : []) {
  for (const program of programs(row.kind, row.suffix)) {
    if (program.hosts && !program.hosts.includes('wasi')) continue;
    test(`${program.name} [${SWEEP} seeds]`, () => sweep(program, row));
  }
}

const stress = wasi ? programs('stress', '_stress.c') : [];
for (const program of stress.filter(({ name }) => KEPT[name])) {
  for (const seed of KEPT[program.name].map(String)) {
    test(`${program.name} [seed ${seed}]`, async () => {
      const seeded = { ...program, args: [seed] };
      exited(0, await runOn(wasi, seeded, { env: { GORO_SEED: seed } }));
    });
  }
}
