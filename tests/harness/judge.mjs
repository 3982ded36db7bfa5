// Compares what a program did with what it should have done. A failure shows
// everything the program said.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { companion } from './programs.mjs';

// Stands in expected output for what no test can know.
const PLACEHOLDERS = { '{{N}}': '[0-9]+', '{{P}}': '0x[0-9a-f]+' };

/** Throws unless the program passed: exit 0, and the last line is PASS. */
export function passed(result) {
  if (result.code !== 0) fail(`exit ${result.code}, not 0`, result);
  if (lastLine(result.stdout) !== 'PASS') fail('the last line is not PASS', result);
}

/** Throws unless the program exited with `code`. */
export function exited(code, result) {
  if (result.code !== code) fail(`exit ${result.code}, not ${code}`, result);
}

/** Throws unless the program died as its companion files say, in their very words. */
export function died(result, program) {
  printed('stderr', companion(program, '.err') ?? '', result);
  printed('stdout', companion(program, '.out') ?? '', result);
  exited(Number(companion(program, '.exit') ?? 2), result);
}

/** Throws unless the program did as is stored of Go (oracle.mjs). */
export function asStored(result, program) {
  const out = companion(program, '.out');
  if (out === undefined) throw new Error(`${program.name}.out is missing`);
  printed('stdout', out, result);
  exited(Number(companion(program, '.exit') ?? 0), result);
  const err = companion(program, '.err');
  if (err) mentioned(err, result);
}

/** Throws unless `result[stream]` is `expected`. */
export function printed(stream, expected, result) {
  if (pattern(expected).test(result[stream])) return;
  fail(`${stream} differs:\n${diff(expected, result[stream])}`, result);
}

/** Throws unless the lines of `expected` are among stderr's, in their order. */
export function mentioned(expected, result) {
  const lines = result.stderr.split('\n');
  for (const line of expected.split('\n').filter(Boolean)) {
    const at = lines.findIndex((said) => pattern(line).test(said));
    if (at < 0) fail(`stderr lacks, at its place, the line\n${line}`, result);
    lines.splice(0, at + 1);
  }
}

function pattern(expected) {
  const parts = expected.split(/(\{\{[NP]\}\})/);
  const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${parts.map((p) => PLACEHOLDERS[p] ?? escape(p)).join('')}$`);
}

const lastLine = (text) => text.trimEnd().split('\n').at(-1);

function fail(why, { stdout, stderr, code }) {
  throw new Error(
    `${why}\n--- stdout\n${stdout}--- stderr\n${stderr}--- exit ${code}`,
  );
}

function diff(expected, actual) {
  const folder = mkdtempSync(join(tmpdir(), 'goro-diff-'));
  try {
    writeFileSync(join(folder, 'expected'), expected);
    writeFileSync(join(folder, 'actual'), actual);
    const out = spawnSync('diff', ['-u', 'expected', 'actual'], { cwd: folder });
    // without diff's two lines on when the files were written
    return out.stdout.toString().split('\n').slice(2).join('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}
