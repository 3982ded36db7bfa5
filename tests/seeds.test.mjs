// The unit and go programs again, under the seeds 1 to SWEEP of the scheduler,
// on wasi: another order of goroutines, the same result. And the stress programs
// under the seeds that have found something, for ever.
import { test } from 'node:test';
import { hosts } from './harness/hosts.mjs';
import { judge } from './harness/kinds.mjs';
import { programs } from './harness/programs.mjs';
import { runOn } from './harness/table.mjs';

const SWEEP = Number(process.env.SWEEP ?? 20);
const wasi = hosts().find(({ name }) => name === 'wasi');

// Each seed is the scheduler's and the program's own.
const KEPT = {
  // every receiver waited on some other channel than the last sender
  'stress/chan_stress': [34, 44, 150, 231],
};

async function sweep(program) {
  for (let seed = 1; seed <= SWEEP; seed++) {
    const result = await runOn(wasi, program, { GORO_SEED: String(seed) });
    try {
      judge(result, program);
    } catch (error) {
      const again = `SEED=${seed} HOST=wasi NAME=${program.name} ./build.sh test tests/${program.kind}.test.mjs`;
      throw new Error(`seed ${seed}; again: ${again}\n${error.message}`);
    }
  }
}

for (const kind of wasi ? ['unit', 'go'] : []) {
  for (const program of programs(kind)) {
    if (program.hosts && !program.hosts.includes('wasi')) continue;
    test(`${program.name} [${SWEEP} seeds]`, () => sweep(program));
  }
}

const stress = wasi ? programs('stress') : [];
for (const program of stress.filter(({ name }) => KEPT[name])) {
  for (const seed of KEPT[program.name].map(String)) {
    test(`${program.name} [seed ${seed}]`, async () => {
      const seeded = { ...program, args: [seed] };
      judge(await runOn(wasi, seeded, { GORO_SEED: seed }), seeded);
    });
  }
}
