// goro cc --threads for WASI: the programs of the other tables on one M and on
// four, under wasmtime, and a choice of them under our own host.
import { availableParallelism } from 'node:os';
import { describe, test } from 'node:test';
import { hosts } from './harness/hosts.mjs';
import { judge } from './harness/kinds.mjs';
import { programs } from './harness/programs.mjs';
import { runOn } from './harness/table.mjs';

const PROCS = process.env.PROCS ? [process.env.PROCS] : ['1', '4'];
const MANY = PROCS.at(-1);

const KINDS = [
  { kind: 'unit' },
  { kind: 'go' },
  // Those in which the host has a part: the end of a program, its output, stacks
  // and memory, who waits. The others die in common code.
  { kind: 'crash', only: /(atexit|deadlock|oom|panic|print|stack|stdout)/ },
  { kind: 'stress', many: true },
];

// A thread takes ten times as long to start in Node.
const IN_NODE = new RegExp(`^(${[
  'unit/(chan|machine|mutex|sema|sleep|switch|time)_test', 'go/(bounded|chan_select5|crawler|goexit_main|skynet|timer)',
  'crash/(atexit_waits|deadlock|oom_chan|panic_goroutine|stack_arrays|stdout_partial)', 'stress/(grow|mix)_stress',
].join('|')})$`);

/** The rows of a host with that many Ms, of programs whose name fits. */
function rows(host, procs, name = /./) {
  for (const { kind, only = /./, many } of KINDS) {
    if (many && procs !== MANY) continue;
    for (const program of programs(kind, procs)) {
      if (!name.test(program.name) || !only.test(program.name)) continue;
      if (program.hosts && !program.hosts.includes('wasi')) continue;
      test(`${program.name} on ${procs} [${host.name}]`, async () => {
        judge(await runOn(host, program), program);
      });
    }
  }
}

// Most of the time goes into building.
describe('wasi-threads', { concurrency: availableParallelism() }, () => {
  for (const host of hosts(['wasi-threads'])) PROCS.forEach((procs) => rows(host, procs));
  for (const host of hosts(['wasi-node20', 'wasi-node26'])) rows(host, MANY, IN_NODE);
});
