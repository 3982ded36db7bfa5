// The unit tests on several Ms of which one at a time runs (base/baton.c), under
// hundreds of seeds: each decides at every point which M goes on. First, and for
// ever, the seeds of tests/seeds, which once found something.
import { availableParallelism } from 'node:os';
import { describe, test } from 'node:test';
import { hosts } from './harness/hosts.mjs';
import { judge } from './harness/kinds.mjs';
import { programs } from './harness/programs.mjs';
import { keptPrograms, keptSeeds, sweep } from './harness/sweep.mjs';

const SWEEP = Number(process.env.SWEEP ?? 300);
const SEED = process.env.SEED && Number(process.env.SEED);
const PROCS = process.env.PROCS && Number(process.env.PROCS);
const FEW = 0.3; // of the seeds that 4 Ms have, for 2 Ms

const KINDS = ['unit', 'go', 'stress'];
// Of the last two only what is kept, unless a wide sweep asks for all.
const WIDE = process.env.WIDE === '1';

/** What to try: { procs, first, last }, in this order. */
function ranges(program, kept) {
  if (SEED) return [{ procs: PROCS || 4, first: SEED, last: SEED }];
  const once = kept.map(({ procs, seed }) => ({ procs, first: seed, last: seed }));
  if (!WIDE && !program.name.startsWith('unit/')) return once;
  const swept = PROCS
    ? [{ procs: PROCS, first: 1, last: SWEEP }]
    : [{ procs: 4, first: 1, last: SWEEP }, { procs: 2, first: 1, last: Math.ceil(SWEEP * FEW) }];
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

/** Whether the row is about native programs, by HOST or without it. */
const native = hosts(['native-plain']).length > 0;
const named = (kind) =>
  native
    ? programs(kind).filter(({ name, hosts: only }) =>
      (!only || only.includes('native')) &&
      (kind === 'unit' || WIDE || SEED || keptPrograms().includes(name)))
    : [];

describe('seeds', { concurrency: availableParallelism() }, () => {
  for (const program of KINDS.flatMap(named)) test(program.name, () => tryAll(program));
});
