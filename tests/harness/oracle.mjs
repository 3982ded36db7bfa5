// Real Go, where it is there: what it makes of tests/go/NAME.go is what the
// stored NAME.out and NAME.exit must say.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { hash, once } from './build.mjs';
import { built } from './paths.mjs';
import { run } from './run.mjs';

const ENV = { ...process.env, GO111MODULE: 'off', GOTOOLCHAIN: 'local', GOFLAGS: '' };

const version = spawnSync('go', ['version'], { env: ENV, encoding: 'utf8' }).stdout;

/** Whether Go is there to be asked. */
export const haveGo = Boolean(version);

/** What Go makes of the program: built, not `go run`, which hides exit codes. */
export async function askGo(program) {
  const source = program.source.replace(/\.c$/, '.go');
  const key = hash([readFileSync(source), version]);
  const folder = join(built, `${basename(source, '.go')}-native-go-${key}`);
  await once(folder, (temporary) => compile(source, join(temporary, 'program')));
  return run(join(folder, 'program'), program.args, { env: ENV, timeoutMs: program.timeoutMs });
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
