// goro cc --threads for WASI: the programs of the other tables on one M and on
// four, under wasmtime, and a choice of them under our own host.
import { availableParallelism } from 'node:os';
import { describe, test } from 'node:test';
import { hosts } from './harness/hosts.mjs';
import { died, exited, passed } from './harness/judge.mjs';
import { asStored } from './harness/oracle.mjs';
import { programs } from './harness/programs.mjs';
import { runOn } from './harness/table.mjs';

const PROCS = process.env.PROCS ? [process.env.PROCS] : ['1', '4'];
const MANY = PROCS.at(-1);

const KINDS = [
  { kind: 'unit', suffix: '_test.c', debug: true, judge: passed },
  { kind: 'go', suffix: '.c', judge: asStored },
  // Those in which the host has a part: the end of a program, its output, stacks
  // and memory, who waits. The others die in common code.
  { kind: 'crash', suffix: '.c', judge: died, only: /(atexit|deadlock|oom|panic|print|stack|stdout)/ },
  { kind: 'stress', suffix: '_stress.c', judge: (result) => exited(0, result), many: true },
];

// A thread takes ten times as long to start in Node.
const IN_NODE = new RegExp(`^(${[
  'unit/(chan|machine|mutex|sema|sleep|switch|time)_test', 'go/(bounded|chan_select5|crawler|goexit_main|skynet|timer)',
  'crash/(atexit_waits|deadlock|oom_chan|panic_goroutine|stack_arrays|stdout_partial)', 'stress/mix_stress',
].join('|')})$`);

/** The rows of a host with that many Ms, of programs whose name fits. */
function rows(host, procs, name = /./) {
  for (const { kind, suffix, debug, judge, only = /./, many } of KINDS) {
    if (many && procs !== MANY) continue;
    for (const program of programs(kind, suffix, procs)) {
      if (!name.test(program.name) || !only.test(program.name)) continue;
      if (program.hosts && !program.hosts.includes('wasi')) continue;
      test(`${program.name} on ${procs} [${host.name}]`, async () => {
        judge(await runOn(host, program, { debug }), program);
      });
    }
  }
}

// Most of the time goes into building.
describe('wasi-threads', { concurrency: availableParallelism() }, () => {
  for (const host of hosts(['wasi-threads'])) PROCS.forEach((procs) => rows(host, procs));
  for (const host of hosts(['wasi-node20', 'wasi-node26'])) rows(host, MANY, IN_NODE);
});
