// ./build.sh stress [SECONDS [SEED]]: random programs on 8 Ms (PROCS=), 600
// seconds of them, natively under the sanitizers; a process for each chunk.
import { join } from 'node:path';
import { build } from '../harness/build.mjs';
import { hosts } from '../harness/hosts.mjs';
import { exited } from '../harness/judge.mjs';
import { tests } from '../harness/paths.mjs';

const CHUNK_S = 10;
const HANGS_S = 60; // after it should have ended

const { PROCS: procs = '8', HOST = 'native' } = process.env;
const [host] = hosts([HOST]);

/** Runs programs for so long, the first with that seed; returns what it says. */
async function chunk(file, seed, seconds) {
  const result = await host.run(file, {
    args: [seed, 100, seconds].map(String),
    dirs: [],
    isolated: true,
    env: { GORO_MAXPROCS: procs },
    timeoutMs: (seconds + HANGS_S) * 1000,
  });
  exited(0, result);
  const [, programs, values] = /^(\d+) programs, (\d+) values$/m.exec(result.stdout);
  return { programs: Number(programs), values: Number(values) };
}

async function main(seconds, seed) {
  const file = await build(join(tests, 'stress/random_stress.c'), host.target);
  console.log(`${host.name}, ${procs} Ms, ${seconds} s, seed ${seed}`);
  let programs = 0;
  let values = 0;
  for (let left = seconds; left > 0; left -= CHUNK_S) {
    const first = seed + programs;
    const length = Math.min(CHUNK_S, left);
    const done = await chunk(file, first, length).catch((error) => {
      const again = `HOST=${host.name} PROCS=${procs} ./build.sh stress ${length} ${first}`;
      console.error(`stress: ${error.message}\nstress: again: ${again}`);
      process.exit(1);
    });
    programs += done.programs;
    values += done.values;
    console.log(`${programs} programs, ${values} values: all accounted for`);
  }
}

const [seconds = '600', seed = String(Date.now() % 1000000)] = process.argv.slice(2);
if (![seconds, seed].every((word) => /^\d+$/.test(word))) {
  console.error('usage: ./build.sh stress [SECONDS [SEED]]');
  process.exit(2);
}
await main(Number(seconds), Number(seed));
