// Runs a native program under many seeds, by sweep.c: a process for each.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, hash, once } from './build.mjs';
import { built, root, tests } from './paths.mjs';
import { run } from './run.mjs';

const SOURCE = join(tests, 'harness/sweep.c');
const KEPT = join(tests, 'seeds');
const RUN_TIMEOUT_MS = 10_000;
const TIMED_OUT = -1000; // as in sweep.c
const BATCH = 250; // seeds of one call

let helper; // promise of the compiled sweep.c

async function compile() {
  const [cc, ...words] = process.env.NATIVE_CC.split(' ');
  const folder = join(built, `sweep-native-${hash([readFileSync(SOURCE), process.env.NATIVE_CC])}`);
  await once(folder, (temporary) =>
    execFileSync(cc, [...words, '-O1', '-Wall', '-Wextra', '-Werror', SOURCE, '-o', join(temporary, 'sweep')]));
  return join(folder, 'sweep');
}

/** What sweep.c has said: every outcome once, with the first seed that had it. */
function parse(bytes) {
  const outcomes = [];
  let at = 0;
  for (;;) {
    const end = bytes.indexOf('\n', at);
    const numbers = bytes.toString('latin1', at, end).split(' ').map(Number);
    if (numbers.length !== 4) return { outcomes, over: numbers.length === 2 };
    const [seed, code, out, err] = numbers;
    at = end + 1;
    outcomes.push({
      seed,
      code: code === TIMED_OUT ? 'timeout' : code < 0 ? `signal ${-code}` : code,
      stdout: bytes.toString('utf8', at, at + out),
      stderr: bytes.toString('utf8', at + out, at + out + err),
    });
    at += out + err;
  }
}

/**
 * Runs the program, with the debug runtime and without sanitizers, for every
 * seed from `first` to `last`, and hands each different result to `judge`.
 * @param {import('./programs.mjs').Program} program
 * @param {{ first: number, last: number, procs: number }} range
 * @param {(result: import('./run.mjs').Result & { seed: number }) => void} judge
 */
export async function sweep(program, { first, last, procs }, judge) {
  helper ??= compile();
  const file = await build(program.source, 'native-plain', { debug: true, flags: program.flags });
  for (let from = first; from <= last; from += BATCH) {
    const to = Math.min(last, from + BATCH - 1);
    const numbers = [RUN_TIMEOUT_MS, procs, from, to].map(String);
    const said = await run(await helper, [...numbers, file, ...program.args], {
      env: { PATH: process.env.PATH, ...program.env },
      cwd: root,
      timeoutMs: BATCH * RUN_TIMEOUT_MS,
    });
    const { outcomes, over } = parse(Buffer.from(said.stdout));
    if (said.code !== 0 || !over) throw new Error(`sweep: ${said.code}\n${said.stderr}`);
    for (const result of outcomes) judge(result);
  }
}

/** The seeds kept for the program, as [{ procs, seed }]: tests/README.md. */
export function keptSeeds({ name }) {
  const file = join(KEPT, name);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8').split('\n').flatMap((line) => {
    const words = line.replace(/#.*/, '').trim();
    if (!words) return [];
    const [, procs, seeds] = /^(\d+) Ms: *([\d ]+)$/.exec(words) ?? [];
    if (!seeds) throw new Error(`${file}: not a line of seeds: ${line}`);
    return seeds.trim().split(/ +/).map((seed) => ({ procs: Number(procs), seed: Number(seed) }));
  });
}
