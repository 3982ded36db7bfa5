// The programs on several Ms of which one at a time runs (base/baton.c), under
// many seeds: each decides at every point which M goes on. First, and for ever,
// the seeds of tests/seeds, which once found something.
import { availableParallelism } from 'node:os';
import { describe, test } from 'node:test';
import { hosts } from './harness/hosts.mjs';
import { judge } from './harness/kinds.mjs';
import { programs } from './harness/programs.mjs';
import { keptSeeds, sweep } from './harness/sweep.mjs';

const SWEEP = Number(process.env.SWEEP ?? 1000);
const SEED = process.env.SEED && Number(process.env.SEED);
const PROCS = process.env.PROCS && Number(process.env.PROCS);
// How many of SWEEP each kind is tried under: unit tests are about what the order
// decides, and stress programs do too much of one thing.
const SHARE = { unit: 1, go: 0.04, crash: 0.04, stress: 0 };
const FEW = 0.1; // of the seeds that 4 Ms have, for 2 Ms

/** What to try: { procs, first, last }, in this order. */
function ranges(program, kept) {
  if (SEED) return [{ procs: PROCS || 4, first: SEED, last: SEED }];
  const once = kept.map(({ procs, seed }) => ({ procs, first: seed, last: seed }));
  const last = program.swept ? Math.ceil(SWEEP * SHARE[program.kind]) : 0;
  const swept = PROCS
    ? [{ procs: PROCS, first: 1, last }]
    : [{ procs: 4, first: 1, last }, { procs: 2, first: 1, last: Math.ceil(last * FEW) }];
  return [...once, ...swept];
}

function judged(program, procs) {
  return (result) => {
    try {
      judge(result, program);
    } catch (error) {
      const again = `SEED=${result.seed} PROCS=${procs} NAME=${program.name} ./build.sh test tests/systematic.test.mjs`;
      throw new Error(`seed ${result.seed} with ${procs} Ms; again: ${again}\n${error.message}`);
    }
  };
}

async function tryAll(program) {
  for (const range of ranges(program, keptSeeds(program))) {
    await sweep(program, range, judged(program, range.procs));
  }
}

/** The programs to try, where HOST leaves native ones. */
const tried = hosts(['native-plain']).length === 0 ? [] : Object.keys(SHARE)
  .flatMap((kind) => programs(kind))
  .filter(({ hosts: only }) => !only || only.includes('native'))
  .filter((program) => ranges(program, keptSeeds(program)).some(({ last }) => last > 0));

describe('seeds', { concurrency: availableParallelism() }, () => {
  for (const program of tried) test(program.name, () => tryAll(program));
});
