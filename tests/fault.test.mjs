// tests/fault/*.c: the host has no memory for an allocation, for each one in
// turn. The program must say so and exit with 2: no crash, no hang, and no run
// that goes on as if nothing had happened.
import { availableParallelism } from 'node:os';
import { test } from 'node:test';
import { hosts } from './harness/hosts.mjs';
import { exited, mentioned, printed } from './harness/judge.mjs';
import { programs } from './harness/programs.mjs';
import { runOn } from './harness/table.mjs';

const HOSTS = hosts().filter(({ name }) => ['native', 'wasi'].includes(name));
const MAX = 3000; // a program with more allocations is too large for this
const REPORT = `
runtime: out of memory: cannot allocate {{N}}-byte block
fatal error: out of memory
`;

/** Runs the program with its n-th allocation failing; true if it got through. */
async function failAt(host, program, n) {
  const env = { FAIL_AT: String(n) };
  const result = await runOn(host, program, env);
  try {
    if (result.code === 0) {
      printed('stdout', 'through\n', result);
      return true;
    }
    exited(2, result);
    mentioned(REPORT, result);
    printed('stdout', '', result);
    return false;
  } catch (error) {
    throw new Error(`allocation ${n}; again: FAIL_AT=${n}\n${error.message}`);
  }
}

/** All allocations up to the first that is not needed, a few at a time. */
async function failAtEach(host, program) {
  const width = availableParallelism();
  for (let n = 1; n <= MAX; n += width) {
    const numbers = Array.from({ length: width }, (_, i) => n + i);
    const through = await Promise.all(numbers.map((at) => failAt(host, program, at)));
    if (through.every(Boolean)) {
      if (n === 1) throw new Error('no allocation has failed');
      return;
    }
  }
  throw new Error(`more than ${MAX} allocations`);
}

for (const host of HOSTS) {
  for (const program of programs('fault')) {
    test(`${program.name} [${host.name}]`, () => failAtEach(host, program));
  }
}
