// Checks the layout of the C files with clang-format, and what it cannot see:
// the length of lines and files, and words that promise work for later.
import { spawnSync } from 'node:child_process';

const COLUMNS = 80;
const LINES = 800;
const HEADER = 'runtime/api/goro.h'; // the public API is one file, of any length
const BANNED = /(?<!context\.)\b(TODO|FIXME|XXX)\b/; // context.TODO is Go's
const C = /^(runtime|tests|wasi)\/.*\.[ch](pp)?$/;

export function check(files) {
  const c = files.filter(({ path }) => C.test(path));
  return [...c.flatMap(rows), ...c.flatMap(size), ...layout(c)];
}

function rows({ path, text }) {
  return text.split('\n').flatMap((row, i) => {
    const at = `${path}:${i + 1}:`;
    const wrong = [];
    if ([...row].length > COLUMNS) wrong.push(`${at} over ${COLUMNS} columns`);
    if (BANNED.test(row)) wrong.push(`${at} ${BANNED.exec(row)[0]}`);
    return wrong;
  });
}

function size({ path, text }) {
  const lines = text.split('\n').length - 1;
  const long = path.startsWith('runtime/') && path !== HEADER && lines > LINES;
  return long ? [`${path}: ${lines} lines, the cap is ${LINES}`] : [];
}

// One process for all files that lie on disk; a file that does not (a fixture)
// goes in by standard input.
function layout(files) {
  const onDisk = files.filter((file) => !file.fixture);
  const runs = files
    .filter((file) => file.fixture)
    .map((file) => clangFormat([`--assume-filename=${file.path}`], file.text));
  if (onDisk.length) runs.push(clangFormat(onDisk.map(({ path }) => path)));
  return runs.flat();
}

function clangFormat(args, input) {
  const tool = process.env.CLANG_FORMAT ?? 'clang-format';
  const run = spawnSync(tool, ['--dry-run', '-Werror', '--style=file', ...args], {
    input,
    encoding: 'utf8',
  });
  if (run.error) throw run.error;
  if (run.status === 0) return [];
  const lines = run.stderr.match(/^.+:\d+:\d+: error: .*/gm) ?? [];
  return lines.length ? lines : [run.stderr];
}
