// Real Go, where it is there: what it makes of tests/go/NAME.go is what the
// stored NAME.out and NAME.exit must say.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { hash } from './build.mjs';
import { exited, mentioned, printed } from './judge.mjs';
import { built } from './paths.mjs';
import { companion } from './programs.mjs';
import { run } from './run.mjs';

const ENV = { ...process.env, GO111MODULE: 'off', GOTOOLCHAIN: 'local', GOFLAGS: '' };

const version = spawnSync('go', ['version'], { env: ENV, encoding: 'utf8' }).stdout;

/** Whether Go is there to be asked. */
export const haveGo = Boolean(version);

/** Throws unless the program, in C or in Go, did as stored. */
export function asStored(result, program) {
  const { out, exit, err } = stored(program);
  printed('stdout', out, result);
  exited(exit, result);
  if (err) mentioned(err, result);
}

function stored(program) {
  const out = companion(program, '.out');
  if (out === undefined) throw new Error(`${program.name}.out is missing`);
  const exit = Number(companion(program, '.exit') ?? 0);
  return { out, exit, err: companion(program, '.err') };
}

/** What Go makes of the program: built, not `go run`, which hides exit codes. */
export async function askGo(program) {
  const source = program.source.replace(/\.c$/, '.go');
  const key = hash([readFileSync(source), version]);
  const file = join(built, `${basename(source, '.go')}-go-${key}`);
  mkdirSync(built, { recursive: true });
  if (!existsSync(file)) await compile(source, file);
  return run(file, program.args, { env: ENV, timeoutMs: program.timeoutMs });
}

async function compile(source, file) {
  const out = await run('go', ['build', '-o', file, source], {
    env: ENV,
    timeoutMs: 300_000,
  });
  if (out.code !== 0) throw new Error(`go build ${source}:\n${out.stderr}`);
}

/** Stores what Go said. */
export function store({ source }, { stdout, code }) {
  writeFileSync(source.replace(/\.c$/, '.out'), stdout);
  const exit = source.replace(/\.c$/, '.exit');
  if (code === 0) rmSync(exit, { force: true });
  else writeFileSync(exit, `${code}\n`);
}
