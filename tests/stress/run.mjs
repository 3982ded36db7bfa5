// ./build.sh stress [SECONDS [SEED]]: random programs on 8 Ms (PROCS=), 600
// seconds of them, natively under the sanitizers.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build } from '../harness/build.mjs';
import { SANITIZERS } from '../harness/hosts.mjs';
import { tests } from '../harness/paths.mjs';

const STILL_S = 60; // without a word it hangs
const [seconds = '600', seed = String(Date.now() % 1000000)] = process.argv.slice(2);
if (![seconds, seed].every((word) => /^\d+$/.test(word))) {
  console.error('usage: ./build.sh stress [SECONDS [SEED]]');
  process.exit(2);
}
const procs = process.env.PROCS ?? '8';
const file = await build(join(tests, 'stress/random_stress.c'), 'native');
console.log(`seed ${seed}, ${procs} Ms, ${seconds} s`);
const child = spawn(file, [seed, '100', seconds], {
  env: { ...process.env, ...SANITIZERS, GORO_MAXPROCS: procs }, stdio: ['ignore', 'pipe', 'inherit'],
});
let watch;
const alive = () => {
  clearTimeout(watch);
  watch = setTimeout(() => {
    console.error(`stress: nothing for ${STILL_S} s, killed; again: PROCS=${procs} ./build.sh stress ${seconds} SEED, with the last seed above`);
    child.kill('SIGKILL');
  }, STILL_S * 1000);
};
alive();
child.stdout.on('data', (text) => {
  alive();
  process.stdout.write(text);
});
child.on('close', (code) => {
  clearTimeout(watch);
  process.exitCode = code ?? 1;
});
