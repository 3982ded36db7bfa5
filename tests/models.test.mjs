// tests/models/*.pml: spin searches all states of each model, in several
// configurations, and finds no error; and with a mistake put in, it finds one.
import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { built, tests } from './harness/paths.mjs';
import { run } from './harness/run.mjs';

// Macros of the model; `formula` is one of its LTL formulas, checked instead
// of its assertions.
const RIGHT = [
  { model: 'park', macros: 'PROG=1' },
  { model: 'park', macros: 'PROG=1 NM=2' },
  { model: 'park', macros: 'PROG=1 NM=4' },
  { model: 'park', macros: 'PROG=2 NP=3' },
  { model: 'park', macros: 'PROG=3' },
  { model: 'park', macros: 'PROG=3 NM=2' },
  { model: 'park', macros: 'PROG=4' },
  { model: 'park', macros: 'PROG=1 LOOP' },
  { model: 'park', macros: 'PROG=3 LOOP EVENTS=0' },
  { model: 'park', macros: 'PROG=3 LOOP NM=2' },
  { model: 'park', macros: 'PROG=5 LOOP' },
  { model: 'park', macros: 'PROG=5 LOOP NM=2' },
  { model: 'park', macros: 'PROG=1 LTL', formula: 'nothing_lost' },
  { model: 'park', macros: 'PROG=1 LTL', formula: 'all_run' },
  { model: 'park', macros: 'PROG=3 LTL', formula: 'all_run' },
  { model: 'poll', macros: 'PROG=1' },
  { model: 'poll', macros: 'PROG=2' },
  { model: 'poll', macros: 'PROG=3' },
  { model: 'select', macros: 'PROG=1' },
  { model: 'select', macros: 'PROG=2' },
  { model: 'select', macros: 'PROG=3' },
  { model: 'select', macros: 'PROG=4' },
  { model: 'select', macros: 'PROG=5' },
  { model: 'select', macros: 'PROG=6' },
  { model: 'sema', macros: 'PROG=1' },
  { model: 'sema', macros: 'PROG=2' },
];

const WRONG = [
  { model: 'park', macros: 'PROG=1 BUG_WAKE_FIRST' },
  { model: 'park', macros: 'PROG=1 BUG_NO_RECHECK' },
  { model: 'park', macros: 'PROG=1 BUG_RECHECK_FIRST' },
  { model: 'park', macros: 'PROG=1 BUG_NEEDSPINNING' },
  { model: 'park', macros: 'PROG=1 NM=2 BUG_NEEDM' },
  { model: 'park', macros: 'PROG=2 NP=3 BUG_ONE_LOOK' },
  { model: 'park', macros: 'PROG=2 NP=3 BUG_NO_SECOND_LOOK' },
  { model: 'park', macros: 'PROG=2 NP=3 BUG_NO_RESET' },
  { model: 'park', macros: 'PROG=3 BUG_POLL_ENTRY' },
  { model: 'park', macros: 'PROG=3 BUG_POLL_NO_P' },
  { model: 'park', macros: 'PROG=3 BUG_NO_TIMER_RECHECK' },
  { model: 'park', macros: 'PROG=4 BUG_BATCH' },
  { model: 'park', macros: 'PROG=5 LOOP BUG_STAYS_IDLE' },
  { model: 'park', macros: 'PROG=1 LTL BUG_NO_RECHECK', formula: 'nothing_lost' },
  { model: 'park', macros: 'PROG=1 LTL BUG_NO_RECHECK', formula: 'all_run' },
  { model: 'poll', macros: 'PROG=1 BUG_REARM_FIRST' },
  { model: 'poll', macros: 'PROG=1 BUG_COLLECT_FIRST' },
  { model: 'poll', macros: 'PROG=1 BUG_REARM_LATE' },
  { model: 'poll', macros: 'PROG=1 BUG_COUNT_LATE' },
  { model: 'poll', macros: 'PROG=2 BUG_NO_LOOK' },
  { model: 'poll', macros: 'PROG=3 BUG_LAST' },
  { model: 'poll', macros: 'PROG=3 BUG_NO_CHECK' },
  { model: 'select', macros: 'PROG=2 BUG_CLAIM' },
  { model: 'select', macros: 'PROG=1 BUG_LOSERS' },
  { model: 'select', macros: 'PROG=1 BUG_RESET' },
  { model: 'select', macros: 'PROG=1 BUG_LOCKORDER' },
  { model: 'select', macros: 'PROG=2 BUG_PARK' },
  { model: 'sema', macros: 'PROG=1 BUG_ORDER' },
  { model: 'sema', macros: 'PROG=1 BUG_RELEASE_ORDER' },
  { model: 'sema', macros: 'PROG=1 BUG_NO_RETRY' },
];

const folder = join(built, 'models');
const flags = (macros) => macros.split(' ').map((macro) => `-D${macro}`);
let serial = 0;

/** Runs a command that must succeed, and returns its standard output. */
async function must(cwd, command, args) {
  const result = await run(command, args, {
    env: { PATH: process.env.PATH },
    cwd,
    timeoutMs: 120_000,
  });
  const said = `${result.stdout}${result.stderr}`;
  assert.equal(result.code, 0, `${command} ${args.join(' ')}: ${result.code}\n${said}`);
  return result.stdout;
}

/** Spin's report on a search of all states, or up to the first error. */
async function search({ model, macros, formula }) {
  const cwd = join(folder, String(++serial));
  mkdirSync(cwd);
  const source = join(tests, 'models', `${model}.pml`);
  await must(cwd, process.env.SPIN, ['-a', ...flags(macros), source]);
  // Without -O: the compiler would take longer than it saves in the search.
  // COLLAPSE: less memory.  MEMLIM is in MiB.
  const cc = ['-O0', '-DCOLLAPSE', '-DMEMLIM=600', '-o', 'pan', 'pan.c'];
  if (!formula) cc.unshift('-DSAFETY');
  await must(cwd, 'gcc', cc);
  const pan = ['-m20000', '-w22'];
  if (formula) pan.push('-a', '-N', formula);
  return must(cwd, join(cwd, 'pan'), pan);
}

function noError(report) {
  assert.match(report, /errors: 0\n/, report);
  assert.match(report, /^Full statespace search/m, report);
  // Each of these means that states are left out.
  assert.doesNotMatch(report, /not completed|too small|MEMLIM|out of memory/, report);
}

function oneError(report) {
  assert.match(report, /errors: 1\n/, report);
  assert.match(report, /assertion violated|acceptance cycle/, report);
}

const title = ({ model, macros, formula }) =>
  [model, macros, formula].filter(Boolean).join(' ');

before(() => {
  if (!process.env.SPIN) {
    throw new Error('SPIN is not set: run ./build.sh test, or . .toolchain/env.sh');
  }
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
});

for (const row of RIGHT) {
  test(`${title(row)}: no error`, async () => noError(await search(row)));
}
for (const row of WRONG) {
  test(`${title(row)}: found`, async () => oneError(await search(row)));
}
